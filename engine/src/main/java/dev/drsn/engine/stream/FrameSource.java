package dev.drsn.engine.stream;

import dev.drsn.engine.image.Image;

/**
 * Something that gives one picture after the other: a file, a camera, a folder. It belongs to one
 * thread, but for {@link #cancel}.
 */
public interface FrameSource extends AutoCloseable {

  /**
   * A picture and its place in time.
   *
   * @param image the receiver's own
   * @param position seconds since the first picture, as the source counts them
   */
  record Shot(Image image, double position) {}

  /**
   * The next picture, or null after the last. Waits for one, but not for ever.
   *
   * @throws dev.drsn.engine.DrsnException where the source fails; it is then of no more use
   */
  Shot read();

  /** Pictures that were left out since the opening because they were damaged. */
  long corrupt();

  /** What decodes its pictures, {@code software} or {@code cuda}; empty where nothing does. */
  default String decoder() {
    return "";
  }

  /** Makes a {@link #read} that waits, or the next one, fail soon. From any thread. */
  void cancel();

  @Override
  void close();

  /** Opens sources. */
  @FunctionalInterface
  interface Opener {

    /**
     * Opens a stream's source.
     *
     * @param deadline is set before each wait, and may be cancelled from outside
     * @throws dev.drsn.engine.DrsnException where that fails, with the address masked
     */
    FrameSource open(StreamSpec spec, Deadline deadline);
  }
}
