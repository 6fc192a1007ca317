package dev.drsn.trainer.synth;

import java.util.SplittableRandom;

/**
 * What a webcam makes of the light on its sensor: defocus, veil, tone curve, sensor noise, dead
 * pixels, eight bits.
 */
final class Camera {
  private static final double[] SIGMA = {0, 4, 8, 14, 22, 32};
  private static final double[] DEAD = {0, 0, 0, 0.005, 0.01, 0.02};

  private Camera() {}

  /**
   * Develops a picture; blurs its light in place.
   *
   * @param noise level 0 to 5, see {@link Levels}
   * @param haze grey veil, 0 to 1
   * @param scale how much larger than a 64-pixel face the picture's faces are
   * @return greys row by row from the top
   */
  static byte[] develop(
      Canvas canvas, int noise, double haze, double scale, SplittableRandom random) {
    blur(canvas, 0.25 * noise * scale * random.nextDouble());
    double sigma = SIGMA[noise] * Streams.between(random, 0.85, 1.0);
    byte[] grey = new byte[canvas.light.length];
    for (int i = 0; i < grey.length; i++) {
      double shown = Math.pow(shoulder(canvas.light[i]), 1 / 2.2);
      double veiled = 255 * (shown * (1 - haze) + 0.5 * haze);
      double grain = sigma > 0 ? sigma * Math.sqrt(0.4 + 0.6 * shown) * random.nextGaussian() : 0;
      boolean dead = DEAD[noise] > 0 && random.nextDouble() < DEAD[noise];
      double value = dead ? (random.nextBoolean() ? 255 : 0) : veiled + grain;
      grey[i] = (byte) Math.clamp(Math.round(value), 0, 255);
    }
    return grey;
  }

  /** Bends the highlights over instead of cutting them off. */
  private static double shoulder(double light) {
    return light < 0.7 ? Math.max(0, light) : 0.7 + 0.3 * (1 - Math.exp((0.7 - light) / 0.3));
  }

  /** Gaussian blur of the given standard deviation in pixels, rows and then columns. */
  static void blur(Canvas canvas, double sigma) {
    if (sigma < 0.2) {
      return;
    }
    int reach = (int) Math.ceil(2.5 * sigma);
    float[] weights = new float[2 * reach + 1];
    float sum = 0;
    for (int i = -reach; i <= reach; i++) {
      weights[i + reach] = (float) Math.exp(-i * i / (2 * sigma * sigma));
      sum += weights[i + reach];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    float[] rows = new float[canvas.light.length];
    convolve(canvas.light, rows, canvas.height, canvas.width, canvas.width, 1, weights);
    convolve(rows, canvas.light, canvas.width, canvas.height, 1, canvas.width, weights);
  }

  /** Convolves every line of a picture; beyond its ends the last value goes on. */
  private static void convolve(
      float[] from, float[] to, int lines, int length, int line, int step, float[] weights) {
    int reach = weights.length / 2;
    for (int l = 0; l < lines; l++) {
      for (int i = 0; i < length; i++) {
        float sum = 0;
        for (int j = -reach; j <= reach; j++) {
          sum += weights[j + reach] * from[l * line + Math.clamp(i + j, 0, length - 1) * step];
        }
        to[l * line + i * step] = sum;
      }
    }
  }
}
