package dev.drsn.trainer.evaluate;

import java.util.Arrays;

/**
 * How far a model's confidence can be believed (Guo et al. 2017). Predictions are sorted by their
 * confidence into equal bins {@code (b / B, (b + 1) / B]}; the expected calibration error is {@code
 * sum_b n_b / N |accuracy_b - confidence_b|}.
 *
 * @param images predictions in each bin
 * @param right how many of them were right
 * @param confidence the sum of their confidences
 */
public record Calibration(long[] images, long[] right, double[] confidence) {

  /** The customary number. */
  public static final int BINS = 15;

  /** No predictions yet. */
  public static Calibration empty() {
    return new Calibration(new long[BINS], new long[BINS], new double[BINS]);
  }

  /** Counts one prediction. */
  void add(double probability, boolean correct) {
    int bin = Math.clamp((int) Math.ceil(probability * BINS) - 1, 0, BINS - 1);
    images[bin]++;
    right[bin] += correct ? 1 : 0;
    confidence[bin] += probability;
  }

  /** The expected calibration error, 0 (as good as it says) to 1. */
  public double error() {
    double sum = 0;
    for (int b = 0; b < BINS; b++) {
      sum += Math.abs(right[b] - confidence[b]);
    }
    return sum / Math.max(1, Arrays.stream(images).sum());
  }

  /** Equal when all bins are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Calibration that
        && Arrays.equals(images, that.images)
        && Arrays.equals(right, that.right)
        && Arrays.equals(confidence, that.confidence);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(images) + Arrays.hashCode(right))
        + Arrays.hashCode(confidence);
  }

  @Override
  public String toString() {
    return "Calibration error " + error();
  }
}
