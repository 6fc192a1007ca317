package dev.drsn.engine.backend;

/**
 * A run of a backend's scalars, zero at first. Exactly one of Weights, Plan or Backend owns it and
 * closes it; everything else holds {@link View}s.
 */
public interface Memory extends AutoCloseable {

  /** How many scalars it holds. */
  long size();

  /** Gives it back. Views of it are dead after that. */
  @Override
  void close();
}
