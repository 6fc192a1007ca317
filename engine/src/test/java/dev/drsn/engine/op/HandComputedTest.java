package dev.drsn.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The judge against numbers worked out on paper: a second source for every formula. */
class HandComputedTest {

  private static final float LN3 = (float) Math.log(3);

  /** Runs forward and backward from dw = 0. */
  private static Map<String, float[]> run(
      Op op, List<Shape> shapes, float[][] x, float[][] w, float... dy) {
    List<Values> values = shapes.stream().map(_ -> Values.GAUSSIAN).toList();
    OpCase test = OpCase.of(op, shapes, values);
    float[][] zeros = new float[w.length][];
    for (int i = 0; i < w.length; i++) {
      zeros[i] = new float[w[i].length];
    }
    try (OpRun run = new OpRun(TestBackends.judge(), test, OpRun.Mode.TRAINING, false)) {
      OpRun.Step step = new OpRun.Step(test.batch(), true, OpRun.Add.NONE, false);
      return run.step(step, new OpCase.Data(x, w, dy, x, zeros));
    }
  }

  private static List<Shape> shapes(Shape... shapes) {
    return List.of(shapes);
  }

  private static float[] row(double... values) {
    float[] row = new float[values.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) values[i];
    }
    return row;
  }

  private static void is(Map<String, float[]> results, String name, double... expected) {
    assertThat(results.get(name)).as(name).containsExactly(row(expected), within(2e-5f));
  }

  @Test
  void convolution() {
    Map<String, float[]> r =
        run(
            new Op.Convolution(1, Window.square(2, 1, 0), true),
            shapes(Shape.of(1, 1, 3, 3)),
            new float[][] {row(1, 2, 3, 4, 5, 6, 7, 8, 9)},
            new float[][] {row(1, 2, 3, 4), row(0.5)},
            1,
            0,
            0,
            -1);
    is(r, "y", 37.5, 47.5, 67.5, 77.5);
    is(r, "dx0", 1, 2, 0, 3, 3, -2, 0, -3, -4);
    is(r, "dweight", -4, -4, -4, -4);
    is(r, "dbias", 0);
  }

  @Test
  void convolutionWithPaddingStrideResidualAndRelu() {
    // Windows of three at -1 and 1: 2 + 2 * 3 = 8 and 2 + 2 * 3 + 3 * 4 = 20, before the residual.
    Map<String, float[]> r =
        run(
            new Op.Convolution(1, new Window(1, 3, 1, 2, 0, 1), false, true, true),
            shapes(Shape.of(1, 1, 1, 4), Shape.of(1, 1, 1, 2)),
            new float[][] {row(1, 2, 3, 4), row(-8, -19)},
            new float[][] {row(1, 2, 3)},
            1,
            10);
    is(r, "y", 0, 1);
    is(r, "dx0", 0, 10, 20, 30);
    is(r, "dx1", 0, 10);
    is(r, "dweight", 20, 30, 40);
  }

  @Test
  void linear() {
    Map<String, float[]> r =
        run(
            new Op.Linear(2, true, true),
            shapes(Shape.of(1, 2)),
            new float[][] {row(1, 2)},
            new float[][] {row(1, -1, 2, 3), row(0.5, -1)},
            5,
            1);
    is(r, "y", 0, 7);
    is(r, "dx0", 2, 3);
    is(r, "dweight", 0, 0, 1, 2);
    is(r, "dbias", 0, 1);
  }

  @Test
  void batchNorm() {
    // Mean 3, variance 6, unbiased 9; xhat -1.224744, 0, 1.224744.
    float[][] x = {row(0, 3, 6)};
    float[][] w = {row(1), row(0.5), row(0), row(1)};
    Map<String, float[]> r =
        run(new Op.BatchNorm(Norm.BATCH, false, false), shapes(Shape.of(3, 1)), x, w, 1, 0, 0);
    is(r, "y", -0.724744, 0.5, 1.724744);
    is(r, "running_mean", 0.3);
    is(r, "running_var", 1.8);
    is(r, "dx0", 0.068041, -0.136083, 0.068041);
    is(r, "dweight", -1.224744);
    is(r, "dbias", 1);
    w[2] = row(1);
    w[3] = row(4);
    r = run(new Op.BatchNorm(Norm.RUNNING, false, false), shapes(Shape.of(3, 1)), x, w, 1, 0, 0);
    is(r, "y", 0, 1.5, 3);
    is(r, "dx0", 0.5, 0, 0);
    is(r, "running_mean", 1);
    is(r, "running_var", 4);
  }

  @Test
  void maximumGoesToTheFirstOfEquals() {
    Map<String, float[]> r =
        run(
            new Op.MaxPool(Window.square(2, 1, 1)),
            shapes(Shape.of(1, 1, 2, 2)),
            new float[][] {row(-2, -2, -3, -2)},
            new float[0][],
            1,
            2,
            4,
            8,
            16,
            32,
            64,
            128,
            256);
    is(r, "y", -2, -2, -2, -2, -2, -2, -3, -2, -2);
    is(r, "dx0", 1 + 2 + 8 + 16, 4 + 32, 64, 128 + 256);
  }

  @Test
  void meansCountPadding() {
    Map<String, float[]> r =
        run(
            new Op.AveragePool(Window.square(3, 1, 1)),
            shapes(Shape.of(1, 1, 1, 1)),
            new float[][] {row(18)},
            new float[0][],
            9);
    is(r, "y", 2);
    is(r, "dx0", 1);
  }

  @Test
  void adaptiveRegionsOverlap() {
    Map<String, float[]> r =
        run(
            new Op.AdaptiveAveragePool(1, 2),
            shapes(Shape.of(1, 1, 1, 3)),
            new float[][] {row(1, 2, 6)},
            new float[0][],
            2,
            4);
    is(r, "y", 1.5, 4);
    is(r, "dx0", 1, 3, 2);
    r =
        run(
            new Op.GlobalAverage(),
            shapes(Shape.of(1, 1, 1, 3)),
            new float[][] {row(1, 2, 6)},
            new float[0][],
            6);
    is(r, "y", 3);
    is(r, "dx0", 2, 2, 2);
  }

  @Test
  void pointwise() {
    Shape one = Shape.of(1, 1, 1, 3);
    float[][] none = new float[0][];
    Map<String, float[]> r =
        run(new Op.Relu(), shapes(one), new float[][] {row(-1, 0, 2)}, none, 1, 10, 100);
    is(r, "y", 0, 0, 2);
    is(r, "dx0", 0, 0, 100);
    r = run(new Op.Sigmoid(), shapes(one), new float[][] {row(-LN3, 0, LN3)}, none, 16, 16, 16);
    is(r, "y", 0.25, 0.5, 0.75);
    is(r, "dx0", 3, 4, 3);
    float[][] two = {row(-1, 1, 2), row(-1, -1, 3)};
    r = run(new Op.Add(true), shapes(one, one), two, none, 1, 10, 100);
    is(r, "y", 0, 0, 5);
    is(r, "dx0", 0, 0, 100);
    is(r, "dx1", 0, 0, 100);
    float[][] scaled = {row(-1, 1, 2), row(-3)};
    r = run(new Op.ChannelScale(), shapes(one, Shape.of(1, 1)), scaled, none, 1, 10, 100);
    is(r, "y", 3, -3, -6);
    is(r, "dx0", -3, -30, -300);
    is(r, "dx1", 209);
  }

  @Test
  void softThreshold() {
    // |x| = tau is cut off, and has no gradient.
    Map<String, float[]> r =
        run(
            new Op.SoftThreshold(),
            shapes(Shape.of(1, 1, 2, 2), Shape.of(1, 1)),
            new float[][] {row(-3, -1, 0.5, 2), row(1)},
            new float[0][],
            1,
            10,
            100,
            1000);
    is(r, "y", -2, 0, 0, 1);
    is(r, "dx0", 1, 0, 0, 1000);
    is(r, "dx1", -999);
  }

  @Test
  void squeezeExcite() {
    // Mean 3, hidden 3, z = ln 3, s = 3/4; ds = 6, dz = 6 * 3/16.
    Map<String, float[]> r =
        run(
            new Op.SqueezeExcite(1, false, false),
            shapes(Shape.of(1, 1, 1, 2)),
            new float[][] {row(2, 4)},
            new float[][] {row(1), row(0), row(LN3 / 3), row(0)},
            1,
            1);
    is(r, "y", 1.5, 3);
    is(r, "dfc2.weight", 3.375);
    is(r, "dfc2.bias", 1.125);
    is(r, "dfc1.weight", 1.125 * LN3);
    is(r, "dfc1.bias", 0.375 * LN3);
    is(r, "dx0", 0.75 + 0.1875 * LN3, 0.75 + 0.1875 * LN3);
  }

  @Test
  void shrinkage() {
    // Mean of |x| 2, hidden 2, alpha 1/4, tau 1/2; dtau = 1 - 2, dalpha = -2, dz = -2 * 3/16.
    float[][] w = {row(1), row(0), row(0.5), row(-LN3 - 1)};
    Map<String, float[]> r =
        run(
            new Op.Shrinkage(1, true, Norm.NONE, false, false),
            shapes(Shape.of(1, 1, 1, 2)),
            new float[][] {row(-1, 3)},
            w,
            1,
            2);
    is(r, "y", -0.5, 2.5);
    is(r, "dfc2.weight", -0.75);
    is(r, "dfc2.bias", -0.375);
    is(r, "dfc1.weight", -0.375);
    is(r, "dfc1.bias", -0.1875);
    // dA = dtau alpha + dz W2 W1 = -1/4 - 3/16.
    is(r, "dx0", 1 + 0.4375 / 2, 2 - 0.4375 / 2);
  }

  @Test
  void shrinkageSharedByChannels() {
    // A = 1 and 3, mean 2, hidden 4; alpha 1/4, tau 1/2 for both.
    float[][] w = {row(1, 1), row(0), row(0.25), row(-LN3 - 1)};
    Map<String, float[]> r =
        run(
            new Op.Shrinkage(1, false, Norm.NONE, false, false),
            shapes(Shape.of(1, 2, 1, 1)),
            new float[][] {row(-1, 3)},
            w,
            1,
            2);
    is(r, "y", -0.5, 2.5);
    is(r, "dfc2.weight", -1.5);
    is(r, "dfc2.bias", -0.375);
    is(r, "dfc1.weight", -0.09375, -0.28125);
    // dA = dtau alpha / 2 + dz W2 W1 = -1/8 - 3/32.
    is(r, "dx0", 1 + 0.21875, 2 - 0.21875);
  }

  @Test
  void shrinkageWithBatchNorm() {
    // Mean of |x| 1 and 3: hidden mean 2, variance 1 (unbiased 2), vhat -1 and 1, v 0 and 4.
    float[][] w = {row(1), row(0), row(2), row(2), row(0), row(1), row(0), row(0)};
    Map<String, float[]> r =
        run(
            new Op.Shrinkage(1, true, Norm.BATCH, false, false),
            shapes(Shape.of(2, 1, 1, 1)),
            new float[][] {row(1, -3)},
            w,
            1,
            1);
    is(r, "y", 0.5, -1.5);
    is(r, "bn.running_mean", 0.2);
    is(r, "bn.running_var", 1.1);
    // dz = -1/4 and 3/4; W2 = 0 keeps the rest of the way shut: dx = dy -+ 1/2.
    is(r, "dfc2.weight", 3);
    is(r, "dfc2.bias", 0.5);
    is(r, "dx0", 0.5, 0.5);
  }

  @Test
  void softmaxCrossEntropy() {
    // p = 1/4 3/4 and 1/2 1/2.
    Map<String, float[]> r =
        run(
            new Op.SoftmaxCrossEntropy(),
            shapes(Shape.of(2, 2), Shape.of(2, 2)),
            new float[][] {row(0, LN3, 0, 0), row(1, 0, 0, 2)},
            new float[0][],
            1);
    is(r, "y", (Math.log(4) + 2 * Math.log(2)) / 2);
    is(r, "dx0", -0.375, 0.375, 0.5, -0.5);
  }

  @Test
  void softmaxOfLargeLogits() {
    Map<String, float[]> r =
        run(
            new Op.SoftmaxCrossEntropy(),
            shapes(Shape.of(1, 2), Shape.of(1, 2)),
            new float[][] {row(2000, 1000), row(0, 1)},
            new float[0][],
            1);
    is(r, "y", 1000);
    is(r, "dx0", 1, -1);
  }

  @Test
  void centreLossPlain() {
    Map<String, float[]> r = centreLoss(false);
    is(r, "y", 1.25);
    is(r, "dx0", 0.5, 1);
    is(r, "dcentres", -0.5, -1, 0);
  }

  @Test
  void centreLossSeparating() {
    // S = 1 + 4; centres 0, 2, 4: V = 8/3, L = 15/8, L/K = 5/8; 2 / (V N) = 3/8.
    Map<String, float[]> r = centreLoss(true);
    is(r, "y", 0.9375);
    is(r, "dx0", 0.375, 0.75);
    is(r, "dcentres", -0.375 * (1 - 1.25), -0.375 * 2, -0.375 * 1.25);
  }

  /** Samples 1 and 4 of classes 0 and 1, each the first of equals; centres 0, 2 and 4. */
  private static Map<String, float[]> centreLoss(boolean separating) {
    return run(
        new Op.CentreLoss(separating),
        shapes(Shape.of(2, 1), Shape.of(2, 3)),
        new float[][] {row(1, 4), row(1, 1, 1, 0, 2, 2)},
        new float[][] {row(0, 2, 4)},
        1);
  }

  /** Moving or stretching samples and centres together leaves the separating loss as it is. */
  @Test
  void separatingCentreLossIsInvariant() {
    OpCase test =
        OpCase.of(
            new Op.CentreLoss(true),
            shapes(Shape.of(5, 7), Shape.of(5, 3)),
            List.of(Values.GAUSSIAN, Values.ONE_HOT));
    OpCase.Data data = test.data(0);
    Map<String, float[]> r = run(test.op(), test.x(), data.x(), data.w(), 1);
    float[] dx = r.get("dx0");
    float[] dc = r.get("dcentres");
    double stretch = 0;
    for (int d = 0; d < 7; d++) {
      double shift = 0;
      for (int n = 0; n < 5; n++) {
        shift += dx[7 * n + d];
        stretch += data.x()[0][7 * n + d] * dx[7 * n + d];
      }
      for (int k = 0; k < 3; k++) {
        shift += dc[7 * k + d];
        stretch += data.w()[0][7 * k + d] * dc[7 * k + d];
      }
      assertThat(shift).as("moved along %d", d).isCloseTo(0, within(1e-6));
    }
    assertThat(stretch).as("stretched").isCloseTo(0, within(1e-5));
    assertThat(dx).as("not trivially").doesNotContain(row(0), within(1e-6f));
  }
}
