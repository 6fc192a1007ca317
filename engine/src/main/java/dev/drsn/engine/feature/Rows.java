package dev.drsn.engine.feature;

import dev.drsn.engine.cpu.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sums over rows of matrices that lie in one array, row after row. */
public final class Rows {

  private static final VectorSpecies<Float> LANES = Lanes.SPECIES;
  private static final int STEP = LANES.length();

  private Rows() {}

  /** {@code sum_i a[at + i] b[bAt + i]} over n numbers, in float. */
  public static float dot(float[] a, int at, float[] b, int bAt, int n) {
    FloatVector even = FloatVector.zero(LANES);
    FloatVector odd = FloatVector.zero(LANES);
    int i = 0;
    // Two sums: a fused multiply-add waits four cycles for the one before it.
    for (; i <= n - 2 * STEP; i += 2 * STEP) {
      even =
          FloatVector.fromArray(LANES, a, at + i)
              .fma(FloatVector.fromArray(LANES, b, bAt + i), even);
      odd =
          FloatVector.fromArray(LANES, a, at + i + STEP)
              .fma(FloatVector.fromArray(LANES, b, bAt + i + STEP), odd);
    }
    float sum = sum(even.add(odd));
    for (; i < n; i++) {
      sum += a[at + i] * b[bAt + i];
    }
    return sum;
  }

  /**
   * The sum of the lanes, first to last. {@code reduceLanes} may add in any order, and does add in
   * another one once it is compiled: the same call would not always give the same bits.
   */
  static float sum(FloatVector v) {
    float sum = 0;
    for (float lane : v.toArray()) {
      sum += lane;
    }
    return sum;
  }
}
