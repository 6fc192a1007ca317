package dev.drsn.bench.result;

import java.util.Map;

/**
 * What one process measured of a cell.
 *
 * @param times milliseconds of every run, by contender
 * @param forms in which of its forms each contender ran
 * @param differences the largest relative L2 difference of a peer's answers from drsn's, by answer
 * @param others processors that the rest of the machine used meanwhile
 * @param error one line, or null where all went well; the rest is then empty
 */
public record Launch(
    Map<String, double[]> times,
    Map<String, String> forms,
    Map<String, Double> differences,
    double others,
    String error) {

  /** A launch that failed. */
  public static Launch failed(String error) {
    return new Launch(Map.of(), Map.of(), Map.of(), Double.NaN, error);
  }
}
