package dev.drsn.engine.op;

import dev.drsn.engine.tensor.Shape;
import java.util.Random;

/** What the inputs of a case look like. */
enum Values {
  /** Standard normal. */
  GAUSSIAN,
  /** Normal about 30: a variance taken as the difference of two large numbers shows. */
  OFFSET,
  /** Normal with a deviation of 60: exponentials overflow unless care is taken. */
  LARGE,
  /**
   * Odd sixteenths, about normal: thresholds, computed in different orders, still fall on the same
   * side of every |x|, and x is never 0.
   */
  GRID,
  /** -1, -1/2, 0, 1/2 and 1: equal maxima, exact zeros, |x| equal to tau. */
  TIES,
  /** Thresholds from 0 to 1, some of them exactly 0. */
  TAU,
  /** Thresholds 0, 1/2 and 1, to go with {@link #TIES}. */
  TIED_TAU,
  /** A single 1 a sample. */
  ONE_HOT,
  /** A single 1 a sample, and never at the last class. */
  ONE_HOT_BUT_LAST,
  /** Non-negative numbers that do not sum to 1. */
  SOFT,
  /** 0, 1/2 or 1: the largest is often not alone. */
  SOFT_TIES;

  /**
   * Whether the values sit on kinks on purpose: derivatives there are a convention, not a limit.
   */
  boolean kinked() {
    return this == TIES;
  }

  /** Values of a shape, always the same for the same random state. */
  float[] make(Shape shape, Random random) {
    float[] values = new float[shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = one(random);
    }
    if (this == ONE_HOT || this == ONE_HOT_BUT_LAST) {
      int classes = shape.sampleElements();
      for (int n = 0; n < shape.n(); n++) {
        int bound = this == ONE_HOT ? classes : Math.max(1, classes - 1);
        values[n * classes + random.nextInt(bound)] = 1;
      }
    }
    return values;
  }

  private float one(Random random) {
    return switch (this) {
      case GAUSSIAN -> (float) random.nextGaussian();
      case OFFSET -> (float) (30 + random.nextGaussian());
      case LARGE -> (float) (60 * random.nextGaussian());
      case GRID -> (float) (2 * Math.floor(8 * random.nextGaussian()) + 1) / 16;
      case TIES -> (random.nextInt(5) - 2) / 2f;
      case TAU -> Math.max(0, random.nextFloat() * 1.1f - 0.1f);
      case TIED_TAU, SOFT_TIES -> random.nextInt(3) / 2f;
      case ONE_HOT, ONE_HOT_BUT_LAST -> 0;
      case SOFT -> random.nextFloat();
    };
  }
}
