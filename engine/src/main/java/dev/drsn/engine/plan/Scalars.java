package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.tensor.Shape;

/** A run of scalars without a shape: what kernels save and scribble on. */
record Scalars(long size) implements Layout {
  @Override
  public Shape shape() {
    return Shape.of((int) Math.max(1, size));
  }
}
