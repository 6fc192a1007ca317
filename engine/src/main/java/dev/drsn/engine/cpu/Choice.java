package dev.drsn.engine.cpu;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Which of several algorithms computes something. They differ in speed and rounding only. By
 * estimate the one with the least work is taken, so that the choice depends on shapes alone; with
 * {@link Tuning} another one where that was clearly faster on this machine.
 */
final class Choice {

  /** Candidates with more than this times the least estimated work are not timed. */
  private static final double HOPELESS = 2.5;

  /**
   * Ratios of times are good to a few per cent; who takes more than this does not change a thing.
   */
  private static final double CLEARLY_FASTER = 0.95;

  /**
   * One that may be chosen.
   *
   * @param name as profiles show it
   * @param work an estimate, comparable among the candidates for one thing
   * @param make makes it
   */
  record Candidate<T>(String name, double work, Supplier<T> make) {}

  private final Algorithm algorithm;
  private final Tuning tuning;
  private final Ratios ratios;
  private final Duel duel;

  Choice(Algorithm algorithm, Tuning tuning, Ratios ratios, Duel duel) {
    this.algorithm = algorithm;
    this.tuning = tuning;
    this.ratios = ratios;
    this.duel = duel;
  }

  /** The same by estimate. */
  Choice byEstimate() {
    return new Choice(algorithm, Tuning.OFF, ratios, duel);
  }

  /** Which ones may be candidates at all. */
  Algorithm algorithm() {
    return algorithm;
  }

  /** Makes the one with the least estimated work. */
  <T> T of(List<Candidate<T>> candidates) {
    return estimated(candidates).make().get();
  }

  /**
   * Makes the best of them.
   *
   * @param problem what is to be computed: equal texts may share a choice
   * @param trial something to run for one of them
   */
  <T> T of(String problem, List<Candidate<T>> candidates, Function<T, Duel.Side> trial) {
    Candidate<T> estimated = estimated(candidates);
    List<Candidate<T>> others =
        candidates.stream()
            .filter(
                each ->
                    !each.name().equals(estimated.name())
                        && each.work() <= HOPELESS * estimated.work())
            .toList();
    if (tuning == Tuning.OFF || others.isEmpty()) {
      return estimated.make().get();
    }
    Map<String, Double> times = ratios.of(problem);
    if (!covers(times, others) && tuning == Tuning.MEASURE) {
      times = measured(problem, estimated, others, trial);
    }
    return covers(times, others) ? fastest(times, estimated, others) : estimated.make().get();
  }

  private static <T> boolean covers(Map<String, Double> times, List<Candidate<T>> others) {
    return others.stream().allMatch(each -> times.containsKey(each.name()));
  }

  private static <T> T fastest(
      Map<String, Double> times, Candidate<T> estimated, List<Candidate<T>> others) {
    return others.stream()
        .filter(each -> times.get(each.name()) < CLEARLY_FASTER)
        .min(Comparator.comparingDouble(each -> times.get(each.name())))
        .orElse(estimated)
        .make()
        .get();
  }

  private static <T> Candidate<T> estimated(List<Candidate<T>> candidates) {
    return candidates.stream().min(Comparator.comparingDouble(Candidate::work)).orElseThrow();
  }

  /** One plan at a time: two that time at once would time each other. */
  private <T> Map<String, Double> measured(
      String problem,
      Candidate<T> estimated,
      List<Candidate<T>> others,
      Function<T, Duel.Side> trial) {
    synchronized (ratios) {
      if (covers(ratios.of(problem), others)) {
        return ratios.of(problem);
      }
      Map<String, Double> measured = new TreeMap<>();
      Duel.Side champion = trial.apply(estimated.make().get());
      for (Candidate<T> each : others) {
        measured.put(each.name(), duel.ratio(champion, trial.apply(each.make().get())));
      }
      ratios.put(problem, measured);
      return measured;
    }
  }
}
