package dev.drsn.engine.feature;

import dev.drsn.engine.image.Image;

/** HOG in double, pixel by pixel, as its formulas stand: the judge of the one with vectors. */
final class ScalarHog {

  private static final int SIDE = 64;

  private ScalarHog() {}

  static float[] describe(Image image, Hog.Voting voting, Hog.Norm norm) {
    double[] y = new double[1764];
    for (int by = 0; by < 7; by++) {
      for (int bx = 0; bx < 7; bx++) {
        for (int i = 0; i < 256; i++) {
          vote(image, voting, 8 * bx, 8 * by, i % 16, i / 16, y, (by * 7 + bx) * 36);
        }
      }
    }
    normalise(y, norm);
    float[] rounded = new float[y.length];
    for (int i = 0; i < y.length; i++) {
      rounded[i] = (float) y[i];
    }
    return rounded;
  }

  /** The vote of pixel (x, y) of the block at (left, top) for its cells and bins. */
  private static void vote(
      Image image, Hog.Voting voting, int left, int top, int x, int y, double[] to, int at) {
    double gx = slope(image, left + x, top + y, 1, 0);
    double gy = slope(image, left + x, top + y, 0, 1);
    double m = Math.hypot(gx, gy);
    double a = Math.toDegrees(Math.atan2(gy, gx)) / 20 - 0.5;
    double low = Math.floor(a);
    double[] share = {1 - (a - low), a - low};
    for (int cy = 0; cy < 2; cy++) {
      for (int cx = 0; cx < 2; cx++) {
        double w =
            voting == Hog.Voting.CELLS
                ? (x / 8 == cx && y / 8 == cy ? 1 : 0)
                : tent(x, cx) * tent(y, cy) * gauss(x, y);
        for (int side = 0; side < 2; side++) {
          int bin = Math.floorMod((int) low + side, 9);
          to[at + (cy * 2 + cx) * 9 + bin] += w * m * share[side];
        }
      }
    }
  }

  private static double slope(Image image, int x, int y, int dx, int dy) {
    int along = dx > 0 ? x : y;
    if (along == 0 || along == SIDE - 1) {
      return 0;
    }
    return root(image, x + dx, y + dy) - root(image, x - dx, y - dy);
  }

  private static double root(Image image, int x, int y) {
    return Math.sqrt(image.pixels()[y * SIDE + x] & 0xFF);
  }

  private static double tent(int pixel, int cell) {
    double centre = 8 * cell + 3.5;
    return Math.max(0, 1 - Math.abs(pixel - centre) / 8);
  }

  private static double gauss(int x, int y) {
    return Math.exp(-((x - 8) * (x - 8) + (y - 8) * (y - 8)) / 32.0);
  }

  private static void normalise(double[] y, Hog.Norm norm) {
    int together = norm == Hog.Norm.WHOLE_MAX ? y.length : 36;
    for (int at = 0; at < y.length; at += together) {
      if (norm == Hog.Norm.L2_HYS) {
        divide(y, at, 36, length(y, at) + 3.6);
        for (int i = at; i < at + 36; i++) {
          y[i] = Math.min(y[i], 0.2);
        }
        divide(y, at, 36, length(y, at) + 1e-3);
      } else {
        double max = 0;
        for (int i = at; i < at + together; i++) {
          max = Math.max(max, y[i]);
        }
        divide(y, at, together, max == 0 ? 1 : max);
      }
    }
  }

  private static double length(double[] y, int at) {
    double squares = 0;
    for (int i = at; i < at + 36; i++) {
      squares += y[i] * y[i];
    }
    return Math.sqrt(squares);
  }

  private static void divide(double[] y, int at, int n, double by) {
    for (int i = at; i < at + n; i++) {
      y[i] /= by;
    }
  }
}
