package dev.drsn.engine.backend;

import dev.drsn.engine.tensor.Shape;

/**
 * How a backend lays a shape's elements out in its memory: row-major, channel-blocked with a halo,
 * channels last. Equal layouts are interchangeable.
 *
 * <p>Samples follow each other at equal distances: the size is N times that of one sample.
 *
 * <p>A layout may have padding (halo pixels, spare channels). Padding is zero when memory is made
 * and every kernel leaves it zero; so memory may pass from one value to another of equal layout
 * only.
 */
public interface Layout {

  /** The logical shape. */
  Shape shape();

  /** Scalars that it takes, padding included. */
  long size();
}
