package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;

/**
 * What there is to know of a data set before one trains on it.
 *
 * @param labels of the classes
 * @param counts readable images a class, in each part
 * @param formats how many images there are of each extent and colour, as {@code 48 x 48 grey}
 * @param unreadable images that cannot be read, and why
 * @param duplicates groups of names whose pictures are equal to the pixel
 * @param leaking those of the groups with members in several parts: they make results look better
 * @param contradicting those of the groups with members of several classes
 * @param subjects how many people there are; 0 where nobody knows
 * @param sharedSubjects people who are in several parts
 */
public record Inspection(
    List<String> labels,
    Map<Part, int[]> counts,
    SortedMap<String, Integer> formats,
    List<Crops.Rejected> unreadable,
    List<List<String>> duplicates,
    List<List<String>> leaking,
    List<List<String>> contradicting,
    int subjects,
    List<String> sharedSubjects) {

  /**
   * Reads every picture of a data set.
   *
   * @param workers threads that read
   * @param progress is told how many pictures are read so far, from any thread
   */
  public static Inspection of(DataSet data, int workers, IntConsumer progress) {
    List<Sample> samples = data.samples();
    String[] formats = new String[samples.size()];
    String[] hashes = new String[samples.size()];
    String[] reasons = new String[samples.size()];
    Crops.forEach(
        samples.size(),
        workers,
        progress,
        i -> {
          try {
            Image image = samples.get(i).source().read();
            String colour = image.channels() == 1 ? " grey" : " colour";
            formats[i] = image.width() + " x " + image.height() + colour;
            hashes[i] = hash(image);
          } catch (DrsnException e) {
            reasons[i] = e.getMessage();
          }
        });

    Map<Part, int[]> counts = new EnumMap<>(Part.class);
    SortedMap<String, Integer> formatCounts = new TreeMap<>();
    List<Crops.Rejected> unreadable = new ArrayList<>();
    Map<String, List<Sample>> equal = new LinkedHashMap<>();
    Map<String, TreeSet<Part>> subjects = new TreeMap<>();
    for (int i = 0; i < samples.size(); i++) {
      Sample sample = samples.get(i);
      if (reasons[i] != null) {
        unreadable.add(new Crops.Rejected(sample.name(), reasons[i]));
        continue;
      }
      counts.computeIfAbsent(sample.part(), p -> new int[data.classes()])[sample.label()]++;
      formatCounts.merge(formats[i], 1, Integer::sum);
      equal.computeIfAbsent(hashes[i], h -> new ArrayList<>()).add(sample);
      if (!sample.subject().isEmpty()) {
        subjects.computeIfAbsent(sample.subject(), s -> new TreeSet<>()).add(sample.part());
      }
    }
    List<List<Sample>> groups = equal.values().stream().filter(g -> g.size() > 1).toList();
    return new Inspection(
        data.labels(),
        counts,
        formatCounts,
        List.copyOf(unreadable),
        names(groups),
        names(
            groups.stream()
                .filter(g -> g.stream().map(Sample::part).distinct().count() > 1)
                .toList()),
        names(
            groups.stream()
                .filter(g -> g.stream().map(Sample::label).distinct().count() > 1)
                .toList()),
        subjects.size(),
        subjects.keySet().stream().filter(s -> subjects.get(s).size() > 1).toList());
  }

  private static List<List<String>> names(List<List<Sample>> groups) {
    return groups.stream().map(g -> g.stream().map(Sample::name).toList()).toList();
  }

  private static String hash(Image image) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer extents = ByteBuffer.allocate(12);
      extents.putInt(image.width()).putInt(image.height()).putInt(image.channels());
      digest.update(extents.array());
      return HexFormat.of().formatHex(digest.digest(image.pixels()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
