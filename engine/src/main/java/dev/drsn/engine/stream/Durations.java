package dev.drsn.engine.stream;

import org.HdrHistogram.ConcurrentHistogram;

/** How long something took, many times: quantiles within one part in a hundred, up to an hour. */
final class Durations {

  private static final long MOST_MICROS = 3_600_000_000L;

  private final ConcurrentHistogram micros = new ConcurrentHistogram(MOST_MICROS, 2);

  /** Another time. From any thread. */
  void add(long nanos) {
    micros.recordValue(Math.clamp(nanos / 1000, 0, MOST_MICROS));
  }

  /** The times so far. */
  DurationSnapshot snapshot() {
    return new DurationSnapshot(
        micros.getTotalCount(), millis(50), millis(95), millis(99), micros.getMaxValue() / 1e3);
  }

  private double millis(double percentile) {
    return micros.getValueAtPercentile(percentile) / 1e3;
  }
}
