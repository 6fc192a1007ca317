package dev.drsn.trainer.experiment;

import java.util.List;

/**
 * How compact classes are beside how far they lie apart: {@code sum_i |x_i - c(i)|^2 / sum_i |c(i)
 * - c|^2} with the mean c(i) of sample i's class and the mean c of all. It does not change when all
 * is moved, turned or stretched.
 *
 * @param within the first sum over n, between the second over n
 */
public record Scatter(double within, double between) {

  /** Of rows and their classes. */
  public static Scatter of(List<float[]> rows, int[] labels, int classes) {
    int d = rows.getFirst().length;
    double[][] means = new double[classes + 1][d];
    int[] counts = new int[classes + 1];
    for (int i = 0; i < labels.length; i++) {
      for (int k : new int[] {labels[i], classes}) {
        counts[k]++;
        for (int j = 0; j < d; j++) {
          means[k][j] += rows.get(i)[j];
        }
      }
    }
    for (int k = 0; k <= classes; k++) {
      for (int j = 0; j < d; j++) {
        means[k][j] /= Math.max(1, counts[k]);
      }
    }
    double within = 0;
    double between = 0;
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < d; j++) {
        double own = means[labels[i]][j];
        within += Math.pow(rows.get(i)[j] - own, 2) / labels.length;
        between += Math.pow(own - means[classes][j], 2) / labels.length;
      }
    }
    return new Scatter(within, between);
  }

  /** Within over between: smaller is better told apart. */
  public double ratio() {
    return within / between;
  }
}
