package dev.drsn.engine.tensor;

import dev.drsn.engine.DrsnException;

/**
 * The logical extents of a value, row-major, one to four of them: {@code [N, C, H, W]} for
 * activations and convolution weights ({@code [K, C, R, S]}), {@code [N, C]} for vectors and linear
 * weights, {@code [C]} for a channel's parameters. Extents beyond the rank read as 1, so an
 * activation {@code [N, C]} is an {@code [N, C, 1, 1]} image to every operation.
 *
 * <p>How a backend lays these elements out in memory is its own affair ({@link
 * dev.drsn.engine.backend.Layout}).
 *
 * @param rank how many extents are meant, 1 to 4
 */
public record Shape(int rank, int n, int c, int h, int w) {

  public Shape {
    if (rank < 1 || rank > 4) {
      throw new IllegalArgumentException("rank " + rank + " is not 1 to 4");
    }
    if (n < 1 || c < 1 || h < 1 || w < 1) {
      throw new IllegalArgumentException(
          "extents of a shape are at least 1: " + n + " x " + c + " x " + h + " x " + w);
    }
    long elements = (long) n * c;
    elements = Math.multiplyHigh(elements, (long) h * w) != 0 ? -1 : elements * ((long) h * w);
    if (elements < 0 || elements > Integer.MAX_VALUE - 64) {
      throw new DrsnException(
          "a tensor of "
              + n
              + " x "
              + c
              + " x "
              + h
              + " x "
              + w
              + " elements is too large: one tensor holds at most 2^31; use a smaller batch or"
              + " image");
    }
  }

  /** The shape with these extents, outermost first. */
  public static Shape of(int... extents) {
    int rank = extents.length;
    if (rank < 1 || rank > 4) {
      throw new IllegalArgumentException("a shape has 1 to 4 extents, not " + rank);
    }
    return new Shape(
        rank,
        extents[0],
        rank > 1 ? extents[1] : 1,
        rank > 2 ? extents[2] : 1,
        rank > 3 ? extents[3] : 1);
  }

  /** The number of elements, at most 2^31. */
  public int elements() {
    return n * c * h * w;
  }

  /** Elements of one sample: {@code C H W}. */
  public int sampleElements() {
    return c * h * w;
  }

  /** Elements of one channel of one sample: {@code H W}. */
  public int area() {
    return h * w;
  }

  /** The same sample {@code n} times over. */
  public Shape withN(int n) {
    return new Shape(rank, n, c, h, w);
  }

  /** The extents as they are written to files: {@code rank} of them. */
  public int[] extents() {
    int[] all = {n, c, h, w};
    return java.util.Arrays.copyOf(all, rank);
  }

  /** As {@code 2x64x7x7}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder().append(n);
    int[] all = extents();
    for (int i = 1; i < rank; i++) {
      text.append('x').append(all[i]);
    }
    return text.toString();
  }
}
