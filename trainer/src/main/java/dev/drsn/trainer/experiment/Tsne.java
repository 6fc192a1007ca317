package dev.drsn.trainer.experiment;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.feature.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * t-SNE (van der Maaten and Hinton 2008) in the plane, by Barnes and Hut's sums (van der Maaten
 * 2014).
 *
 * <pre>
 *   p(j|i) = exp(-b_i |x_i - x_j|^2) / sum over the 3u nearest;  b_i such that 2^entropy = u, the perplexity
 *   p_ij   = (p(j|i) + p(i|j)) / 2n
 *   q_ij   = (1 + |y_i - y_j|^2)^-1 / Z,  Z the sum over all pairs
 *   dKL/dy_i = 4 sum_j (p_ij - q_ij) q_ij Z (y_i - y_j)
 * </pre>
 *
 * <p>Descent with momentum and a gain a coordinate; p counts twelve times in the first quarter.
 */
public final class Tsne {

  private static final double EXAGGERATION = 12;
  private static final double LEAST_GAIN = 0.01;

  /**
   * What is done.
   *
   * @param theta accuracy of Barnes and Hut's sums; 0 is exact
   */
  public record Options(double perplexity, int iterations, double theta, long seed) {

    /** Perplexity 30, 600 iterations, theta 0.5. */
    public static Options customary() {
      return new Options(30, 600, 0.5, 1);
    }
  }

  private final int n;
  private final Options options;
  // Row i's neighbours and their p_ij (not yet symmetric: both rows are added in the gradient).
  private final int[][] neighbours;
  private final double[][] p;
  private final double[] x;
  private final double[] y;

