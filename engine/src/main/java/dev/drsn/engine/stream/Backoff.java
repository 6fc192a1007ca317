package dev.drsn.engine.stream;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the n-th attempt to open a stream again:
 *
 * <pre>
 *   wait = u min(most, first 2^(n-1)),   u uniform in [1/2, 1)
 * </pre>
 *
 * <p>The random part keeps cameras that were lost together from coming back together.
 *
 * @param first nanoseconds before the first new attempt
 * @param most nanoseconds before any
 */
public record Backoff(long first, long most, RandomGenerator random) {

  public Backoff {
    if (first < 1 || most < first) {
      throw new IllegalArgumentException("waits of " + first + " to " + most + " ns");
    }
  }

  /** Nanoseconds to wait before attempt n, from 1. */
  public long delay(int n) {
    // 2^62 ns is more than a century: shifting further would only overflow.
    int doublings = Math.min(n - 1, 62 - (63 - Long.numberOfLeadingZeros(first)));
    long full = Math.min(most, first << doublings);
    return full / 2 + (long) (random.nextDouble() * (full - full / 2));
  }
}
