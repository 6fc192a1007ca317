package dev.drsn.bench.soak;

import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of it.
 *
 * @param cell what was gone through
 * @param churn how often what happened to cameras
 * @param awaySeconds that the receiver was away, the last time
 * @param mostOnDisk the most results that waited on the disk for it
 * @param residentMb resident memory on average, while it was watched
 * @param residentMbAnHour its slope
 * @param residentError the slope's standard error
 * @param residentSamples how many there were
 * @param heapFirstMb objects in use after a collection, when the watch began
 * @param heapLastMb the same at its end
 * @param filesFirst file descriptors, before the part that counts
 * @param filesLast the same, after it
 * @param filesMost during it
 * @param sent results that the pipeline gave
 * @param received of these, those that have arrived
 * @param lost of these, those that have not, and what never came as far
 * @param duplicated arrivals of what had arrived before
 * @param unknown arrivals of what nobody sent
 * @param outOfOrder results that came after a later one of their stream
 * @param error one line, or null where it came to an end
 */
public record SoakRow(
    SoakCell cell,
    Map<String, Integer> churn,
    double awaySeconds,
    long mostOnDisk,
    double residentMb,
    double residentMbAnHour,
    double residentError,
    int residentSamples,
    double heapFirstMb,
    double heapLastMb,
    int filesFirst,
    int filesLast,
    int filesMost,
    long sent,
    long received,
    long lost,
    long duplicated,
    long unknown,
    long outOfOrder,
    String error) {

  /** One that did not come to an end. */
  public static SoakRow failed(SoakCell cell, String error) {
    return new SoakRow(cell, Map.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, error);
  }

  /** Whether results came, none was lost or out of order, and no file stayed open. */
  public boolean good() {
    boolean whole = received > 0 && lost == 0 && unknown == 0 && outOfOrder == 0;
    return whole && filesLast <= filesFirst;
  }

  /** One object, the cell's fields first. */
  public ObjectNode json() {
    ObjectNode json = new JsonMapper().valueToTree(this);
    json.remove("cell");
    json.remove("error");
    ObjectNode whole = cell.key();
    whole.put("good", good());
    return whole.setAll(json);
  }

  /** Some lines for people. */
  public String text() {
    String happened = churn.toString().replaceAll("[{}]", "").replace('=', ' ');
    return String.format(
        Locale.ROOT,
        """
        soak             %d s, %d cameras at %d fps; %s
        receiver         away for %.1f s; at most %d results on the disk
        resident memory  %.1f MB, slope %.2f MB an hour, standard error %.2f, %d samples
        heap             %.1f MB after a collection, at the end %.1f MB
        file descriptors first %d, last %d, at most %d%s
        results          sent %d, received %d, lost %d, duplicated %d%s
        order kept       %s\
        """,
        cell.seconds(),
        cell.cameras(),
        cell.fps(),
        happened,
        awaySeconds,
        mostOnDisk,
        residentMb,
        residentMbAnHour,
        residentError,
        residentSamples,
        heapFirstMb,
        heapLastMb,
        filesFirst,
        filesLast,
        filesMost,
        filesLast > filesFirst ? ": they grew" : "",
        sent,
        received,
        lost,
        duplicated,
        unknown > 0 ? ", never sent " + unknown : "",
        outOfOrder == 0 ? "yes" : "no: " + outOfOrder + " came after later ones");
  }
}
