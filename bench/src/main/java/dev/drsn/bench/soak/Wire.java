package dev.drsn.bench.soak;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.FrameSource;
import java.util.concurrent.TimeUnit;

/** What lies between a camera and its reader: may be cut, or go silent for a while. */
final class Wire {

  private boolean cut;
  private long silentUntil = System.nanoTime();

  /** The next read fails. */
  synchronized void cut() {
    cut = true;
    notifyAll();
  }

  /** Reads wait from now on, for so long. */
  synchronized void silence(long nanos) {
    silentUntil = System.nanoTime() + nanos;
  }

  /** Until it may be read again. */
  private synchronized void pass(Connected reader) throws InterruptedException {
    long left = silentUntil - System.nanoTime();
    while (left > 0 && !cut && !reader.cancelled) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = silentUntil - System.nanoTime();
    }
    if (cut) {
      cut = false;
      throw new DrsnException("the wire was cut");
    }
  }

  private synchronized void cancel(Connected reader) {
    reader.cancelled = true;
    notifyAll();
  }

  /** The camera as it is seen at the other end. */
  FrameSource to(FrameSource camera) {
    return new Connected(camera);
  }

  private final class Connected implements FrameSource {
    private final FrameSource camera;
    private boolean cancelled;

    Connected(FrameSource camera) {
      this.camera = camera;
    }

    @Override
    public Shot read() {
      try {
        pass(this);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DrsnException("interrupted", e);
      }
      return camera.read();
    }

    @Override
    public long corrupt() {
      return camera.corrupt();
    }

    @Override
    public void cancel() {
      camera.cancel();
      Wire.this.cancel(this);
    }

    @Override
    public void close() {
      camera.close();
    }
  }
}
