package dev.drsn.engine.stream;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A time that stands still but for sleepers, who move it. */
final class VirtualTicker implements Ticker {

  private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);
  private volatile Instant wall = Instant.parse("2026-01-05T09:00:00Z");

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public Instant instant() {
    return wall;
  }

  @Override
  public void sleep(long wait) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    nanos.addAndGet(wait);
  }

  void advance(long wait) {
    nanos.addAndGet(wait);
  }

  void setWall(Instant instant) {
    wall = instant;
  }
}
