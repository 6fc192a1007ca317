package dev.drsn.engine.cpu;

import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.Shape;

/**
 * Channel-blocked activations: {@code [N][ceil(C / lanes)][halo + H + halo][halo + W +
 * halo][lanes]}. One pixel of one block is one vector; the halo lets windows slide over the border
 * without a test; lanes beyond C are padding. With as many lanes as channels it is NHWC, which
 * suits images: a row of a window is one run for the {@link MicroKernel}. All of the padding is
 * zero, always.
 */
record Blocked(Shape shape, int lanes, int halo) implements Layout {

  /** Channel blocks: {@code ceil(C / lanes)}. */
  int blocks() {
    return (shape.c() + lanes - 1) / lanes;
  }

  /** From one row to the next, in scalars. */
  int rowStride() {
    return (shape.w() + 2 * halo) * lanes;
  }

  /** From one channel block to the next. */
  int blockStride() {
    return (shape.h() + 2 * halo) * rowStride();
  }

  /** From one sample to the next. */
  int sampleStride() {
    return blocks() * blockStride();
  }

  /** From the layout's first scalar to lane 0 of pixel (0, 0) of block 0 of sample 0. */
  int origin() {
    return halo * rowStride() + halo * lanes;
  }

  /** From the layout's first scalar to pixel (0, 0) of plane {@code n blocks + block}. */
  int plane(int index) {
    return index * blockStride() + origin();
  }

  /** The index in {@link CpuMemory#array} of pixel (0, 0) of plane {@code n blocks + block}. */
  static int at(View view, int plane) {
    return CpuMemory.base(view) + of(view).plane(plane);
  }

  /** A view's layout. */
  static Blocked of(View view) {
    return (Blocked) view.layout();
  }

  @Override
  public long size() {
    return (long) shape.n() * sampleStride();
  }
}
