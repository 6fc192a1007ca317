package dev.drsn.engine.feature;

import dev.drsn.engine.DrsnException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * k-means by Lloyd's iteration from the seeds of k-means++ (Arthur and Vassilvitskii 2007): each
 * seed is a point drawn with a probability that is proportional to its squared distance from the
 * seeds before it; then points go to their nearest centre and centres to the mean of their points
 * until no point moves. {@code |x - c|^2 = |x|^2 - 2 x c + |c|^2}, and |x| does not matter for the
 * nearest.
 *
 * <p>A centre that loses all its points moves to the point that is farthest from its own.
 *
 * @param d numbers of a point
 * @param centres [k, d]
 */
public record KMeans(int d, float[] centres) {

  /**
   * Finds centres.
   *
   * @param points [n, d]
   * @param k centres, at most n
   * @param most iterations
   * @param seed equal seeds give equal centres
   * @throws DrsnException where there are fewer points than centres
   */
  public static KMeans fit(float[] points, int d, int k, int most, long seed) {
    int n = points.length / d;
    if (n < k) {
      throw new DrsnException(
          n + " points cannot have " + k + " centres; give more pictures or ask for fewer words");
    }
    KMeans means = new KMeans(d, seeds(points, d, k, new SplittableRandom(seed)));
    int[] before = new int[n];
    Arrays.fill(before, -1);
    for (int i = 0; i < most; i++) {
      int[] nearest = means.nearest(points);
      if (Arrays.equals(nearest, before)) {
        break;
      }
      means.move(points, nearest);
      before = nearest;
    }
    return means;
  }

  private static float[] seeds(float[] points, int d, int k, SplittableRandom random) {
    int n = points.length / d;
    float[] centres = new float[k * d];
    double[] distance = new double[n];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    int chosen = random.nextInt(n);
    for (int j = 0; j < k; j++) {
      System.arraycopy(points, chosen * d, centres, j * d, d);
      int seed = chosen;
      IntStream.range(0, n)
          .parallel()
          .forEach(i -> distance[i] = Math.min(distance[i], distance(points, i, points, seed, d)));
      double rest = random.nextDouble() * Arrays.stream(distance).sum();
      chosen = 0;
      while (chosen < n - 1 && (rest -= distance[chosen]) >= 0) {
        chosen++;
      }
    }
    return centres;
  }

  private static double distance(float[] a, int i, float[] b, int j, int d) {
    double sum = 0;
    for (int t = 0; t < d; t++) {
      double each = a[i * d + t] - b[j * d + t];
      sum += each * each;
    }
    return sum;
  }

  /** The number of centres. */
  public int k() {
    return centres.length / d;
  }

  /** The nearest centre of each point, the first of equals. */
  public int[] nearest(float[] points) {
    float[] half = new float[k()];
    for (int j = 0; j < half.length; j++) {
      half[j] = Rows.dot(centres, j * d, centres, j * d, d) / 2;
    }
    int[] nearest = new int[points.length / d];
    IntStream.range(0, nearest.length)
        .parallel()
        .forEach(
            i -> {
              float most = Float.NEGATIVE_INFINITY;
              for (int j = 0; j < half.length; j++) {
                float score = Rows.dot(points, i * d, centres, j * d, d) - half[j];
                if (score > most) {
                  most = score;
                  nearest[i] = j;
                }
              }
            });
    return nearest;
  }

  private void move(float[] points, int[] nearest) {
    double[] sums = new double[centres.length];
    int[] counts = new int[k()];
    for (int i = 0; i < nearest.length; i++) {
      counts[nearest[i]]++;
      for (int t = 0; t < d; t++) {
        sums[nearest[i] * d + t] += points[i * d + t];
      }
    }
    float[] old = centres.clone();
    boolean[] taken = new boolean[nearest.length];
    for (int j = 0; j < counts.length; j++) {
      if (counts[j] > 0) {
        for (int t = 0; t < d; t++) {
          centres[j * d + t] = (float) (sums[j * d + t] / counts[j]);
        }
      } else {
        int far = farthest(points, nearest, old, taken);
        taken[far] = true;
        System.arraycopy(points, far * d, centres, j * d, d);
      }
    }
  }

  private int farthest(float[] points, int[] nearest, float[] old, boolean[] taken) {
    int far = 0;
    double most = -1;
    for (int i = 0; i < nearest.length; i++) {
      double distance = taken[i] ? -1 : distance(points, i, old, nearest[i], d);
      if (distance > most) {
        most = distance;
        far = i;
      }
    }
    return far;
  }

  /** Sum of the squared distances of all points to their centres. */
  public double inertia(float[] points) {
    int[] nearest = nearest(points);
    double sum = 0;
    for (int i = 0; i < nearest.length; i++) {
      sum += distance(points, i, centres, nearest[i], d);
    }
    return sum;
  }

  // Records compare arrays by identity; centres are values.
  @Override
  public boolean equals(Object other) {
    return other instanceof KMeans that && d == that.d && Arrays.equals(centres, that.centres);
  }

  @Override
  public int hashCode() {
    return 31 * d + Arrays.hashCode(centres);
  }

  @Override
  public String toString() {
    return k() + " centres of " + d + " numbers";
  }
}
