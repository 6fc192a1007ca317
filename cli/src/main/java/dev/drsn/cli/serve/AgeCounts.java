package dev.drsn.cli.serve;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;

/** How old a stream's results were, for Prometheus: {@code count[i]} of up to {@code BOUNDS[i]}. */
final class AgeCounts {

  private static final double[] BOUNDS = {
    .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, Double.POSITIVE_INFINITY
  };

  private final long[] counts = new long[BOUNDS.length];
  private double sum;

  void add(double seconds) {
    sum += seconds;
    int i = 0;
    while (seconds > BOUNDS[i]) {
      i++;
    }
    counts[i]++;
  }

  HistogramDataPointSnapshot snapshot(Labels labels) {
    ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
    for (int i = 0; i < BOUNDS.length; i++) {
      buckets.bucket(BOUNDS[i], counts[i]);
    }
    return HistogramDataPointSnapshot.builder()
        .classicHistogramBuckets(buckets.build())
        .sum(sum)
        .labels(labels)
        .build();
  }
}
