package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.util.List;

/** A camera that shows the same pictures over and over, at its own pace, for tests and load. */
public final class SyntheticSource implements FrameSource {

  private final List<Image> images;
  private final double fps;
  private final long count;
  private final Ticker ticker;
  private final long began;
  private long next;
  private volatile boolean cancelled;

  /**
   * Turns the camera on.
   *
   * @param images at least one; they are handed out as they are and must not be changed
   * @param fps frames a second; 0 gives them as fast as they are taken
   * @param count frames until it ends; 0 for never
   */
  public SyntheticSource(List<Image> images, double fps, long count, Ticker ticker) {
    this.images = List.copyOf(images);
    this.fps = fps;
    this.count = count;
    this.ticker = ticker;
    this.began = ticker.nanos();
  }

  @Override
  public Shot read() {
    if (count > 0 && next >= count) {
      return null;
    }
    double position = fps > 0 ? next / fps : next;
    long wait = fps > 0 ? began + (long) (position * 1e9) - ticker.nanos() : 0;
    try {
      if (wait > 0) {
        ticker.sleep(wait);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancelled = true;
    }
    if (cancelled) {
      throw new DrsnException("the synthetic camera was turned off");
    }
    Image image = images.get((int) (next % images.size()));
    next++;
    return new Shot(image, position);
  }

  @Override
  public long corrupt() {
    return 0;
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}
