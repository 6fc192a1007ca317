package dev.drsn.trainer.experiment;

import java.util.Arrays;

/**
 * Points of a plane in squares within squares, for sums over all pairs in {@code n log n}: a square
 * that is small beside its distance counts as one point at its centre of mass (Barnes and Hut
 * 1986).
 */
final class QuadTree {

  /** Halvings after which points count as one place. */
  private static final int DEEPEST = 40;

  private final double[] x;
  private final double[] y;
  // A cell's four children lie side by side from child; 0: it is a leaf.
  private int[] child = new int[64];
  private double[] massX = new double[64];
  private double[] massY = new double[64];
  private int[] count = new int[64];
  private double[] width = new double[64];
  private double[] left = new double[64];
  private double[] top = new double[64];
  private int cells = 1;

  /** Puts all points into the tree. */
  QuadTree(double[] x, double[] y) {
    this.x = x;
    this.y = y;
    double minX = Arrays.stream(x).min().orElse(0);
    double minY = Arrays.stream(y).min().orElse(0);
    double maxX = Arrays.stream(x).max().orElse(0);
    double maxY = Arrays.stream(y).max().orElse(0);
    left[0] = minX;
    top[0] = minY;
    width[0] = Math.max(Math.max(maxX - minX, maxY - minY) * (1 + 1e-9), 1e-12);
    for (int i = 0; i < x.length; i++) {
      insert(i);
    }
  }

  private void insert(int point) {
    int cell = 0;
    for (int depth = 0; ; depth++) {
      boolean together =
          count[cell] > 0
              && child[cell] == 0
              && (depth >= DEEPEST || (massX[cell] == x[point] && massY[cell] == y[point]));
      if (count[cell] > 0 && child[cell] == 0 && !together) {
        split(cell);
      }
      double n = count[cell];
      massX[cell] = (massX[cell] * n + x[point]) / (n + 1);
      massY[cell] = (massY[cell] * n + y[point]) / (n + 1);
      count[cell]++;
      if (child[cell] == 0) {
        return;
      }
      cell = quarter(cell, x[point], y[point]);
    }
  }

  private int quarter(int cell, double px, double py) {
    double half = width[cell] / 2;
    int right = px >= left[cell] + half ? 1 : 0;
    int low = py >= top[cell] + half ? 2 : 0;
    return child[cell] + right + low;
  }

  /** Makes four children and hands what the cell has to one of them. */
  private void split(int cell) {
    if (cells + 4 > child.length) {
      int length = 2 * child.length;
      child = Arrays.copyOf(child, length);
      massX = Arrays.copyOf(massX, length);
      massY = Arrays.copyOf(massY, length);
      count = Arrays.copyOf(count, length);
      width = Arrays.copyOf(width, length);
      left = Arrays.copyOf(left, length);
      top = Arrays.copyOf(top, length);
    }
    double half = width[cell] / 2;
    child[cell] = cells;
    for (int q = 0; q < 4; q++) {
      width[cells + q] = half;
      left[cells + q] = left[cell] + (q & 1) * half;
      top[cells + q] = top[cell] + (q >> 1) * half;
    }
    cells += 4;
    int to = quarter(cell, massX[cell], massY[cell]);
    massX[to] = massX[cell];
    massY[to] = massY[cell];
    count[to] = count[cell];
  }

  /**
   * Repulsion of one point by all others: {@code sum_j q^2 (p - p_j)} and {@code sum_j q} with
   * {@code q = 1 / (1 + |p - p_j|^2)}.
   *
   * @param theta a cell of width w at distance r counts as one point where {@code w < theta r}; 0
   *     is exact
   * @param force gets the first sum, x and y
   * @return the second
   */
  double repulsion(int point, double theta, double[] force) {
    force[0] = 0;
    force[1] = 0;
    return repulsion(0, point, theta * theta, force);
  }

  private double repulsion(int cell, int point, double theta2, double[] force) {
    if (count[cell] == 0) {
      return 0;
    }
    double dx = x[point] - massX[cell];
    double dy = y[point] - massY[cell];
    double r2 = dx * dx + dy * dy;
    if (child[cell] == 0 || width[cell] * width[cell] < theta2 * r2) {
      // Of a leaf's points at this very place one is the point itself.
      int n = child[cell] == 0 && r2 == 0 ? count[cell] - 1 : count[cell];
      double q = 1 / (1 + r2);
      force[0] += n * q * q * dx;
      force[1] += n * q * q * dy;
      return n * q;
    }
    double sum = 0;
    for (int q = 0; q < 4; q++) {
      sum += repulsion(child[cell] + q, point, theta2, force);
    }
    return sum;
  }
}
