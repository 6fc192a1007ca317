package dev.drsn.bench.contender;

import dev.drsn.engine.DrsnException;
import java.util.List;
import java.util.Locale;

/**
 * What a contender computed, to be compared before anything is timed.
 *
 * @param what the JSON field of the difference
 * @param limit on the relative L2 difference {@code |a - b| / |b|} between two engines; beyond it
 *     they have computed different things
 */
public record Answer(String what, double limit, float[] numbers) {

  /** Logits. */
  static Answer logits(float[] numbers) {
    return new Answer("difference", 1e-4, numbers);
  }

  /**
   * All gradients of a step. They jump where a ReLU's input is about zero, and which side it falls
   * on is a matter of rounding: libtorch's own memory formats differ by some 1e-2.
   */
  static Answer gradients(List<float[]> parts) {
    return new Answer("gradient_difference", 0.1, joined(parts));
  }

  private static float[] joined(List<float[]> parts) {
    float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /**
   * The relative difference from the expected answer.
   *
   * @param who gave this answer, for the error
   * @throws DrsnException where the lengths differ or the difference is above the limit or no
   *     number
   */
  public double check(String who, Answer expected) {
    if (numbers.length != expected.numbers.length) {
      throw new DrsnException(
          String.format(
              "%s gives %d numbers where drsn gives %d; nothing was timed",
              who, numbers.length, expected.numbers.length));
    }
    double apart = 0;
    double norm = 0;
    for (int i = 0; i < numbers.length; i++) {
      apart += Math.pow((double) numbers[i] - expected.numbers[i], 2);
      norm += Math.pow(expected.numbers[i], 2);
    }
    double relative = Math.sqrt(apart / norm);
    if (!(relative <= limit)) {
      throw new DrsnException(
          String.format(
              Locale.ROOT,
              "%s differs from drsn by %.1e relative L2 (%s) where %.0e is allowed; nothing was"
                  + " timed",
              who,
              relative,
              what.replace('_', ' '),
              limit));
    }
    return relative;
  }
}
