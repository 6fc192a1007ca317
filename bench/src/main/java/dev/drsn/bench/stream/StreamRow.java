package dev.drsn.bench.stream;

import dev.drsn.bench.time.Samples;
import dev.drsn.engine.stream.BatchSnapshot;
import dev.drsn.engine.stream.Drop;
import dev.drsn.engine.stream.StreamSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came out of a cell.
 *
 * @param cell what was measured
 * @param threads of the network
 * @param fpsIn frames a second of a camera that were captured
 * @param fpsOut of these, those with a result
 * @param ageP50Ms from capture to result; over all frames of all cameras
 * @param droppedShare of the captured frames, 0 to 1
 * @param drops frames by reason
 * @param facesPerSecond of all cameras
 * @param searchesPerSecond of all cameras
 * @param searchMs median of a search for faces since the beginning, over the cameras the largest
 * @param meanBatch faces a run of the network
 * @param batches a second
 * @param batchSizes runs by their number of faces
 * @param closed why batches were closed
 * @param processors used, by what for
 * @param usedByOthers processors that the rest of the machine used
 * @param error one line, or null where all went well
 */
public record StreamRow(
    StreamCell cell,
    int threads,
    double fpsIn,
    double fpsOut,
    double ageP50Ms,
    double ageP95Ms,
    double ageP99Ms,
    double droppedShare,
    Map<String, Long> drops,
    double facesPerSecond,
    double searchesPerSecond,
    double searchMs,
    double meanBatch,
    double batches,
    Map<String, Long> batchSizes,
    Map<String, Long> closed,
    Map<String, Double> processors,
    double usedByOthers,
    String error) {

  /** A camera is held when its results are younger than this, all but one of a hundred. */
  public static final double AGE_MS = 250;

  /** And when no more of its frames have none. */
  public static final double DROPPED = 0.01;

  /** A measurement that failed. */
  public static StreamRow failed(StreamCell cell, String error) {
    Map<String, Long> none = Map.of();
    return new StreamRow(
        cell, 0, 0, 0, 0, 0, 0, 0, none, 0, 0, 0, 0, 0, none, none, Map.of(), 0, error);
  }

  static StreamRow of(
      StreamCell cell,
      int threads,
      double seconds,
      Samples ages,
      List<StreamSnapshot> streamsBefore,
      List<StreamSnapshot> streams,
      BatchSnapshot before,
      BatchSnapshot after,
      Map<String, Double> processors,
      double others) {
    long captured = 0;
    long inferred = 0;
    long faces = 0;
    long searches = 0;
    double search = 0;
    Map<String, Long> drops = new LinkedHashMap<>();
    for (int i = 0; i < streams.size(); i++) {
      StreamSnapshot old = streamsBefore.get(i);
      StreamSnapshot now = streams.get(i);
      captured += now.captured() - old.captured();
      inferred += now.inferred() - old.inferred();
      faces += now.faces() - old.faces();
      searches += now.detection().count() - old.detection().count();
      search = Math.max(search, now.detection().p50());
      for (Drop drop : Drop.values()) {
        long more = now.drops().get(drop) - old.drops().get(drop);
        if (more > 0) {
          drops.merge(drop.label(), more, Long::sum);
        }
      }
    }
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (int n = 1; n < after.sizes().size(); n++) {
      long more = after.sizes().get(n) - before.sizes().get(n);
      if (more > 0) {
        sizes.put(Integer.toString(n), more);
      }
    }
    Map<String, Long> closed = new LinkedHashMap<>();
    after
        .closed()
        .forEach(
            (why, count) -> {
              long more = count - before.closed().get(why);
              if (more > 0) {
                closed.put(why, more);
              }
            });
    long runs = Math.max(1, sizes.values().stream().mapToLong(Long::longValue).sum());
    long dropped = drops.values().stream().mapToLong(Long::longValue).sum();
    boolean some = ages.count() > 0;
    Map<String, Double> used = new LinkedHashMap<>();
    processors.forEach((role, each) -> used.put(role, rounded(each, 2)));
    return new StreamRow(
        cell,
        threads,
        rounded(captured / seconds / cell.cameras(), 2),
        rounded(inferred / seconds / cell.cameras(), 2),
        some ? rounded(ages.quantile(0.5), 1) : 0,
        some ? rounded(ages.quantile(0.95), 1) : 0,
        some ? rounded(ages.quantile(0.99), 1) : 0,
        rounded((double) dropped / Math.max(1, captured), 4),
        drops,
        rounded(faces / seconds, 1),
        rounded(searches / seconds, 1),
        rounded(search, 1),
        rounded((double) faces / runs, 2),
        rounded(runs / seconds, 1),
        sizes,
        closed,
        used,
        rounded(others, 2),
        null);
  }

  private static double rounded(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }

  /** Whether all cameras are looked at in time. */
  public boolean held() {
    return ageP99Ms > 0 && ageP99Ms < AGE_MS && droppedShare <= DROPPED;
  }

  /** One object, the cell's fields first. */
  public ObjectNode json() {
    ObjectNode json = new JsonMapper().valueToTree(this);
    json.remove("cell");
    json.remove("error");
    ObjectNode whole = cell.key();
    whole.put("held", held());
    return whole.setAll(json);
  }

  /** A line for people. */
  public String text() {
    List<String> used = new ArrayList<>();
    processors.forEach((role, each) -> used.add(String.format(Locale.ROOT, "%s %.2f", role, each)));
    return String.format(
        Locale.ROOT,
        "%-9s %3d at %d fps, %s, batch <= %-3d %s: %.1f fps each, age p50 %.0f ms, p95 %.0f ms, p99"
            + " %.0f ms; dropped %.1f %%%s; %.0f faces/s in batches of %.1f; processors: %s",
        cell.what(),
        cell.cameras(),
        cell.fps(),
        cell.faces() > 0 ? cell.faces() + " faces" : cell.ready() ? "1 face" : "1 to 4 faces",
        cell.batch(),
        held() ? "hold" : "do not hold",
        fpsOut,
        ageP50Ms,
        ageP95Ms,
        ageP99Ms,
        100 * droppedShare,
        drops.isEmpty() ? "" : " " + drops.toString().replaceAll("[{}]", ""),
        facesPerSecond,
        meanBatch,
        used.isEmpty() ? "not known" : String.join(", ", used));
  }
}
