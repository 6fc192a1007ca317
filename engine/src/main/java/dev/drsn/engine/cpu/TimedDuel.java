package dev.drsn.engine.cpu;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Runs both in turns and compares the least time of each: in turns, because a machine's speed
 * changes with its other work; the least, because other work only adds. Before each run the caches
 * are emptied, as the other layers of a network would have it.
 */
final class TimedDuel implements Duel {

  private static final int DUELS = 3;
  private static final int LEAST_ROUNDS = 5;
  private static final int MOST_ROUNDS = 30;

  /** Short runs are repeated for so long. */
  private static final long ROUNDS_NANOS = 30_000_000;

  /** From here on a challenger has lost after two rounds. */
  private static final double LOST = 1.5;

  /** Compilation takes less, but on a busy machine. */
  private static final long WARM_UP_NANOS = 500_000_000;

  private static final int WARM_RUNS = 3;

  /** What empties the caches, at most 128 MB. */
  private static final int MOST_FLOATS = 32 << 20;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final long cache;
  private float[] other = {};

  /**
   * A duel.
   *
   * @param cache bytes of the last cache
   */
  TimedDuel(long cache) {
    this.cache = cache;
  }

  @Override
  public double ratio(Side champion, Side challenger) {
    other = new float[(int) Math.min(2 * cache / Float.BYTES, MOST_FLOATS)];
    warmUp(champion);
    warmUp(challenger);
    double ratio = 0;
    // Who seems faster has to be so again: noise is, too, now and then.
    for (int i = 0; i < DUELS && ratio < 1; i++) {
      ratio = Math.max(ratio, measure(champion, challenger));
    }
    other = new float[0];
    return ratio;
  }

  private double measure(Side champion, Side challenger) {
    double one = Double.MAX_VALUE;
    double two = Double.MAX_VALUE;
    long begin = System.nanoTime();
    for (int round = 0; round < MOST_ROUNDS; round++) {
      one = Math.min(one, time(champion));
      two = Math.min(two, time(challenger));
      boolean lost = round > 0 && two > LOST * one;
      boolean enough = round + 1 >= LEAST_ROUNDS && System.nanoTime() - begin > ROUNDS_NANOS;
      if (lost || enough) {
        break;
      }
    }
    return two / one;
  }

  /**
   * Runs something until it is compiled. As long as it is not, vectors are objects; so it is when
   * it allocates nothing.
   */
  private void warmUp(Side side) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    int warm = 0;
    while (warm < WARM_RUNS && System.nanoTime() < end) {
      long before = threads.getCurrentThreadAllocatedBytes();
      side.run();
      warm = threads.getCurrentThreadAllocatedBytes() == before ? warm + 1 : 0;
    }
  }

  private double time(Side side) {
    for (int i = 0; i < other.length; i += Lanes.COUNT) {
      other[i]++;
    }
    side.prepare();
    long begin = System.nanoTime();
    side.run();
    return (double) Math.max(1, System.nanoTime() - begin);
  }
}
