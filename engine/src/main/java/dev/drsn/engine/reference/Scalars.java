package dev.drsn.engine.reference;

import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.Shape;

/**
 * Single scalars of a view, by their row-major index: element {@code [n, c, h, w]} lies at {@code
 * ((n C + c) H + h) W + w}.
 */
final class Scalars {
  private Scalars() {}

  /** The index of an element. */
  static int at(Shape shape, int n, int c, int h, int w) {
    return ((n * shape.c() + c) * shape.h() + h) * shape.w() + w;
  }

  /** The index of the first element of a channel, whose {@code H W} elements are neighbours. */
  static int at(Shape shape, int n, int c) {
    return at(shape, n, c, 0, 0);
  }

  static double get(View view, int index) {
    return ((ReferenceMemory) view.memory()).get(view.offset() + index);
  }

  static void set(View view, int index, double value) {
    ((ReferenceMemory) view.memory()).set(view.offset() + index, value);
  }

  static void add(View view, int index, double value) {
    set(view, index, get(view, index) + value);
  }

  /** Writes a gradient by the contract: adds to what is there, or takes its place. */
  static void put(View view, int index, double value, boolean add) {
    set(view, index, add ? get(view, index) + value : value);
  }

  /**
   * Makes room for a gradient that comes in parts: zero in n samples, unless it adds to another's.
   */
  static void clear(View dx, int n, boolean add) {
    if (!add) {
      for (int i = 0; i < n * dx.shape().sampleElements(); i++) {
        set(dx, i, 0);
      }
    }
  }
}
