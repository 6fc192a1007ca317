package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;

/**
 * {@code [N, H, W, Cs]}, Cs the channels rounded up to a multiple of eight, so that pixels begin at
 * 16-byte boundaries and matrix units have no remainders. Spare channels are zero.
 *
 * @param type of an element; two 16-bit elements take the room of one scalar
 */
record ChannelsLast(Shape shape, DType type) implements Layout {

  private static final int CHANNELS = 8;

  @Override
  public long size() {
    return Math.ceilDiv(elements(shape.n()) * type.bytes(), Float.BYTES);
  }

  /** Channels with the spare ones. */
  int cs() {
    return padded(shape.c());
  }

  /** Elements of n samples, spare channels included. */
  long elements(int n) {
    return (long) n * shape.area() * cs();
  }

  /** A number of channels with the spare ones. */
  static int padded(int channels) {
    return Math.ceilDiv(channels, CHANNELS) * CHANNELS;
  }

  static ChannelsLast of(Layout layout) {
    return (ChannelsLast) layout;
  }

  static ChannelsLast of(View view) {
    return (ChannelsLast) view.layout();
  }
}
