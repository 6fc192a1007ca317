package dev.drsn.engine.cpu;

/**
 * How convolutions with windows of 3 x 3 and stride 1 are computed, forward and backward; all
 * others are direct anyway. Winograd's algorithms differ from direct sums by rounding, the more the
 * larger their tiles (docs/numerics.md).
 */
public enum Algorithm {
  /** Whichever is the fastest. */
  FASTEST,
  /** Sums as the formula has them. */
  DIRECT,
  /** F(2 x 2, 3 x 3). */
  WINOGRAD_2,
  /** F(3 x 3, 3 x 3). */
  WINOGRAD_3,
  /** F(4 x 4, 3 x 3). */
  WINOGRAD_4;

  /** Whether Winograd's with m x m outputs a tile may be used. */
  boolean allowsWinograd(int m) {
    return switch (this) {
      case FASTEST -> true;
      case DIRECT -> false;
      case WINOGRAD_2 -> m == 2;
      case WINOGRAD_3 -> m == 3;
      case WINOGRAD_4 -> m == 4;
    };
  }

  /** Whether direct sums may be used where there is a choice. */
  boolean allowsDirect() {
    return this == FASTEST || this == DIRECT;
  }
}
