package dev.drsn.engine.op;

/**
 * The window that a convolution or a pooling slides over an image: extent, stride and zero padding,
 * each in pixels, vertical then horizontal; padding is the same at both ends.
 *
 * <p>Output pixel {@code (p, q)} reads input rows {@code p strideH - padH + r} for {@code 0 <= r <
 * height}, likewise columns.
 */
public record Window(int height, int width, int strideH, int strideW, int padH, int padW) {

  public Window {
    if (height < 1 || width < 1 || strideH < 1 || strideW < 1) {
      throw new IllegalArgumentException(
          "window " + height + "x" + width + " stride " + strideH + "x" + strideW + " is empty");
    }
    if (padH < 0 || padW < 0 || padH >= height || padW >= width) {
      throw new IllegalArgumentException(
          "padding " + padH + "x" + padW + " is not within 0 and window " + height + "x" + width);
    }
  }

  /** A square window. */
  public static Window square(int size, int stride, int padding) {
    return new Window(size, size, stride, stride, padding, padding);
  }

  /**
   * The height of the output for an input of height {@code h}; below 1 where the window does not
   * fit.
   */
  public int outH(int h) {
    return Math.floorDiv(h + 2 * padH - height, strideH) + 1;
  }

  /**
   * The width of the output for an input of width {@code w}; below 1 where the window does not fit.
   */
  public int outW(int w) {
    return Math.floorDiv(w + 2 * padW - width, strideW) + 1;
  }

  /** The number of window positions' elements: {@code height width}. */
  public int area() {
    return height * width;
  }

  /** As {@code 3x3/2+1}: extent, stride, padding. */
  @Override
  public String toString() {
    return height + "x" + width + "/" + pair(strideH, strideW) + "+" + pair(padH, padW);
  }

  private static String pair(int a, int b) {
    return a == b ? Integer.toString(a) : a + "x" + b;
  }
}
