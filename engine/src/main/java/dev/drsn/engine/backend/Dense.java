package dev.drsn.engine.backend;

import dev.drsn.engine.tensor.Shape;

/** Row-major without padding: what parameters and their gradients have on every backend. */
public record Dense(Shape shape) implements Layout {
  @Override
  public long size() {
    return shape.elements();
  }
}
