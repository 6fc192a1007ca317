package dev.drsn.bench;

import java.util.Arrays;

/** Times of equal runs, in milliseconds. */
final class Samples {
  private double[] times = new double[64];
  private int count;

  void add(double milliseconds) {
    if (count == times.length) {
      times = Arrays.copyOf(times, 2 * count);
    }
    times[count++] = milliseconds;
  }

  int count() {
    return count;
  }

  double median() {
    return quantile(0.5);
  }

  /**
   * The time below which a share of the runs lies, interpolated between neighbours.
   *
   * @param share 0 to 1
   */
  double quantile(double share) {
    if (count == 0) {
      throw new IllegalStateException("no runs were timed");
    }
    double[] sorted = Arrays.copyOf(times, count);
    Arrays.sort(sorted);
    double at = share * (count - 1);
    int below = (int) at;
    int above = Math.min(below + 1, count - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** The median of the latest runs. */
  double latest(int runs) {
    Samples tail = new Samples();
    for (int i = Math.max(0, count - runs); i < count; i++) {
      tail.add(times[i]);
    }
    return tail.median();
  }
}
