package dev.drsn.engine.stream;

/** Is told of every batch, on the device's thread: it must be quick. */
@FunctionalInterface
public interface BatchObserver {

  /**
   * A batch has run.
   *
   * @param size rows in it
   * @param closed why it was closed: full, delay or drain
   * @param waitedNanos how long its oldest row waited
   * @param computeNanos how long it ran
   */
  void ran(int size, String closed, long waitedNanos, long computeNanos);
}
