package dev.drsn.engine.op;

import java.util.Arrays;

/**
 * In what a backend stores values. Given numbers are rounded to it, so that judge and backend start
 * from the same ones; results may be off by a few roundings more.
 */
enum Storage {
  /** The judge's own numbers. */
  EXACT(0, 0, 1e-4),
  /** Numbers as they are, sums in floats: what cancels loses digits. */
  F32(1e-4, 2e-4, 1e-4),
  /** The same where two samples are normalised over each other: a difference of differences. */
  F32_PAIRS(1e-4, 3e-3, 1e-4),
  /** 11 bits of precision: half a unit is 2.4e-4 of a number. */
  F16(2e-3, 4e-3, 1e-3),
  /** 8 bits: 2e-3. */
  BF16(1.6e-2, 3.2e-2, 8e-3);

  private final double forwardTolerance;
  private final double gradientTolerance;
  private final double near;

  Storage(double forwardTolerance, double gradientTolerance, double near) {
    this.forwardTolerance = forwardTolerance;
    this.gradientTolerance = gradientTolerance;
    this.near = near;
  }

  /** What is added to a case's own tolerance. */
  double forwardTolerance() {
    return forwardTolerance;
  }

  double gradientTolerance() {
    return gradientTolerance;
  }

  /** Results this close to a ReLU's kink, in terms of their root mean square, have no gradient. */
  double near() {
    return near;
  }

  private float round(float x) {
    return switch (this) {
      case EXACT, F32, F32_PAIRS -> x;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(x));
      // Sums with 2^16 of the number itself round it to 8 bits, ties to even.
      case BF16 -> {
        float shifted = x * 65537f;
        yield shifted - (shifted - x);
      }
    };
  }

  private float[] round(float[] values) {
    float[] rounded = values.clone();
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = round(rounded[i]);
    }
    return rounded;
  }

  private float[][] round(float[][] arrays) {
    return Arrays.stream(arrays).map(this::round).toArray(float[][]::new);
  }

  /** A case's numbers as they can be stored; gradients of parameters are floats everywhere. */
  OpCase.Data round(OpCase.Data data) {
    return this != F16 && this != BF16
        ? data
        : new OpCase.Data(
            round(data.x()),
            round(data.w()),
            round(data.dy()),
            round(data.dxBefore()),
            data.dwBefore());
  }
}
