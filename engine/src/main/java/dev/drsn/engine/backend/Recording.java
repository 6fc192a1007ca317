package dev.drsn.engine.backend;

/**
 * Steps of a plan that are run again and again with the same operands, so that a backend may keep
 * what they came to and repeat it as one. Made by {@link Backend#record}. Not for several threads
 * at once.
 */
public interface Recording extends AutoCloseable {

  /**
   * Runs the steps.
   *
   * @param n samples
   */
  void run(int n);

  @Override
  default void close() {}
}
