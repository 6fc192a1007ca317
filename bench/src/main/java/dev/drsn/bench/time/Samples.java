package dev.drsn.bench.time;

import java.util.Arrays;

/** Times of equal runs, in milliseconds. */
public final class Samples {
  private double[] times = new double[64];
  private int count;

  /** No runs yet. */
  public Samples() {}

  /** These runs. */
  public Samples(double... times) {
    this.times = times.clone();
    count = times.length;
  }

  /** One more run. */
  public void add(double milliseconds) {
    if (count == times.length) {
      times = Arrays.copyOf(times, Math.max(16, 2 * count));
    }
    times[count++] = milliseconds;
  }

  /** How many runs. */
  public int count() {
    return count;
  }

  /** All times in order. */
  public double[] all() {
    return Arrays.copyOf(times, count);
  }

  /** The time that half of the runs stay below. */
  public double median() {
    return quantile(0.5);
  }

  /**
   * The time below which a share of the runs lies, interpolated between neighbours.
   *
   * @param share 0 to 1
   */
  public double quantile(double share) {
    if (count == 0) {
      throw new IllegalStateException("no runs were timed");
    }
    double[] sorted = all();
    Arrays.sort(sorted);
    double at = share * (count - 1);
    int below = (int) at;
    int above = Math.min(below + 1, count - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** The latest runs. */
  Samples latest(int runs) {
    return new Samples(Arrays.copyOfRange(times, Math.max(0, count - runs), count));
  }
}
