package dev.drsn.bench.numerics;

import java.util.List;

/** The relative L2 error {@code |actual - expected| / |expected|}. */
final class Relative {
  private double apart;
  private double norm;

  /** Of one array. */
  static double of(float[] actual, float[] expected) {
    Relative error = new Relative();
    error.add(actual, expected);
    return error.value();
  }

  /** Of several arrays together; NaN where there are none. */
  static double of(List<float[]> actual, List<float[]> expected) {
    if (expected.isEmpty()) {
      return Double.NaN;
    }
    Relative error = new Relative();
    for (int i = 0; i < expected.size(); i++) {
      error.add(actual.get(i), expected.get(i));
    }
    return error.value();
  }

  private void add(float[] actual, float[] expected) {
    if (actual.length != expected.length) {
      throw new IllegalArgumentException(actual.length + " numbers for " + expected.length);
    }
    for (int i = 0; i < expected.length; i++) {
      double difference = (double) actual[i] - expected[i];
      apart += difference * difference;
      norm += (double) expected[i] * expected[i];
    }
  }

  private double value() {
    return apart == 0 ? 0 : Math.sqrt(apart / norm);
  }
}
