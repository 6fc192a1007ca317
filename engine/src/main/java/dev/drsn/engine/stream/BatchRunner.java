package dev.drsn.engine.stream;

/** Turns prepared faces into probabilities: a model on one device. One thread at a time. */
public interface BatchRunner extends AutoCloseable {

  /** The most faces a run takes. */
  int batch();

  /** Numbers of one prepared face. */
  int inputs();

  /** Numbers of one result. */
  int classes();

  /**
   * Runs n faces.
   *
   * @param inputs n times {@link #inputs()}
   * @param n 1 to {@link #batch()}
   * @param probabilities gets n times {@link #classes()}
   */
  void run(float[] inputs, int n, float[] probabilities);

  @Override
  void close();
}
