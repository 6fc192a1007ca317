package dev.drsn.engine.cpu;

import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Which of several algorithms computes something. They differ in speed and rounding only; the one
 * with the least estimated work is taken, so that the choice depends on shapes alone.
 */
final class Choice {

  /**
   * One that may be chosen.
   *
   * @param name as profiles show it
   * @param work an estimate, comparable among the candidates for one thing
   * @param make makes it
   */
  record Candidate<T>(String name, double work, Supplier<T> make) {}

  private final Algorithm algorithm;

  Choice(CpuOptions options) {
    algorithm = options.algorithm();
  }

  /** Which ones may be candidates at all. */
  Algorithm algorithm() {
    return algorithm;
  }

  /** Makes the best of them. */
  <T> T of(List<Candidate<T>> candidates) {
    return candidates.stream()
        .min(Comparator.comparingDouble(Candidate::work))
        .orElseThrow()
        .make()
        .get();
  }
}
