package dev.drsn.kernels;

/**
 * What engine.image.Preprocess does to a box, in plain floats: an axis that shrinks averages the
 * area under each new pixel, one that grows interpolates linearly; edge pixels are repeated. First
 * along rows, then along columns, added in order.
 */
final class CropFormula {
  private CropFormula() {}

  private record Axis(int first, float[] w) {

    static Axis of(double x, double extent, int size, int i) {
      double scale = extent / size;
      if (scale < 1) {
        double middle = x + (i + 0.5) * scale - 0.5;
        int first = (int) Math.floor(middle);
        float second = (float) (middle - first);
        return new Axis(first, new float[] {1 - second, second});
      }
      double begin = x + i * scale;
      double end = x + (i + 1) * scale;
      int first = (int) Math.floor(begin);
      float[] w = new float[(int) Math.ceil(scale) + 1];
      for (int t = 0; t < w.length; t++) {
        double covered = Math.min(end, first + t + 1) - Math.max(begin, first + t);
        w[t] = (float) (Math.max(0, covered) / scale);
      }
      return new Axis(first, w);
    }
  }

  /** The crop [size, size, channels] as numbers 0 to 255; box = {x, y, width, height}. */
  static double[] crop(
      byte[] pixels, int height, int width, int from, double[] box, int size, int channels) {
    double[] crop = new double[size * size * channels];
    for (int i = 0; i < crop.length; i++) {
      Axis across = Axis.of(box[0], box[2], size, i / channels % size);
      Axis down = Axis.of(box[1], box[3], size, i / channels / size);
      float sum = 0;
      for (int t = 0; t < down.w.length; t++) {
        int row = Math.clamp(down.first + t, 0, height - 1);
        float line = 0;
        for (int s = 0; s < across.w.length; s++) {
          int column = Math.clamp(across.first + s, 0, width - 1);
          line += across.w[s] * value(pixels, (row * width + column) * from, from, channels, i);
        }
        sum += down.w[t] * line;
      }
      crop[i] = Math.min(255, (int) (sum + 0.5f));
    }
    return crop;
  }

  private static int value(byte[] pixels, int at, int from, int channels, int i) {
    if (from == 3 && channels == 1) {
      int red = pixels[at] & 0xFF;
      int green = pixels[at + 1] & 0xFF;
      int blue = pixels[at + 2] & 0xFF;
      return (299 * red + 587 * green + 114 * blue + 500) / 1000;
    }
    return pixels[at + (from == 1 ? 0 : i % channels)] & 0xFF;
  }
}
