package dev.drsn.trainer.evaluate;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Counts of (true class, predicted class), and what follows from them. With C the counts, {@code
 * TP_k = C[k][k]}, {@code support_k = sum_j C[k][j]} and {@code predicted_k = sum_i C[i][k]}:
 *
 * <pre>
 *   precision_k = TP_k / predicted_k     recall_k = TP_k / support_k
 *   F1_k = 2 TP_k / (support_k + predicted_k)     accuracy = sum_k TP_k / sum C
 * </pre>
 *
 * <p>What would be 0 / 0 is 0. Means over classes follow scikit-learn: macro means leave out a
 * class that is neither true nor predicted anywhere, weighted means weigh by support, balanced
 * accuracy is the mean recall of the classes that have support.
 *
 * @param labels the classes' names
 * @param counts [true][predicted]
 */
public record ConfusionMatrix(List<String> labels, long[][] counts) {

  public ConfusionMatrix {
    labels = List.copyOf(labels);
    if (counts.length != labels.size()
        || Arrays.stream(counts).anyMatch(row -> row.length != counts.length)) {
      throw new IllegalArgumentException("counts are not [classes][classes]");
    }
  }

  /** No counts yet. */
  public static ConfusionMatrix empty(List<String> labels) {
    return new ConfusionMatrix(labels, new long[labels.size()][labels.size()]);
  }

  /** How many classes there are. */
  public int classes() {
    return counts.length;
  }

  /** Images counted. */
  public long total() {
    return all().mapToLong(this::support).sum();
  }

  /** Images of this true class. */
  public long support(int k) {
    return Arrays.stream(counts[k]).sum();
  }

  /** Images that were taken for this class. */
  public long predicted(int k) {
    return Arrays.stream(counts).mapToLong(row -> row[k]).sum();
  }

  /** The fraction that is right. */
  public double accuracy() {
    return ratio(all().mapToLong(k -> counts[k][k]).sum(), total());
  }

  /** Of what was taken for this class, the fraction that is. */
  public double precision(int k) {
    return ratio(counts[k][k], predicted(k));
  }

  /** Of this class, the fraction that was recognised. */
  public double recall(int k) {
    return ratio(counts[k][k], support(k));
  }

  /** The harmonic mean of precision and recall. */
  public double f1(int k) {
    return ratio(2 * counts[k][k], support(k) + predicted(k));
  }

  public double macroPrecision() {
    return macro(this::precision);
  }

  public double macroRecall() {
    return macro(this::recall);
  }

  public double macroF1() {
    return macro(this::f1);
  }

  /** F1 weighted by support. */
  public double weightedF1() {
    return all().mapToDouble(k -> f1(k) * support(k)).sum() / Math.max(1, total());
  }

  /** Mean recall of the classes that have images. */
  public double balancedAccuracy() {
    return all().filter(k -> support(k) > 0).mapToDouble(this::recall).average().orElse(0);
  }

  private double macro(IntToDoubleFunction metric) {
    return all().filter(k -> support(k) + predicted(k) > 0).mapToDouble(metric).average().orElse(0);
  }

  private IntStream all() {
    return IntStream.range(0, counts.length);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  /** Equal when labels and all counts are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ConfusionMatrix that
        && labels.equals(that.labels)
        && Arrays.deepEquals(counts, that.counts);
  }

  @Override
  public int hashCode() {
    return 31 * labels.hashCode() + Arrays.deepHashCode(counts);
  }

  @Override
  public String toString() {
    return "ConfusionMatrix " + labels + " " + Arrays.deepToString(counts);
  }
}
