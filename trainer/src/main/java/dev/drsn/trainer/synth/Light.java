package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Streams.between;

import java.util.SplittableRandom;

/**
 * One lamp, the light of the room around it, and the exposure. A sample of albedo a and normal n
 * gets
 *
 * <pre>
 *   a (ambient (0.75 + 0.25 n.y) o + key (1 - s) max(0, (n.l + w) / (1 + w))) + gloss key (1 - s) max(0, n.h)^20
 * </pre>
 *
 * with l towards the lamp, h half-way between l and the viewer, w = 0.2 (light wraps around skin),
 * s the shadow found by walking from the sample towards the lamp through the depth buffer, and o
 * the share of the room that the sample sees, estimated from the depths around it.
 *
 * @param x lamp direction, towards the right of the picture
 * @param y lamp direction, up
 * @param z lamp direction, towards the viewer
 * @param key strength of the lamp
 * @param ambient strength of the room's light
 * @param exposure factor on everything
 * @param haze grey veil added to everything, 0 to 1
 */
record Light(
    double x, double y, double z, double key, double ambient, double exposure, double haze) {
  private static final float WRAP = 0.2f;
  private static final int SHADOW_STEPS = 12;
  private static final double SHADOW_REACH = 1.3;

  /** Grey as displayed to light as it is, in 1024 steps. */
  private static final float[] TO_LINEAR = new float[1025];

  static {
    for (int i = 0; i < TO_LINEAR.length; i++) {
      TO_LINEAR[i] = (float) Math.pow(i / 1024.0, 2.2);
    }
  }

  /**
   * Draws the light of a picture.
   *
   * @param level 0 (soft frontal light, well exposed) to 5 (a lamp up to 80 degrees to the side in
   *     a dark room, over- or underexposed by more than a stop, hazy)
   */
  static Light draw(int level, SplittableRandom r) {
    double azimuth = Math.toRadians(16 * level * between(r, -1, 1));
    double elevation = Math.toRadians(24 + 6 * level * between(r, -1, 1));
    double darkness = level / 5.0 * between(r, 0.5, 1.0);
    double exposure = Math.pow(2, 0.24 * level * between(r, -1, 1));
    double haze = 0.025 * level * r.nextDouble();
    double key = 0.82 + 0.35 * darkness;
    double ambient = 0.46 - 0.39 * darkness;
    return new Light(
        Math.sin(azimuth) * Math.cos(elevation),
        Math.sin(elevation),
        Math.cos(azimuth) * Math.cos(elevation),
        key,
        ambient,
        exposure,
        haze);
  }

  /** Displayed grey in [0, 1] to linear light. */
  static float linear(double grey) {
    return TO_LINEAR[(int) (Math.clamp(grey, 0.0, 1.0) * 1024 + 0.5)];
  }

  /** Linear light of every covered sample; NaN where there is none. */
  float[] shine(Raster raster) {
    float[] open = openness(raster);
    float[] shadows = shadows(raster);
    float[] lit = new float[raster.depth.length];
    double hx = x;
    double hy = y;
    double hz = z + 1;
    double h = Math.sqrt(hx * hx + hy * hy + hz * hz);
    for (int row = 0, i = 0; row < raster.height; row++) {
      for (int column = 0; column < raster.width; column++, i++) {
        if (raster.depth[i] == Float.NEGATIVE_INFINITY) {
          lit[i] = Float.NaN;
          continue;
        }
        float nx = raster.nx[i];
        float ny = raster.ny[i];
        float nz = raster.nz[i];
        double lambert = Math.max(0, (nx * x + ny * y + nz * z + WRAP) / (1 + WRAP));
        double lamp = key * (1 - 0.85 * shadows[i]);
        double shine = Math.max(0, (nx * hx + ny * hy + nz * hz) / h);
        double highlight = raster.gloss[i] * lamp * 0.6 * power20(shine);
        double room = ambient * (0.75 + 0.25 * ny) * open[i];
        lit[i] =
            (float) ((linear(raster.grey[i]) * (room + lamp * lambert) + highlight) * exposure);
      }
    }
    return lit;
  }

  /** The shadow on every sample, its edges softened by a box of about 0.05 head units. */
  private float[] shadows(Raster raster) {
    float[] hard = new float[raster.depth.length];
    for (int row = 0, i = 0; row < raster.height; row++) {
      for (int column = 0; column < raster.width; column++, i++) {
        if (raster.depth[i] != Float.NEGATIVE_INFINITY
            && raster.nx[i] * x + raster.ny[i] * y + raster.nz[i] * z > -WRAP) {
          hard[i] = (float) shadow(raster, column, row);
        }
      }
    }
    int reach = (int) Math.round(0.025 * raster.k);
    float[] rows = new float[hard.length];
    box(hard, rows, raster.height, raster.width, raster.width, 1, reach);
    box(rows, hard, raster.width, raster.height, 1, raster.width, reach);
    return hard;
  }

  /**
   * Running mean over 2 reach + 1 samples of every line; beyond its ends the last value goes on.
   */
  private static void box(
      float[] from, float[] to, int lines, int length, int line, int step, int reach) {
    float share = 1f / (2 * reach + 1);
    for (int l = 0; l < lines; l++) {
      int base = l * line;
      float sum = 0;
      for (int j = -reach; j <= reach; j++) {
        sum += from[base + Math.clamp(j, 0, length - 1) * step];
      }
      for (int i = 0; i < length; i++) {
        to[base + i * step] = sum * share;
        sum += from[base + Math.min(i + reach + 1, length - 1) * step];
        sum -= from[base + Math.max(i - reach, 0) * step];
      }
    }
  }

  /**
   * Walks towards the lamp; what stands in front of the ray by less than a head casts a soft
   * shadow.
   */
  private double shadow(Raster raster, int column, int row) {
    double start = raster.depth[row * raster.width + column];
    double worst = 0;
    for (int step = 1; step <= SHADOW_STEPS; step++) {
      double t = SHADOW_REACH * step * step / (SHADOW_STEPS * SHADOW_STEPS);
      int c = (int) (column + raster.k * x * t);
      int r = (int) (row - raster.k * y * t);
      if (c < 0 || r < 0 || c >= raster.width || r >= raster.height) {
        break;
      }
      double above = raster.depth[r * raster.width + c] - (start + z * t);
      if (above > 0.02 && above < 1.0) {
        worst = Math.max(worst, Math.min(1, (above - 0.02) / (0.04 + 0.15 * t)));
      }
    }
    return worst;
  }

  /** Samples that lie deeper than what is around them see less of the room: 1 free, 0.35 buried. */
  private static float[] openness(Raster raster) {
    int reach = Math.max(1, (int) (0.13 * raster.k));
    float[] open = new float[raster.depth.length];
    int[][] around = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
    for (int row = 0, i = 0; row < raster.height; row++) {
      for (int column = 0; column < raster.width; column++, i++) {
        float here = raster.depth[i];
        if (here == Float.NEGATIVE_INFINITY) {
          continue;
        }
        float buried = 0;
        for (int[] d : around) {
          int c = column + d[0] * reach;
          int r = row + d[1] * reach;
          if (c >= 0 && r >= 0 && c < raster.width && r < raster.height) {
            float over = raster.depth[r * raster.width + c] - here;
            buried += Math.clamp(over * 2.2f, 0f, 0.5f);
          }
        }
        open[i] = Math.max(0.35f, 1 - 0.22f * buried);
      }
    }
    return open;
  }

  private static double power20(double a) {
    double a2 = a * a;
    double a4 = a2 * a2;
    double a16 = a4 * a4 * a4 * a4;
    return a16 * a4;
  }
}
