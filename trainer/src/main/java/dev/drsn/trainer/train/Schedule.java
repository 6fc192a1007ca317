package dev.drsn.trainer.train;

import dev.drsn.engine.DrsnException;

/**
 * The learning rate, or the weight of a centre loss, as a function of the step alone, so that a
 * resumed training goes on exactly. With T all steps, t the step counted from 0 and w the steps of
 * warm-up, {@code s = (t - w) / (T - w)}:
 *
 * <pre>
 *   warm-up, t &lt; w:  (t + 1) / w
 *   constant:  1
 *   cosine:    (1 + cos(pi s)) / 2                         (Loshchilov and Hutter 2017)
 *   step:      factor ^ floor(epoch / every)
 *   one-cycle: from 1/25 up to 1 by a cosine while s &lt; 0.3, then down to 1/250000  (Smith and Topin 2019)
 * </pre>
 *
 * @param warmup epochs in which the rate rises evenly from zero; may be a fraction
 * @param every epochs between two steps down, for {@link Kind#STEP}
 * @param factor of each step down, for {@link Kind#STEP}
 */
public record Schedule(Kind kind, double warmup, int every, double factor) {

  /** The curves. */
  public enum Kind {
    CONSTANT("constant"),
    COSINE("cosine"),
    STEP("step"),
    ONE_CYCLE("one-cycle");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** As users name it. */
    public String label() {
      return label;
    }

    /** The curve of this label. */
    public static Kind of(String label) {
      for (Kind kind : values()) {
        if (kind.label.equals(label)) {
          return kind;
        }
      }
      throw new DrsnException(
          "there is no schedule " + label + "; choose constant, cosine, step or one-cycle");
    }
  }

  private static final double RISE = 0.3;
  private static final double START = 1 / 25.0;
  private static final double END = START / 1e4;

  public Schedule {
    if (!(warmup >= 0)) {
      throw new DrsnException("warm-up of " + warmup + " epochs; give 0 or more");
    }
    if (every < 1 || !(factor > 0 && factor <= 1)) {
      throw new DrsnException(
          "a step schedule goes down by a factor of 0 to 1 every 1 or more epochs, not by "
              + factor
              + " every "
              + every);
    }
  }

  /** A curve with the customary settings: steps are a tenth every 30 epochs. */
  public static Schedule of(Kind kind, double warmup) {
    return new Schedule(kind, warmup, 30, 0.1);
  }

  /** Whether more epochs leave the rates of earlier ones as they were. */
  public boolean mayGrow() {
    return kind == Kind.CONSTANT || kind == Kind.STEP;
  }

  /**
   * The factor on the learning rate.
   *
   * @param step from 0
   * @param stepsPerEpoch steps of each epoch
   * @param epochs of the whole training
   */
  public double factor(long step, long stepsPerEpoch, int epochs) {
    double warm = warmup * stepsPerEpoch;
    if (step < warm) {
      return (step + 1) / Math.max(1, Math.ceil(warm));
    }
    double all = (double) epochs * stepsPerEpoch;
    double s = all > warm ? Math.min(1, (step - warm) / (all - warm)) : 1;
    return switch (kind) {
      case CONSTANT -> 1;
      case COSINE -> between(1, 0, s);
      case STEP -> StrictMath.pow(factor, (double) Math.floorDiv(step, stepsPerEpoch * every));
      case ONE_CYCLE ->
          s < RISE ? between(START, 1, s / RISE) : between(1, END, (s - RISE) / (1 - RISE));
    };
  }

  // StrictMath: the same rate to the bit on every machine.
  private static double between(double from, double to, double s) {
    return to + (from - to) * (1 + StrictMath.cos(StrictMath.PI * s)) / 2;
  }
}
