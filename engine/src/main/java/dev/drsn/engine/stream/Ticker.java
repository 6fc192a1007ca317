package dev.drsn.engine.stream;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The time. Tests bring one of their own. */
public interface Ticker {

  /** Nanoseconds from some moment on; never goes back, whatever happens to the wall clock. */
  long nanos();

  /** What the wall clock shows. */
  Instant instant();

  /** Waits. */
  void sleep(long nanos) throws InterruptedException;

  /** This machine's. */
  static Ticker system() {
    return new Ticker() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public Instant instant() {
        return Instant.now();
      }

      @Override
      public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
      }
    };
  }
}
