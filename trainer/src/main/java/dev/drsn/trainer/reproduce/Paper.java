package dev.drsn.trainer.reproduce;

import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Stem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The paper's own figures, and where they contradict themselves: each contradiction is computed
 * from the figures, so that nobody need believe it.
 */
public final class Paper {

  /** The classes in the order of its tables. */
  public static final List<String> LABELS =
      List.of("focused", "distracted", "curious", "confused", "tired", "happy");

  /** Table 5: images to train on and to test on, a class each. */
  public static final List<Integer> TRAIN = List.of(325, 245, 294, 238, 222, 300);

  public static final List<Integer> TEST = List.of(81, 61, 73, 60, 56, 72);

  /** Precision, recall and F1 a class, percent. */
  public record Classes(List<Double> precision, List<Double> recall, List<Double> f1) {}

  /** Table 6: of ResNet. */
  public static final Classes RESNET =
      new Classes(
          List.of(83.2, 83.1, 72.1, 79.7, 75.8, 92.5),
          List.of(81.9, 82.6, 68.4, 77.4, 74.7, 92.3),
          List.of(82.1, 84.5, 68.6, 78.6, 75.1, 92.3));

  /** Table 8: of DRSN. */
  public static final Classes DRSN =
      new Classes(
          List.of(84.6, 85.1, 76.1, 82.4, 78.9, 94.6),
          List.of(82.1, 82.5, 70.4, 78.1, 74.9, 92.2),
          List.of(84.1, 87.2, 77.5, 83.7, 77.2, 93.8));

  /** A row of table 7; accuracy in percent, operations in billions. */
  public record Row(double accuracy, double billions) {}

  private static final int IMAGES = 1655;
  private static final int TESTED = 331;
  private static final int SIZE = 224;
  private static final int WIDTH = 64;

  private Paper() {}

  /** Table 7's row of a network; its one DRSN stands beside both of ours. */
  public static Row row(Architecture network) {
    return switch (network) {
      case RESNET18 -> new Row(79.95, 1.83);
      case SENET18 -> new Row(82.57, 1.85);
      case DRSN18_CS, DRSN18_CW -> new Row(84.12, 1.87);
      case VGG16 -> throw new IllegalArgumentException("table 7 has no VGG16");
    };
  }

  /** The network as in the paper's table 4: 224 pixels, colour, width 64, six classes. */
  public static NetworkSpec spec(Architecture network) {
    return NetworkSpec.of(network, WIDTH, LABELS.size(), 3, SIZE).withStem(Stem.forSize(SIZE));
  }

  /** Multiply-accumulates of {@link #spec} in billions, counted operation by operation. */
  public static double counted(Architecture network) {
    return spec(network).build().multiplyAccumulates().values().stream()
            .mapToLong(count -> count)
            .sum()
        / 1e9;
  }

  /** Where the figures do not fit together, a sentence each. */
  public static List<String> contradictions() {
    List<String> all = new ArrayList<>();
    int[] counts = IntStream.range(0, 6).map(k -> TRAIN.get(k) + TEST.get(k)).toArray();
    int sum = Arrays.stream(counts).sum();
    int without = sum - counts[5];
    all.add(
        text(
            "Table 5 and section 2: the class counts add up to %d images, not %d; without the last"
                + " class they are %d. The parts add up to %d and %d, not 1324 and %d.",
            sum, IMAGES, without, total(TRAIN), total(TEST), TESTED));
    all.add(
        text(
            "Table 8: its recalls and table 5's test images imply an accuracy of %.2f %%, not the"
                + " %.2f %% of table 7. Table 6 implies %.2f %%, near its %.2f %%.",
            implied(DRSN),
            row(Architecture.DRSN18_CW).accuracy,
            implied(RESNET),
            row(Architecture.RESNET18).accuracy));
    all.add(
        "F1 is a mean of precision and recall and lies between them; not so "
            + String.join(
                " and ", outside("in table 6 for ", RESNET), outside("in table 8 for ", DRSN))
            + ".");
    List<String> impossible = new ArrayList<>();
    for (Architecture network :
        List.of(Architecture.RESNET18, Architecture.SENET18, Architecture.DRSN18_CW)) {
      double accuracy = row(network).accuracy;
      if (!possible(accuracy, TESTED)) {
        impossible.add(text("%.2f %%", accuracy));
      }
    }
    all.add(
        text(
            "Table 7: %s are no whole number of %d images; they may be means of several trainings,"
                + " of which nothing is said.",
            String.join(", ", impossible), TESTED));
    all.add(
        text(
            "Table 7: counted by us, the network of table 4 with six outputs has %.4f G"
                + " multiply-accumulates, with SE %.4f G, with shrinkage %.4f (CS) and %.4f G (CW)."
                + " Gates on pooled values cannot cost the 0.02 to 0.04 G that the table gives"
                + " them.",
            counted(Architecture.RESNET18),
            counted(Architecture.SENET18),
            counted(Architecture.DRSN18_CS),
            counted(Architecture.DRSN18_CW)));
    all.add(
        "Table 4 has seven outputs where six classes are told apart. Section 4.2 freezes all layers"
            + " but the last, which cannot be done with gates that are new.");
    all.add(
        "Pictures are divided by image, so the 100 students are in both parts: the test knows"
            + " their faces. One split and one training a network: nothing is said of how much"
            + " either matters.");
    return all;
  }

  private static int total(List<Integer> counts) {
    return counts.stream().mapToInt(n -> n).sum();
  }

  /** Accuracy in percent that follows from recalls on the images of table 5. */
  static double implied(Classes classes) {
    double right = 0;
    for (int k = 0; k < TEST.size(); k++) {
      right += classes.recall.get(k) * TEST.get(k);
    }
    return right / total(TEST);
  }

  /** Classes whose F1 is above or below both precision and recall. */
  static List<String> outside(Classes classes) {
    return IntStream.range(0, LABELS.size())
        .filter(
            k -> {
              double p = classes.precision.get(k);
              double r = classes.recall.get(k);
              double f1 = classes.f1.get(k);
              return f1 > Math.max(p, r) || f1 < Math.min(p, r);
            })
        .mapToObj(LABELS::get)
        .toList();
  }

  private static String outside(String table, Classes classes) {
    return table + String.join(", ", outside(classes));
  }

  /** Whether some number of n images is this percentage, as rounded. */
  static boolean possible(double percent, int n) {
    long right = Math.round(percent / 100 * n);
    return Math.round(10_000.0 * right / n) == Math.round(100 * percent);
  }

  private static String text(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