  Tsne(List<float[]> rows, Options options) {
    n = rows.size();
    this.options = options;
    if (n <= 3 * options.perplexity + 1) {
      throw new DrsnException(
          n
              + " faces are too few for a map of perplexity "
              + options.perplexity
              + "; give more, or a perplexity below "
              + (n - 1) / 3);
    }
    int k = (int) (3 * options.perplexity);
    neighbours = new int[n][];
    p = new double[n][];
    double[] squares = rows.stream().mapToDouble(r -> Rows.dot(r, 0, r, 0, r.length)).toArray();
    IntStream.range(0, n).parallel().forEach(i -> neighbourhood(rows, squares, i, k));
    SplittableRandom random = new SplittableRandom(options.seed);
    x = new double[n];
    y = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = 1e-4 * random.nextGaussian();
      y[i] = 1e-4 * random.nextGaussian();
    }
  }

  /**
   * A map of these rows.
   *
   * @return places, [n][2]
   */
  public static double[][] map(List<float[]> rows, Options options) {
    Tsne tsne = new Tsne(rows, options);
    tsne.descend();
    double[][] places = new double[tsne.n][];
    for (int i = 0; i < tsne.n; i++) {
      places[i] = new double[] {tsne.x[i], tsne.y[i]};
    }
    return places;
  }

  private void neighbourhood(List<float[]> rows, double[] squares, int i, int k) {
    float[] row = rows.get(i);
    double[] distance = new double[n];
    for (int j = 0; j < n; j++) {
      double dot = Rows.dot(row, 0, rows.get(j), 0, row.length);
      distance[j] = j == i ? Double.POSITIVE_INFINITY : squares[i] + squares[j] - 2 * dot;
    }
    neighbours[i] =
        IntStream.range(0, n)
            .boxed()
            .sorted((a, b) -> Double.compare(distance[a], distance[b]))
            .limit(k)
            .mapToInt(j -> j)
            .toArray();
    double[] near = Arrays.stream(neighbours[i]).mapToDouble(j -> distance[j]).toArray();
    p[i] = conditional(near, options.perplexity);
  }

  /** Probabilities of neighbours at these squared distances, of the wanted perplexity. */
  static double[] conditional(double[] near, double perplexity) {
    double[] p = new double[near.length];
    double low = 0;
    double high = Double.POSITIVE_INFINITY;
    double beta = 1;
    for (int attempt = 0; attempt < 200; attempt++) {
      double sum = 0;
      for (int j = 0; j < p.length; j++) {
        p[j] = Math.exp(-beta * (near[j] - near[0]));
        sum += p[j];
      }
      double entropy = 0;
      for (int j = 0; j < p.length; j++) {
        p[j] /= sum;
        entropy -= p[j] > 0 ? p[j] * Math.log(p[j]) : 0;
      }
      double off = entropy - Math.log(perplexity);
      if (Math.abs(off) < 1e-6) {
        break;
      }
      if (off > 0) {
        low = beta;
        beta = Double.isInfinite(high) ? 2 * beta : (low + high) / 2;
      } else {
        high = beta;
        beta = (low + high) / 2;
      }
    }
    return p;
  }

  private void descend() {
    double[] gx = new double[n];
    double[] gy = new double[n];
    double[] vx = new double[n];
    double[] vy = new double[n];
    double[] gainX = new double[n];
    double[] gainY = new double[n];
    Arrays.fill(gainX, 1);
    Arrays.fill(gainY, 1);
    double rate = Math.max(50, n / EXAGGERATION / 4);
    int early = options.iterations / 4;
    for (int step = 0; step < options.iterations; step++) {
      gradient(step < early ? EXAGGERATION : 1, gx, gy);
      double momentum = step < early ? 0.5 : 0.8;
      move(x, gx, vx, gainX, rate, momentum);
      move(y, gy, vy, gainY, rate, momentum);
    }
  }

  private void move(
      double[] at, double[] g, double[] v, double[] gain, double rate, double momentum) {
    double mean = 0;
    for (int i = 0; i < n; i++) {
      // A step against the last one's direction was too long.
      gain[i] = g[i] * v[i] < 0 ? gain[i] + 0.2 : Math.max(gain[i] * 0.8, LEAST_GAIN);
      v[i] = momentum * v[i] - rate * gain[i] * g[i];
      at[i] += v[i];
      mean += at[i] / n;
    }
    for (int i = 0; i < n; i++) {
      at[i] -= mean;
    }
  }

  /** {@code dKL/dy} with p multiplied by a factor. */
  void gradient(double exaggeration, double[] gx, double[] gy) {
    QuadTree tree = new QuadTree(x, y);
    double[] z = new double[n];
    IntStream.range(0, n)
        .parallel()
        .forEach(
            i -> {
              double[] force = new double[2];
              z[i] = tree.repulsion(i, options.theta, force);
              gx[i] = force[0];
              gy[i] = force[1];
            });
    double sum = Arrays.stream(z).sum();
    for (int i = 0; i < n; i++) {
      gx[i] *= -4 / sum;
      gy[i] *= -4 / sum;
    }
    for (int i = 0; i < n; i++) {
      for (int t = 0; t < neighbours[i].length; t++) {
        int j = neighbours[i][t];
        double dx = x[i] - x[j];
        double dy = y[i] - y[j];
        double pull = 4 * exaggeration * p[i][t] / (2 * n) / (1 + dx * dx + dy * dy);
        gx[i] += pull * dx;
        gy[i] += pull * dy;
        gx[j] -= pull * dx;
        gy[j] -= pull * dy;
      }
    }
  }

  /** Kullback and Leibler's divergence of q from p, by all pairs. */
  double divergence() {
    double z = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        z += i == j ? 0 : affinity(i, j);
      }
    }
    double[][] all = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int t = 0; t < neighbours[i].length; t++) {
        all[i][neighbours[i][t]] += p[i][t] / (2 * n);
        all[neighbours[i][t]][i] += p[i][t] / (2 * n);
      }
    }
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (all[i][j] > 0) {
          sum += all[i][j] * Math.log(all[i][j] * z / affinity(i, j));
        }
      }
    }
    return sum;
  }

  private double affinity(int i, int j) {
    return 1 / (1 + (x[i] - x[j]) * (x[i] - x[j]) + (y[i] - y[j]) * (y[i] - y[j]));
  }

  /** Puts a point elsewhere: for tests of the gradient. */
  void place(int i, double toX, double toY) {
    x[i] = toX;
    y[i] = toY;
  }
}
