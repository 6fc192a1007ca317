package dev.drsn.engine.plan;

import dev.drsn.engine.op.Optimizer;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * What decides a training step beside network and data.
 *
 * @param weightDecay for weights of convolutions and linear layers; nothing else decays
 * @param frozen parameters by full name that keep their values; a normalisation whose scale is
 *     frozen keeps its running statistics too and divides by them
 * @param rateScale by full name: factor on the learning rate
 * @param centreWeight lambda: weight of the centre loss beside cross-entropy; 0 leaves it out
 * @param separatingCentres the paper's formula 10 instead of the plain centre loss
 * @param averageDecay of the exponential moving average of all parameters; 0 keeps none
 */
public record TrainingOptions(
    Optimizer optimizer,
    double weightDecay,
    Predicate<String> frozen,
    ToDoubleFunction<String> rateScale,
    double centreWeight,
    boolean separatingCentres,
    double averageDecay) {

  /** Nothing frozen, one rate, cross-entropy only, no average. */
  public static TrainingOptions of(Optimizer optimizer) {
    return new TrainingOptions(optimizer, 0, name -> false, name -> 1, 0, false, 0);
  }
}
