package dev.drsn.engine.feature;

import java.util.Arrays;

/**
 * Formula 7: {@code F' = (F - F_min) / (F_max - F_min)}, each number by itself, with the smallest
 * and largest of the training part. A number that is constant there becomes 0. Others' numbers may
 * lie outside of 0 to 1: cutting them would hide how unlike the training part they are.
 *
 * @param min of each number, likewise max
 */
public record MinMax(float[] min, float[] max) {

  /**
   * Finds smallest and largest.
   *
   * @param rows at least one, all of the same length
   */
  public static MinMax fit(Iterable<float[]> rows) {
    MinMax found = null;
    for (float[] row : rows) {
      if (found == null) {
        found = new MinMax(row.clone(), row.clone());
      }
      for (int i = 0; i < row.length; i++) {
        found.min[i] = Math.min(found.min[i], row[i]);
        found.max[i] = Math.max(found.max[i], row[i]);
      }
    }
    if (found == null) {
      throw new IllegalArgumentException("no rows to fit");
    }
    return found;
  }

  /** A row normalised. */
  public float[] apply(float[] row) {
    float[] y = new float[row.length];
    for (int i = 0; i < y.length; i++) {
      float range = max[i] - min[i];
      y[i] = range > 0 ? (row[i] - min[i]) / range : 0;
    }
    return y;
  }

  // Records compare arrays by identity; these are values.
  @Override
  public boolean equals(Object other) {
    return other instanceof MinMax that
        && Arrays.equals(min, that.min)
        && Arrays.equals(max, that.max);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(min) + Arrays.hashCode(max);
  }

  @Override
  public String toString() {
    return "MinMax of " + min.length;
  }
}
