package dev.drsn.engine.backend;

import dev.drsn.engine.tensor.Shape;

/**
 * One value within a memory.
 *
 * @param memory who holds the scalars; not owned
 * @param offset the first scalar
 */
public record View(Memory memory, long offset, Layout layout) {

  public View {
    if (offset < 0 || offset + layout.size() > memory.size()) {
      throw new IllegalArgumentException(
          layout + " at " + offset + " does not lie in a memory of " + memory.size());
    }
  }

  /** The logical shape. */
  public Shape shape() {
    return layout.shape();
  }

  /**
   * Some of the samples.
   *
   * @param layout like this one's, for fewer samples
   */
  public View samples(int first, Layout layout) {
    return new View(memory, offset + first * (this.layout.size() / shape().n()), layout);
  }
}
