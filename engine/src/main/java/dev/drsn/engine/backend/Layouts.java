package dev.drsn.engine.backend;

import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The layouts that a kernel is compiled for: what a kernel may tune, pack and size itself by.
 *
 * @param x one an input, at the largest batch
 * @param y the output's
 * @param dx one an input in training, null where no gradient is wanted; null as a whole for
 *     inference
 * @param dy the output gradient's in training, null for inference
 */
public record Layouts(Layout[] x, Layout y, Layout[] dx, Layout dy) {

  /** For a kernel that only goes forward. */
  public static Layouts forward(Layout[] x, Layout y) {
    return new Layouts(x, y, null, null);
  }

  /** Whether backward will be called. */
  public boolean training() {
    return dy != null;
  }

  /** The inputs' shapes in order. */
  public List<Shape> inputs() {
    return Arrays.stream(x).map(Layout::shape).toList();
  }
}
