package dev.drsn.trainer.train;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.TrainingOptions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Everything that a user may decide about a training, beside network and data. The run folder's
 * {@code args.json} keeps it, defaults included.
 *
 * @param epochs passes over the training images
 * @param batch images a step
 * @param seed of initial weights, order and augmentation
 * @param workers loader threads; no influence on results
 * @param augment what is done to training images, in the words of {@code --augment}
 */
public record TrainOptions(
    int epochs,
    int batch,
    long seed,
    int workers,
    String augment,
    Descent descent,
    Objective objective,
    Selection selection) {

  /** The optimisers by the names that users give. */
  public enum Rule {
    ADAM,
    ADAMW,
    SGD
  }

  /**
   * How gradients become weights.
   *
   * @param rate the learning rate that the schedule scales
   * @param momentum of SGD (Nesterov's); Adam's constants are the customary ones
   * @param freeze parameters whose full name has a match of this regular expression keep their
   *     values; empty freezes none
   * @param groupRates regular expression to factor on the rate; the first that matches counts
   * @param average decay of the exponential moving average that is validated and saved; 0: none
   */
  public record Descent(
      Rule optimizer,
      double rate,
      double momentum,
      double weightDecay,
      Schedule schedule,
      String freeze,
      Map<String, Double> groupRates,
      double average) {

    public Descent {
      require(rate > 0 && Double.isFinite(rate), "the learning rate is above 0, not " + rate);
      require(momentum >= 0 && momentum < 1, "momentum is 0 to below 1, not " + momentum);
      require(weightDecay >= 0 && weightDecay < 1, "weight decay is 0 to 1, not " + weightDecay);
      require(average >= 0 && average < 1, "an average's decay is 0 to below 1, not " + average);
      pattern(freeze);
      groupRates = Collections.unmodifiableMap(new LinkedHashMap<>(groupRates));
      groupRates.forEach(
          (names, factor) -> {
            pattern(names);
            require(factor >= 0, "a group's factor on the learning rate is not below 0: " + factor);
          });
    }

    /** AdamW at 0.001 on a cosine after one epoch of warm-up. */
    public static Descent defaults() {
      return new Descent(
          Rule.ADAMW, 1e-3, 0.9, 0.01, Schedule.of(Schedule.Kind.COSINE, 1), "", Map.of(), 0);
    }

    /** The same with another optimiser and learning rate. */
    public Descent with(Rule optimizer, double rate) {
      return new Descent(
          optimizer, rate, momentum, weightDecay, schedule, freeze, groupRates, average);
    }

    /** The same with another schedule. */
    public Descent with(Schedule schedule) {
      return new Descent(
          optimizer, rate, momentum, weightDecay, schedule, freeze, groupRates, average);
    }

    /** The same with other frozen parameters and group rates. */
    public Descent with(String freeze, Map<String, Double> groupRates) {
      return new Descent(
          optimizer, rate, momentum, weightDecay, schedule, freeze, groupRates, average);
    }

    /** The same with another average. */
    public Descent withAverage(double average) {
      return new Descent(
          optimizer, rate, momentum, weightDecay, schedule, freeze, groupRates, average);
    }
  }

  /**
   * What is minimised.
   *
   * @param balanced weigh each class by {@code N / (K n_k)}, so that all count alike
   * @param labelSmoothing probability that is spread evenly over all classes
   * @param softLabels learn the data's label distributions where it has them, not the majority
   * @param centreWeight lambda of the centre loss; 0 leaves it out
   * @param separatingCentres the paper's formula 10 instead of the plain centre loss
   * @param centreSchedule factor on lambda by step; constant in a file that was written before
   *     there was a choice
   */
  public record Objective(
      boolean balanced,
      double labelSmoothing,
      boolean softLabels,
      double centreWeight,
      boolean separatingCentres,
      Schedule centreSchedule) {

    public Objective {
      require(
          labelSmoothing >= 0 && labelSmoothing < 1,
          "label smoothing is 0 to below 1, not " + labelSmoothing);
      require(
          centreWeight >= 0 && Double.isFinite(centreWeight),
          "the centre loss's weight is 0 or more, not " + centreWeight);
      if (centreSchedule == null) {
        centreSchedule = Schedule.of(Schedule.Kind.CONSTANT, 0);
      }
    }

    /** The same with a centre loss. */
    public Objective withCentres(double weight, boolean separating, Schedule schedule) {
      return new Objective(balanced, labelSmoothing, softLabels, weight, separating, schedule);
    }

    /** Whether more epochs leave the weights of earlier ones as they were. */
    boolean mayGrow() {
      return centreWeight == 0 || centreSchedule.mayGrow();
    }

    /** Plain cross-entropy. */
    public static Objective defaults() {
      return new Objective(false, 0, false, 0, false, Schedule.of(Schedule.Kind.CONSTANT, 0));
    }
  }

  /** The validation figures that can decide which epoch is best. */
  public enum Metric {
    ACCURACY,
    MACRO_F1
  }

  /**
   * Which epoch's weights are kept as the best, and when to stop.
   *
   * @param patience epochs without a better metric after which training stops; 0: never
   */
  public record Selection(Metric metric, int patience) {

    public Selection {
      require(patience >= 0, "patience is 0 or more epochs, not " + patience);
    }
  }

  public TrainOptions {
    require(epochs >= 1 && epochs <= 100_000, "epochs are 1 to 100000, not " + epochs);
    require(batch >= 2 && batch <= 65_536, "a batch is 2 to 65536 images, not " + batch);
    require(workers >= 1 && workers <= 256, "workers are 1 to 256, not " + workers);
  }

  /** Thirty epochs of 32 images. */
  public static TrainOptions defaults() {
    return new TrainOptions(
        30,
        32,
        1,
        2,
        "none",
        Descent.defaults(),
        Objective.defaults(),
        new Selection(Metric.ACCURACY, 0));
  }

  /** The same with other epochs. */
  public TrainOptions withEpochs(int epochs) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** The same with another batch. */
  public TrainOptions withBatch(int batch) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** The same with another seed. */
  public TrainOptions withSeed(long seed) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** The same with other loader threads. */
  public TrainOptions withWorkers(int workers) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** The same with another augmentation. */
  public TrainOptions withAugment(String augment) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** The same with another descent. */
  public TrainOptions with(Descent descent) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** The same with another objective. */
  public TrainOptions with(Objective objective) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** The same with another selection. */
  public TrainOptions with(Selection selection) {
    return new TrainOptions(epochs, batch, seed, workers, augment, descent, objective, selection);
  }

  /** As the engine's training plan wants it. */
  TrainingOptions forPlan() {
    Pattern freeze = pattern(descent.freeze);
    boolean freezes = !descent.freeze.isEmpty();
    Map<Pattern, Double> rates = new LinkedHashMap<>();
    descent.groupRates.forEach((names, factor) -> rates.put(pattern(names), factor));
    return new TrainingOptions(
        optimizer(),
        descent.weightDecay,
        name -> freezes && freeze.matcher(name).find(),
        name -> rate(rates, name),
        objective.centreWeight,
        objective.separatingCentres,
        descent.average);
  }

  private Optimizer optimizer() {
    return switch (descent.optimizer) {
      case ADAM -> Optimizer.Adam.standard(false);
      case ADAMW -> Optimizer.Adam.standard(true);
      case SGD -> new Optimizer.Sgd(descent.momentum, descent.momentum > 0);
    };
  }

  private static double rate(Map<Pattern, Double> rates, String name) {
    for (Map.Entry<Pattern, Double> entry : rates.entrySet()) {
      if (entry.getKey().matcher(name).find()) {
        return entry.getValue();
      }
    }
    return 1;
  }

  private static Pattern pattern(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new DrsnException(
          "'" + expression + "' is no regular expression: " + e.getDescription(), e);
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new DrsnException(otherwise);
    }
  }
}
