package dev.drsn.engine.plan;

/**
 * From logits to probabilities, on the host: the one place where results are read off a network.
 */
public final class Softmax {

  private Softmax() {}

  /**
   * Turns logits into probabilities in place, row by row: {@code p[k] = exp(x[k] - max x) / sum}.
   *
   * @param logits [n, classes]
   */
  public static void rows(float[] logits, int n, int classes) {
    for (int row = 0; row < n; row++) {
      int start = row * classes;
      float max = Float.NEGATIVE_INFINITY;
      for (int k = start; k < start + classes; k++) {
        max = Math.max(max, logits[k]);
      }
      double sum = 0;
      for (int k = start; k < start + classes; k++) {
        double e = Math.exp(logits[k] - max);
        logits[k] = (float) e;
        sum += e;
      }
      for (int k = start; k < start + classes; k++) {
        logits[k] = (float) (logits[k] / sum);
      }
    }
  }

  /** The index of a row's largest number, the first of equals. */
  public static int argmax(float[] rows, int row, int classes) {
    int best = 0;
    for (int k = 1; k < classes; k++) {
      if (rows[row * classes + k] > rows[row * classes + best]) {
        best = k;
      }
    }
    return best;
  }
}
