package dev.drsn.trainer.reproduce;

import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.experiment.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** All results of a reproduction, and what they say of the networks. */
public record Results(List<RunResult> all) {

  /**
   * Student's t beyond which 5 % of samples lie by chance, both sides, for 2, 3, ... measurements;
   * for more than there are here, the last.
   */
  private static final double[] T = {
    12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13
  };

  /**
   * How much more than the baseline a network gets right, seed by seed on the same pictures.
   *
   * @param isKnown whether chance alone gives so much in fewer than one of twenty reproductions
   */
  public record Difference(Spread spread, boolean isKnown) {

    static Difference of(List<Double> differences) {
      Spread spread = Spread.of(differences);
      int n = differences.size();
      double t = n < 2 ? 0 : T[Math.min(n - 2, T.length - 1)];
      boolean isKnown = n > 1 && Math.abs(spread.mean()) > t * spread.deviation() / Math.sqrt(n);
      return new Difference(spread, isKnown);
    }
  }

  /** A network's results, a seed each. */
  public List<RunResult> of(By by, Architecture network) {
    return all.stream().filter(r -> r.by() == by && r.network().equals(network.label())).toList();
  }

  /** Mean and spread over a network's seeds. */
  public Spread spread(By by, Architecture network, ToDoubleFunction<RunResult> figure) {
    return Spread.of(of(by, network).stream().map(figure::applyAsDouble).toList());
  }

  /** What a network gains over another one. */
  public Difference difference(
      By by, Architecture baseline, Architecture network, ToDoubleFunction<RunResult> figure) {
    List<RunResult> theirs = of(by, baseline);
    List<RunResult> ours = of(by, network);
    Double[] differences = new Double[ours.size()];
    for (int i = 0; i < differences.length; i++) {
      if (ours.get(i).seed() != theirs.get(i).seed()) {
        throw new IllegalArgumentException("not the same seeds");
      }
      differences[i] = figure.applyAsDouble(ours.get(i)) - figure.applyAsDouble(theirs.get(i));
    }
    return Difference.of(List.of(differences));
  }

  /** Accuracy of the last epoch's weights on clean pictures. */
  public static double clean(RunResult result) {
    return result.matrix().accuracy();
  }

  /** Mean accuracy over all corruptions and levels. */
  public static double noisy(RunResult result) {
    return Arrays.stream(Corruption.values()).mapToDouble(result::under).average().orElseThrow();
  }
}
