package dev.drsn.engine.image;

/**
 * Cuts a rectangle out of an image and resizes it, in plain Java so that every machine and thread
 * gives the same bytes. Separable: each axis has, for every new pixel, the old pixels under it and
 * their weights; first the rows that are needed, then the columns.
 *
 * <p>With {@code scale = old extent / new extent}, new pixel i covers old coordinates {@code [x + i
 * scale, x + (i + 1) scale)}. An axis that shrinks weighs old pixels by the part of them that is
 * covered; one that grows weighs the two nearest to the middle of the cover by their distance.
 */
final class Resize {
  /** Old pixels {@code first[i] ...} of new pixel i with weights {@code w[i * taps ...]}. */
  private record Axis(int[] first, float[] w, int taps) {

    static Axis of(double x, double extent, int size) {
      double scale = extent / size;
      boolean shrinks = scale >= 1;
      int taps = shrinks ? (int) Math.ceil(scale) + 1 : 2;
      int[] first = new int[size];
      float[] w = new float[size * taps];
      for (int i = 0; i < size; i++) {
        if (shrinks) {
          double begin = x + i * scale;
          double end = x + (i + 1) * scale;
          first[i] = (int) Math.floor(begin);
          for (int t = 0; t < taps; t++) {
            int pixel = first[i] + t;
            double covered = Math.min(end, pixel + 1) - Math.max(begin, pixel);
            w[i * taps + t] = (float) (Math.max(0, covered) / scale);
          }
        } else {
          double middle = x + (i + 0.5) * scale - 0.5;
          first[i] = (int) Math.floor(middle);
          w[i * 2 + 1] = (float) (middle - first[i]);
          w[i * 2] = 1 - w[i * 2 + 1];
        }
      }
      return new Axis(first, w, taps);
    }
  }

  private Resize() {}

  /**
   * The rectangle from (x, y) of width x height pixels, which may reach over the edges, as size x
   * size pixels.
   *
   * @param channels of the result: those of the image, or 1 to make a colour image grey
   */
  static Image resize(
      Image image, double x, double y, double width, double height, int size, int channels) {
    if (isCopy(image, x, y, width, height, size, channels)) {
      return copy(image, (int) x, (int) y, size);
    }
    Axis across = Axis.of(x, width, size);
    Axis down = Axis.of(y, height, size);
    int top = down.first[0];
    int rows = down.first[size - 1] + down.taps - top;
    int row = size * channels;
    float[] shrunk = new float[rows * row];
    int left = across.first[0];
    int[] line = new int[(across.first[size - 1] + across.taps - left) * channels];
    for (int r = 0; r < rows; r++) {
      int sourceRow = Math.clamp(top + r, 0, image.height() - 1);
      if (r > 0 && sourceRow == Math.clamp(top + r - 1, 0, image.height() - 1)) {
        System.arraycopy(shrunk, (r - 1) * row, shrunk, r * row, row);
        continue;
      }
      readLine(image, sourceRow, left, line, channels);
      for (int i = 0; i < size; i++) {
        for (int c = 0; c < channels; c++) {
          float sum = 0;
          for (int t = 0, p = (across.first[i] - left) * channels + c; t < across.taps; t++) {
            sum += across.w[i * across.taps + t] * line[p];
            p += channels;
          }
          shrunk[r * row + i * channels + c] = sum;
        }
      }
    }
    byte[] pixels = new byte[size * row];
    float[] sums = new float[row];
    for (int i = 0; i < size; i++) {
      java.util.Arrays.fill(sums, 0);
      for (int t = 0; t < down.taps; t++) {
        float w = down.w[i * down.taps + t];
        int from = (down.first[i] - top + t) * row;
        for (int j = 0; j < row; j++) {
          sums[j] += w * shrunk[from + j];
        }
      }
      for (int j = 0; j < row; j++) {
        pixels[i * row + j] = (byte) Math.min(255, (int) (sums[j] + 0.5f));
      }
    }
    return new Image(size, size, channels, pixels);
  }

  private static boolean isCopy(
      Image image, double x, double y, double width, double height, int size, int channels) {
    return width == size
        && height == size
        && channels == image.channels()
        && x == (int) x
        && y == (int) y
        && x >= 0
        && y >= 0
        && x + size <= image.width()
        && y + size <= image.height();
  }

  private static Image copy(Image image, int x, int y, int size) {
    int c = image.channels();
    byte[] pixels = new byte[size * size * c];
    for (int i = 0; i < size; i++) {
      System.arraycopy(
          image.pixels(), ((y + i) * image.width() + x) * c, pixels, i * size * c, size * c);
    }
    return new Image(size, size, c, pixels);
  }

  /** Pixels of a row from {@code left} on, grey where one channel is wanted, edges repeated. */
  private static void readLine(Image image, int y, int left, int[] line, int channels) {
    byte[] pixels = image.pixels();
    int sourceChannels = image.channels();
    for (int i = 0; i < line.length / channels; i++) {
      int x = Math.clamp(left + i, 0, image.width() - 1);
      int p = (y * image.width() + x) * sourceChannels;
      if (channels == sourceChannels) {
        for (int c = 0; c < channels; c++) {
          line[i * channels + c] = pixels[p + c] & 0xFF;
        }
      } else {
        line[i] = Image.luma(pixels, p);
      }
    }
  }
}
