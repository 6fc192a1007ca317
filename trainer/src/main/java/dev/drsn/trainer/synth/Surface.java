package dev.drsn.trainer.synth;

/**
 * A curved sheet in space: a grid of points p[r][c] with a normal each, and two material
 * coordinates (u, v) by which the {@link Material} says what is at a point. x runs right in the
 * picture, y up, z towards the viewer.
 */
final class Surface {
  /** What a sheet is made of. */
  interface Material {
    /** Displayed grey 0 to 1 at (u, v), or negative where there is a hole. */
    float grey(float u, float v);

    /** Strength of the highlight at (u, v). */
    default float gloss(float u, float v) {
      return 0.12f;
    }
  }

  /** A point of the sheet for a point (s, t) of the unit square: sets x, y, z, u, v. */
  interface Shape {
    void at(double s, double t, double[] point);
  }

  /** A motion in space, in place. */
  interface Motion {
    void move(double[] point);
  }

  final int rows;
  final int cols;
  final float[] x;
  final float[] y;
  final float[] z;
  final float[] u;
  final float[] v;
  final float[] nx;
  final float[] ny;
  final float[] nz;
  final Material material;

  /** Samples the shape on rows x cols points over [0, 1] x [0, 1] and moves it. */
  Surface(int rows, int cols, Shape shape, Material material, Motion motion) {
    this.rows = rows;
    this.cols = cols;
    this.material = material;
    int n = rows * cols;
    x = new float[n];
    y = new float[n];
    z = new float[n];
    u = new float[n];
    v = new float[n];
    nx = new float[n];
    ny = new float[n];
    nz = new float[n];
    double[] p = new double[5];
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        shape.at(c / (cols - 1.0), r / (rows - 1.0), p);
        motion.move(p);
        x[i] = (float) p[0];
        y[i] = (float) p[1];
        z[i] = (float) p[2];
        u[i] = (float) p[3];
        v[i] = (float) p[4];
      }
    }
    normals();
  }

  /** Cross products of central differences; s to the right and t downwards give outward normals. */
  private void normals() {
    for (int r = 0, i = 0; r < rows; r++) {
      for (int c = 0; c < cols; c++, i++) {
        int left = c > 0 ? i - 1 : i;
        int right = c < cols - 1 ? i + 1 : i;
        int above = r > 0 ? i - cols : i;
        int below = r < rows - 1 ? i + cols : i;
        float ax = x[right] - x[left];
        float ay = y[right] - y[left];
        float az = z[right] - z[left];
        float bx = x[above] - x[below];
        float by = y[above] - y[below];
        float bz = z[above] - z[below];
        float cx = ay * bz - az * by;
        float cy = az * bx - ax * bz;
        float cz = ax * by - ay * bx;
        float length = (float) Math.sqrt(cx * cx + cy * cy + cz * cz);
        if (length < 1e-9f) {
          // A pole, where a whole row is one point: it faces up or down.
          nx[i] = 0;
          ny[i] = r == 0 ? 1 : -1;
          nz[i] = 0;
        } else {
          nx[i] = cx / length;
          ny[i] = cy / length;
          nz[i] = cz / length;
        }
      }
    }
  }
}
