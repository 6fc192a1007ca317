package dev.drsn.engine.op;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.reference.ReferenceMemory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The judge is judged by finite differences: in double, the derivative of {@code L = <y, dy>} by
 * every input and every trainable parameter against {@code (L(x + h) - L(x - h)) / 2h}. Where that
 * quotient still depends on h there is a kink between x - h and x + h, and nothing to compare with.
 */
class GradientCheckTest {
  private static final double H = 1e-5;
  private static final double TOLERANCE = 1e-6;

  /** Points of an array that are looked at, fewer where forward is long: about this much work. */
  private static final int MOST = 60;

  private static final int LEAST = 4;
  private static final long MULTIPLY_ACCUMULATES = 3_000_000;

  private final Backend judge = TestBackends.judge();

  @TestFactory
  Stream<DynamicTest> finiteDifferences() {
    return OpCases.selected()
        .filter(test -> !test.kinked())
        .map(test -> dynamicTest(test.toString(), () -> differences(test)));
  }

  private void differences(OpCase test) {
    OpCase.Data data = test.data(0);
    try (OpRun run = new OpRun(judge, test, OpRun.Mode.TRAINING, false)) {
      OpRun.Step step = new OpRun.Step(test.batch(), true, OpRun.Add.NONE, false);
      clear(data.dwBefore());
      run.step(step, data);
      int compared = 0;
      int kinks = 0;
      for (int i = 0; i < test.x().size(); i++) {
        if (test.differentiable(i)) {
          int[] count =
              compare(test, "dx" + i, run, data, run.operands().x()[i], run.operands().dx()[i]);
          compared += count[0];
          kinks += count[1];
        }
      }
      for (int i = 0; i < data.w().length; i++) {
        Parameter parameter = test.parameters().get(i);
        if (parameter.role().trainable()) {
          int[] count =
              compare(
                  test,
                  "d" + parameter.name(),
                  run,
                  data,
                  run.operands().w()[i],
                  run.operands().dw()[i]);
          compared += count[0];
          kinks += count[1];
        }
      }
      if (kinks > 0.05 * compared) {
        throw new AssertionError(test + ": " + kinks + " of " + compared + " points lie on kinks");
      }
    }
  }

  /**
   * Compares a gradient; returns how many points were looked at and how many of them were kinks.
   */
  private static int[] compare(
      OpCase test, String name, OpRun run, OpCase.Data data, View at, View gradient) {
    int[] points = points(test, at.shape().elements());
    double scale = Math.max(rms(gradient), 1e-3);
    int kinks = 0;
    for (int point : points) {
      double analytic = get(gradient, point);
      double tolerance = TOLERANCE * (scale + Math.abs(analytic));
      double quotient = quotient(run, data, at, point, H);
      if (Math.abs(quotient - analytic) <= tolerance) {
        continue;
      }
      if (Math.abs(quotient - quotient(run, data, at, point, H / 8)) > tolerance) {
        kinks++;
        continue;
      }
      throw new AssertionError(
          test
              + " "
              + name
              + "["
              + point
              + "] is "
              + analytic
              + ", the difference quotient "
              + quotient);
    }
    return new int[] {points.length, kinks};
  }

  private static int[] points(OpCase test, int size) {
    long affordable = MULTIPLY_ACCUMULATES / (1 + test.op().multiplyAccumulates(test.x()));
    int count = Math.clamp(affordable, LEAST, MOST);
    return size <= count
        ? IntStream.range(0, size).toArray()
        : new Random(size).ints(count, 0, size).toArray();
  }

  private static double rms(View view) {
    double squares = 0;
    for (int i = 0; i < view.shape().elements(); i++) {
      squares += get(view, i) * get(view, i);
    }
    return Math.sqrt(squares / view.shape().elements());
  }

  private static double quotient(OpRun run, OpCase.Data data, View at, int point, double h) {
    double value = get(at, point);
    set(at, point, value + h);
    double above = loss(run, data);
    set(at, point, value - h);
    double below = loss(run, data);
    set(at, point, value);
    return (above - below) / (2 * h);
  }

