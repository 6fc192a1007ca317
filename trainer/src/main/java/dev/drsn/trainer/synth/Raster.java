package dev.drsn.trainer.synth;

import java.util.Arrays;

/**
 * A depth-buffered picture of {@link Surface}s: for every sample the nearest point's depth, normal,
 * grey and gloss, to be lit afterwards. Samples are finer than pixels; averaging them anti-aliases
 * the edges. The camera looks along -z with a mild perspective: a point at (x, y, z) falls on (cx +
 * k x d/(d - z), cy - k y d/(d - z)).
 */
final class Raster {
  /** Distance of the camera in head units; about the proportions of a laptop's webcam. */
  static final double DISTANCE = 7;

  final int width;
  final int height;
  final double k;
  final double cx;
  final double cy;
  final float[] depth;
  final float[] grey;
  final float[] gloss;
  final float[] nx;
  final float[] ny;
  final float[] nz;

  /**
   * An empty picture.
   *
   * @param width samples across
   * @param height samples down
   * @param k samples a head unit
   * @param cx sample column of the origin
   * @param cy sample row of the origin
   */
  Raster(int width, int height, double k, double cx, double cy) {
    this.width = width;
    this.height = height;
    this.k = k;
    this.cx = cx;
    this.cy = cy;
    int n = width * height;
    depth = new float[n];
    grey = new float[n];
    gloss = new float[n];
    nx = new float[n];
    ny = new float[n];
    nz = new float[n];
    Arrays.fill(depth, Float.NEGATIVE_INFINITY);
  }

  /** Column of a point. */
  double column(double x, double z) {
    return cx + k * x * DISTANCE / (DISTANCE - z);
  }

  /** Row of a point. */
  double row(double y, double z) {
    return cy - k * y * DISTANCE / (DISTANCE - z);
  }

  /** Draws a sheet, seen from either side. */
  void draw(Surface s) {
    int n = s.rows * s.cols;
    float[] px = new float[n];
    float[] py = new float[n];
    for (int i = 0; i < n; i++) {
      px[i] = (float) column(s.x[i], s.z[i]);
      py[i] = (float) row(s.y[i], s.z[i]);
    }
    for (int r = 0; r + 1 < s.rows; r++) {
      for (int c = 0; c + 1 < s.cols; c++) {
        int i = r * s.cols + c;
        triangle(s, px, py, i, i + 1, i + s.cols);
        triangle(s, px, py, i + 1, i + s.cols + 1, i + s.cols);
      }
    }
  }

  private void triangle(Surface s, float[] px, float[] py, int a, int b, int c) {
    float area = (px[b] - px[a]) * (py[c] - py[a]) - (py[b] - py[a]) * (px[c] - px[a]);
    if (Math.abs(area) < 1e-12f) {
      return;
    }
    int x0 = Math.max(0, (int) Math.ceil(Math.min(px[a], Math.min(px[b], px[c])) - 0.5f));
    int x1 = Math.min(width - 1, (int) Math.floor(Math.max(px[a], Math.max(px[b], px[c])) - 0.5f));
    int y0 = Math.max(0, (int) Math.ceil(Math.min(py[a], Math.min(py[b], py[c])) - 0.5f));
    int y1 = Math.min(height - 1, (int) Math.floor(Math.max(py[a], Math.max(py[b], py[c])) - 0.5f));
    float inverse = 1 / area;
    for (int row = y0; row <= y1; row++) {
      float y = row + 0.5f;
      for (int column = x0; column <= x1; column++) {
        float x = column + 0.5f;
        float wb = ((x - px[a]) * (py[c] - py[a]) - (y - py[a]) * (px[c] - px[a])) * inverse;
        float wc = ((px[b] - px[a]) * (y - py[a]) - (py[b] - py[a]) * (x - px[a])) * inverse;
        float wa = 1 - wb - wc;
        if (wa < -1e-5f || wb < -1e-5f || wc < -1e-5f) {
          continue;
        }
        float z = wa * s.z[a] + wb * s.z[b] + wc * s.z[c];
        int i = row * width + column;
        if (z > depth[i]) {
          keep(s, i, z, a, b, c, wa, wb, wc);
        }
      }
    }
  }

  private void keep(Surface s, int i, float z, int a, int b, int c, float wa, float wb, float wc) {
    float u = wa * s.u[a] + wb * s.u[b] + wc * s.u[c];
    float v = wa * s.v[a] + wb * s.v[b] + wc * s.v[c];
    float shown = s.material.grey(u, v);
    if (shown < 0) {
      return;
    }
    float mx = wa * s.nx[a] + wb * s.nx[b] + wc * s.nx[c];
    float my = wa * s.ny[a] + wb * s.ny[b] + wc * s.ny[c];
    float mz = wa * s.nz[a] + wb * s.nz[b] + wc * s.nz[c];
    float scale = 1 / (float) Math.sqrt(mx * mx + my * my + mz * mz + 1e-12f);
    // The far side of an open sheet is seen from behind: its normal turns to the viewer.
    scale = mz < -0.2f ? -scale : scale;
    depth[i] = z;
    grey[i] = shown;
    gloss[i] = s.material.gloss(u, v);
    nx[i] = mx * scale;
    ny[i] = my * scale;
    nz[i] = mz * scale;
  }
}
