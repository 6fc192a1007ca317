package dev.drsn.engine.stream;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How many pictures are searched for faces at once. A search holds a processor, and with it one of
 * the few carriers of the virtual threads, for milliseconds: were there as many as streams, the
 * device and whoever has only little to do would wait for them.
 */
final class SearchTurns {

  private final Semaphore turns;
  private final long patience;

  /**
   * All processors but one, which is left to the device.
   *
   * @param patience how long a frame of a live stream waits at most
   */
  SearchTurns(Duration patience) {
    this.turns = new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1), true);
    this.patience = patience.toNanos();
  }

  /**
   * Waits for a turn, first come, first served.
   *
   * @param needed whether it must be had, however long it takes
   * @return whether it may be searched now; then {@link #give} is due
   */
  boolean take(boolean needed) throws InterruptedException {
    if (needed) {
      turns.acquire();
      return true;
    }
    return turns.tryAcquire(patience, TimeUnit.NANOSECONDS);
  }

  /** The search is done. */
  void give() {
    turns.release();
  }
}
