package dev.drsn.trainer.synth;

/** Measures on grey pictures, for tests. */
final class Pictures {
  private Pictures() {}

  /** Mean absolute difference in grey levels. */
  static double distance(byte[] a, byte[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xff) - (b[i] & 0xff));
    }
    return sum / a.length;
  }

  static double mean(byte[] pixels) {
    double sum = 0;
    for (byte pixel : pixels) {
      sum += pixel & 0xff;
    }
    return sum / pixels.length;
  }

  /** Mean absolute response of the Laplacian: how much changes from pixel to pixel. */
  static double sharpness(byte[] pixels, int side) {
    double sum = 0;
    for (int y = 1; y < side - 1; y++) {
      for (int x = 1; x < side - 1; x++) {
        int i = y * side + x;
        sum +=
            Math.abs(
                4 * (pixels[i] & 0xff)
                    - (pixels[i - 1] & 0xff)
                    - (pixels[i + 1] & 0xff)
                    - (pixels[i - side] & 0xff)
                    - (pixels[i + side] & 0xff));
      }
    }
    return sum / ((side - 2) * (side - 2));
  }

  /** Means of blocks. */
  static byte[] shrink(byte[] pixels, int from, int to) {
    int block = from / to;
    byte[] small = new byte[to * to];
    for (int y = 0; y < to; y++) {
      for (int x = 0; x < to; x++) {
        int sum = 0;
        for (int j = 0; j < block * block; j++) {
          sum += pixels[(y * block + j / block) * from + x * block + j % block] & 0xff;
        }
        small[y * to + x] = (byte) (sum / (block * block));
      }
    }
    return small;
  }

  /** Zero mean, unit variance. */
  static double[] standardised(byte[] pixels) {
    double mean = mean(pixels);
    double variance = 0;
    for (byte pixel : pixels) {
      variance += ((pixel & 0xff) - mean) * ((pixel & 0xff) - mean) / pixels.length;
    }
    double[] x = new double[pixels.length];
    for (int i = 0; i < x.length; i++) {
      x[i] = ((pixels[i] & 0xff) - mean) / Math.sqrt(variance + 1);
    }
    return x;
  }

  /** The nearest of some means, each given as a sum and a count. */
  static int nearest(double[] x, double[][] sums, int[] counts) {
    int best = 0;
    double least = Double.MAX_VALUE;
    for (int k = 0; k < sums.length; k++) {
      double distance = 0;
      for (int p = 0; p < x.length; p++) {
        double d = x[p] - sums[k][p] / counts[k];
        distance += d * d;
      }
      if (distance < least) {
        least = distance;
        best = k;
      }
    }
    return best;
  }
}