  /** L = sum y dy, anew from the inputs and parameters as they stand. */
  private static double loss(OpRun run, OpCase.Data data) {
    View y = run.operands().y();
    run.kernel().forward(run.operands(), run.operands().x()[0].shape().n());
    double sum = 0;
    for (int i = 0; i < data.dy().length; i++) {
      sum += get(y, i) * data.dy()[i];
    }
    return sum;
  }

  /**
   * dw and, if asked, dx add to what is there, and n samples of more are as good as a batch of n.
   */
  @TestFactory
  Stream<DynamicTest> contract() {
    return OpCases.selected().map(test -> dynamicTest(test.toString(), () -> contract(test)));
  }

  private void contract(OpCase test) {
    OpCase.Data data = test.data(0);
    int batch = test.batch();
    int n = Math.max(1, batch - 1);
    try (OpRun run = new OpRun(judge, test, OpRun.Mode.TRAINING, false);
        OpRun less = new OpRun(judge, test.withBatch(n), OpRun.Mode.TRAINING, false)) {
      OpCase.Data fromZero = test.data(0);
      clear(fromZero.dwBefore());
      Map<String, float[]> plain =
          run.step(new OpRun.Step(batch, true, OpRun.Add.NONE, false), fromZero);
      for (OpRun.Add add : List.of(OpRun.Add.FIRST, OpRun.Add.ALL_BUT_FIRST)) {
        Map<String, float[]> added = run.step(new OpRun.Step(batch, true, add, false), data);
        for (String name : plain.keySet()) {
          float[] expected = plain.get(name).clone();
          float[] before = before(test, data, name, add);
          for (int i = 0; before != null && i < expected.length; i++) {
            expected[i] += before[i];
          }
          Parity.close(test + ", " + add + ": " + name, expected, added.get(name), 1e-6);
        }
      }
      Map<String, float[]> part = run.step(new OpRun.Step(n, true, OpRun.Add.NONE, false), data);
      Map<String, float[]> whole =
          less.step(
              new OpRun.Step(n, true, OpRun.Add.NONE, false), truncated(test.withBatch(n), data));
      for (String name : whole.keySet()) {
        Parity.close(test + ", n=" + n + ": " + name, whole.get(name), part.get(name), 1e-12);
      }
    }
  }

  /** What a gradient was before backward added to it; null for anything else. */
  private static float[] before(OpCase test, OpCase.Data data, String name, OpRun.Add add) {
    if (name.startsWith("dx")) {
      int input = Integer.parseInt(name.substring(2));
      return add.adds(input) ? data.dxBefore()[input] : null;
    }
    List<Parameter> parameters = test.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      if (name.equals("d" + parameters.get(i).name())) {
        return data.dwBefore()[i];
      }
    }
    return null;
  }

  /** The first samples of a larger batch's numbers. */
  private static OpCase.Data truncated(OpCase smaller, OpCase.Data data) {
    float[][] x = new float[data.x().length][];
    float[][] dxBefore = new float[data.x().length][];
    for (int i = 0; i < x.length; i++) {
      x[i] = Arrays.copyOf(data.x()[i], smaller.x().get(i).elements());
      dxBefore[i] = Arrays.copyOf(data.dxBefore()[i], x[i].length);
    }
    float[] dy = Arrays.copyOf(data.dy(), smaller.y().elements());
    return new OpCase.Data(x, data.w(), dy, dxBefore, data.dwBefore());
  }

  private static void clear(float[][] arrays) {
    for (float[] array : arrays) {
      Arrays.fill(array, 0);
    }
  }

  private static double get(View view, int i) {
    return ((ReferenceMemory) view.memory()).get(view.offset() + i);
  }

  private static void set(View view, int i, double value) {
    ((ReferenceMemory) view.memory()).set(view.offset() + i, value);
  }
}
