package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.train.Schedule;
import dev.drsn.trainer.train.TrainOptions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Option;

/** How a network is trained: the flags that make {@link TrainOptions}. */
final class TrainingFlags {

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Passes over the training images; default: ${DEFAULT-VALUE}.")
  int epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "Images a step; default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.001",
      description = "Learning rate; default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Equal seeds give equal weights, to the bit; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      defaultValue = "adamw",
      description = "adam, adamw or sgd (Nesterov); default: ${DEFAULT-VALUE}.")
  private String optimizer;

  @Option(
      names = "--momentum",
      paramLabel = "X",
      defaultValue = "0.9",
      description = "Of sgd; default: ${DEFAULT-VALUE}.")
  private double momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "0.01",
      description = "On weights, never on biases and norms; default: ${DEFAULT-VALUE}.")
  private double weightDecay;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      defaultValue = "cosine",
      description = "constant, cosine, step or one-cycle; default: ${DEFAULT-VALUE}.")
  private String schedule;

  @Option(
      names = "--step-epochs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Epochs between a step schedule's steps; default: ${DEFAULT-VALUE}.")
  private int stepEpochs;

  @Option(
      names = "--step-factor",
      paramLabel = "X",
      defaultValue = "0.1",
      description = "What a step multiplies the rate by; default: ${DEFAULT-VALUE}.")
  private double stepFactor;

  @Option(
      names = "--warmup",
      paramLabel = "EPOCHS",
      defaultValue = "1",
      description = "Epochs in which the rate rises from zero; default: ${DEFAULT-VALUE}.")
  private double warmup;

  @Option(
      names = "--augment",
      paramLabel = "LIST",
      defaultValue = "flip",
      description =
          "none, or any of flip, crop=PIXELS, rotate=DEGREES, scale=X, brightness=X, contrast=X,"
              + " noise=X, erase=P; default: ${DEFAULT-VALUE}.")
  private String augment;

  @Option(
      names = "--soft-labels",
      description = "Learn the data's label distributions where it has them.")
  private boolean softLabels;

  @Option(
      names = "--label-smoothing",
      paramLabel = "X",
      defaultValue = "0",
      description = "Probability spread over all classes; default: ${DEFAULT-VALUE}.")
  private double labelSmoothing;

  @Option(
      names = "--balanced",
      description = "Weigh classes so that all count alike, however many images they have.")
  private boolean balanced;

  @Option(
      names = "--centre-loss",
      paramLabel = "LAMBDA",
      defaultValue = "0",
      description = "Weight of a centre loss, 0.001 to 0.01; default: none.")
  private double centreLoss;

  @Option(
      names = "--centre-kind",
      paramLabel = "KIND",
      defaultValue = "separating",
      description =
          "separating (the paper's formula 10) or plain (Wen 2016); default: ${DEFAULT-VALUE}.")
  private String centreKind;

  @Option(
      names = "--centre-schedule",
      paramLabel = "NAME",
      defaultValue = "constant",
      description =
          "Of the centre loss's weight: constant, cosine (down to zero), step (as --step-epochs"
              + " and --step-factor say) or one-cycle; default: ${DEFAULT-VALUE}.")
  private String centreSchedule;

  @Option(
      names = "--centre-warmup",
      paramLabel = "EPOCHS",
      defaultValue = "0",
      description =
          "Epochs in which the centre loss's weight rises evenly from zero; default:"
              + " ${DEFAULT-VALUE}.")
  private double centreWarmup;

  @Option(
      names = "--average",
      paramLabel = "DECAY",
      defaultValue = "0",
      description = "Keep an exponential moving average, such as 0.999, and validate that.")
  private double average;

  @Option(
      names = "--freeze",
      paramLabel = "REGEX",
      defaultValue = "",
      description = "Parameters whose name has a match keep their values.")
  private String freeze;

  @Option(
      names = "--rate",
      paramLabel = "REGEX=FACTOR",
      description = "Learning rate of parameters whose name has a match, as a factor; repeatable.")
  private Map<String, Double> groupRates = new LinkedHashMap<>();

  @Option(
      names = "--patience",
      paramLabel = "EPOCHS",
      defaultValue = "0",
      description = "Stop after so many epochs without a better one; default: never.")
  private int patience;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      defaultValue = "accuracy",
      description =
          "What makes an epoch the best: accuracy or macro-f1; default: ${DEFAULT-VALUE}.")
  private String metric;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that prepare images; default: ${DEFAULT-VALUE}.")
  private int workers;

  long seed() {
    return seed;
  }

  TrainOptions options() {
    Schedule curve = new Schedule(Schedule.Kind.of(schedule), warmup, stepEpochs, stepFactor);
    return new TrainOptions(
        epochs,
        batch,
        seed,
        workers,
        augment,
        new TrainOptions.Descent(
            one(TrainOptions.Rule.class, "optimizer", optimizer),
            rate,
            momentum,
            weightDecay,
            curve,
            freeze,
            groupRates,
            average),
        new TrainOptions.Objective(
            balanced, labelSmoothing, softLabels, centreLoss, separating(), centreCurve()),
        new TrainOptions.Selection(one(TrainOptions.Metric.class, "metric", metric), patience));
  }

  /** Where steps have no meaning their flags must not make one run differ from another. */
  private Schedule centreCurve() {
    Schedule.Kind kind = Schedule.Kind.of(centreSchedule);
    return kind == Schedule.Kind.STEP
        ? new Schedule(kind, centreWarmup, stepEpochs, stepFactor)
        : Schedule.of(kind, centreWarmup);
  }

  private boolean separating() {
    return switch (centreKind) {
      case "separating" -> true;
      case "plain" -> false;
      default ->
          throw new DrsnException(
              "there is no centre loss " + centreKind + "; choose separating or plain");
    };
  }

  private static <E extends Enum<E>> E one(Class<E> type, String what, String name) {
    for (E each : type.getEnumConstants()) {
      if (label(each).equals(name)) {
        return each;
      }
    }
    StringBuilder known = new StringBuilder();
    for (E each : type.getEnumConstants()) {
      known.append(known.isEmpty() ? "" : ", ").append(label(each));
    }
    throw new DrsnException("there is no " + what + " " + name + "; choose " + known);
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
