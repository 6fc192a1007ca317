package dev.drsn.bench.soak;

/**
 * The straight line through points (x, y) that leaves the least squares:
 *
 * <pre>
 *   slope = sum (x - mean x)(y - mean y) / S        S = sum (x - mean x)^2
 *   error = sqrt(sum (y - line)^2 / ((n - 2) S))
 * </pre>
 *
 * <p>The standard error takes the points as independent of each other. What a process has resident
 * is not quite that, so the true error is somewhat larger.
 *
 * @param slope y for each x
 * @param error of the slope
 */
record Trend(double slope, double error) {

  /** Through at least three points, not all of the same x. */
  static Trend through(double[] x, double[] y) {
    int n = x.length;
    double meanX = mean(x);
    double meanY = mean(y);
    double squares = 0;
    double products = 0;
    for (int i = 0; i < n; i++) {
      squares += (x[i] - meanX) * (x[i] - meanX);
      products += (x[i] - meanX) * (y[i] - meanY);
    }
    if (n < 3 || squares == 0) {
      throw new IllegalArgumentException("no line through " + n + " points");
    }
    double slope = products / squares;
    double left = 0;
    for (int i = 0; i < n; i++) {
      double off = y[i] - meanY - slope * (x[i] - meanX);
      left += off * off;
    }
    return new Trend(slope, Math.sqrt(left / (n - 2) / squares));
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
