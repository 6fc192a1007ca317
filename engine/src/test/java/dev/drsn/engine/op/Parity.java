package dev.drsn.engine.op;

import dev.drsn.engine.backend.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Holds a backend's results on a case against the judge's. The error of an array is the norm of the
 * difference over the norm of the judge's array; no single element may be off by more than ten
 * times what the root mean square may. Arrays that are next to zero by cancellation are measured
 * against {@link #FLOOR} instead of their own size.
 */
final class Parity {

  private static final double FLOOR = 0.01;

  private final OpCase test;
  private final List<OpRun.Step> steps;
  private final List<OpCase.Data> data;
  private final List<Map<String, float[]>> expected;

  private final Storage storage;

  /** Runs the case on the judge. */
  Parity(OpCase test, Backend judge) {
    this(test, judge, Storage.EXACT);
  }

  /** The same for backends that store values in fewer bits. */
  Parity(OpCase test, Backend judge, Storage storage) {
    this.test = test;
    this.storage = storage;
    steps = steps(test.batch());
    data = data(test, steps, judge, storage);
    expected = run(judge, OpRun.Mode.TRAINING, false, steps.size());
  }

  /** A full batch, then a second one that adds to the first, then remainders. */
  static List<OpRun.Step> steps(int batch) {
    List<OpRun.Step> steps = new ArrayList<>();
    steps.add(new OpRun.Step(batch, true, OpRun.Add.NONE, false));
    steps.add(new OpRun.Step(batch, false, OpRun.Add.ALL, true));
    if (batch > 1) {
      steps.add(new OpRun.Step(batch - 1, true, OpRun.Add.FIRST, false));
    }
    if (batch > 2) {
      steps.add(new OpRun.Step(1, true, OpRun.Add.ALL_BUT_FIRST, false));
    }
    return steps;
  }

  /**
   * The numbers of every step. Where a result lies so near to a ReLU's kink that rounding decides,
   * its gradient is made zero: both sides of the kink are right there. An exact zero is what a gate
   * shut off: no rounding there.
   */
  private static List<OpCase.Data> data(
      OpCase test, List<OpRun.Step> steps, Backend judge, Storage storage) {
    List<OpCase.Data> data = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      data.add(storage.round(test.data(i)));
    }
    OpCase plain = test.withoutRelu();
    if (plain.op().equals(test.op()) || test.kinked()) {
      return data;
    }
    try (OpRun run = new OpRun(judge, plain, OpRun.Mode.INFERENCE, false)) {
      for (int i = 0; i < steps.size(); i++) {
        float[] y = run.step(steps.get(i), data.get(i)).get("y");
        double near = storage.near() * rms(y);
        float[] dy = data.get(i).dy();
        int zeroed = 0;
        for (int j = 0; j < y.length; j++) {
          if (y[j] != 0 && Math.abs(y[j]) < near) {
            dy[j] = 0;
            zeroed++;
          }
        }
        if (zeroed > 1 + y.length / 20) {
          throw new AssertionError(
              test + ": " + zeroed + " of " + y.length + " results lie on the kink");
        }
      }
    }
    return data;
  }

  /** Runs the first {@code count} steps on a backend. */
  List<Map<String, float[]>> run(Backend backend, OpRun.Mode mode, boolean wide, int count) {
    List<Map<String, float[]>> results = new ArrayList<>();
    try (OpRun run = new OpRun(backend, test, mode, wide)) {
      for (int i = 0; i < count; i++) {
        try {
          results.add(run.step(steps.get(i), data.get(i)));
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(where(backend, mode, wide, i) + e.getMessage(), e);
        }
      }
    }
    return results;
  }

  private String where(Backend backend, OpRun.Mode mode, boolean wide, int step) {
    return test
        + " on "
        + backend.name()
        + ", "
        + backend.description()
        + ", "
        + mode
        + (wide ? ", wide, " : ", ")
        + steps.get(step)
        + ": ";
  }

  /** Every mode on a backend against the judge. */
  void check(Backend backend) {
    check(backend, OpRun.Mode.TRAINING, true, steps.size());
    checkNarrow(backend);
  }

  /** The same for a backend whose layouts do not depend on who reads a value. */
  void checkNarrow(Backend backend) {
    check(backend, OpRun.Mode.TRAINING, false, steps.size());
    check(backend, OpRun.Mode.NO_DX, false, 1);
    check(backend, OpRun.Mode.NO_DW, false, 1);
    check(backend, OpRun.Mode.INFERENCE, false, steps.size());
  }

  private void check(Backend backend, OpRun.Mode mode, boolean wide, int count) {
    List<Map<String, float[]>> actual = run(backend, mode, wide, count);
    for (int i = 0; i < count; i++) {
      for (String name : actual.get(i).keySet()) {
        String where = where(backend, mode, wide, i) + name;
        boolean gradient = name.startsWith("d");
        double tolerance =
            gradient
                ? test.gradientTolerance() + storage.gradientTolerance()
                : test.forwardTolerance() + storage.forwardTolerance();
        close(where, expected.get(i).get(name), actual.get(i).get(name), tolerance);
      }
    }
  }

  /** Fails unless all backends agree to the bit. */
  void checkSame(List<Backend> backends) {
    Backend one = backends.getFirst();
    List<Map<String, float[]>> expected = run(one, OpRun.Mode.TRAINING, false, steps.size());
    for (Backend other : backends.subList(1, backends.size())) {
      List<Map<String, float[]>> actual = run(other, OpRun.Mode.TRAINING, false, steps.size());
      for (int i = 0; i < steps.size(); i++) {
        for (String name : expected.get(i).keySet()) {
          if (!Arrays.equals(expected.get(i).get(name), actual.get(i).get(name))) {
            throw new AssertionError(
                where(other, OpRun.Mode.TRAINING, false, i)
                    + name
                    + " differs from that of "
                    + one.description());
          }
        }
      }
    }
  }

  /** Fails unless actual is expected within the tolerance. */
  static void close(String where, float[] expected, float[] actual, double tolerance) {
    if (actual.length != expected.length) {
      throw new AssertionError(
          where + " has " + actual.length + " elements, not " + expected.length);
    }
    double squares = 0;
    double worst = 0;
    int at = 0;
    for (int i = 0; i < actual.length; i++) {
      if (!Float.isFinite(actual[i]) || !Float.isFinite(expected[i])) {
        throw new AssertionError(
            where + "[" + i + "] is " + actual[i] + ", the judge has " + expected[i]);
      }
      double difference = Math.abs((double) actual[i] - expected[i]);
      squares += difference * difference;
      if (difference > worst) {
        worst = difference;
        at = i;
      }
    }
    double size = Math.max(rms(expected), FLOOR);
    double error = Math.sqrt(squares / actual.length) / size;
    if (error > tolerance || worst > 10 * tolerance * size) {
      throw new AssertionError(
          String.format(
              "%s: relative error %.2e, allowed %.0e; worst at %d: %s, the judge has %s",
              where, error, tolerance, at, actual[at], expected[at]));
    }
  }

  private static double rms(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares / values.length);
  }
}
