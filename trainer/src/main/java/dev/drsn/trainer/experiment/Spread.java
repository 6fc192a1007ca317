package dev.drsn.trainer.experiment;

import java.util.List;
import java.util.Locale;

/**
 * Mean and standard deviation of repeated measurements.
 *
 * @param deviation of the sample ({@code n - 1}); 0 for a single one
 */
public record Spread(double mean, double deviation) {

  /** Of at least one number. */
  public static Spread of(List<Double> values) {
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1)));
  }

  /** As percent: {@code 81.89 ± 2.31 %}. */
  public String percent() {
    return String.format(Locale.ROOT, "%.2f ± %.2f %%", 100 * mean, 100 * deviation);
  }
}
