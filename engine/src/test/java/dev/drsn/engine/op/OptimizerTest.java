package dev.drsn.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The judge's optimisers against numbers worked out by hand or from a closed form. */
class OptimizerTest {

  /** Steps of rate 0.1 with the given gradients of one parameter that starts at 1. */
  private static float steps(Optimizer optimizer, double decay, float... gradients) {
    return run(optimizer, decay, gradients).get("w")[0];
  }

  private static Map<String, float[]> run(Optimizer optimizer, double decay, float... gradients) {
    float[][] rows = new float[gradients.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {gradients[i]};
    }
    float[] w = {1};
    return OptimizerRun.run(TestBackends.judge(), optimizer, w, rows, 0.1, decay, 0.75);
  }

  private static void is(float actual, double expected) {
    assertThat(actual).isCloseTo((float) expected, within(1e-6f));
  }

  @Test
  void plainDescent() {
    Optimizer sgd = new Optimizer.Sgd(0, false);
    is(steps(sgd, 0, 1), 0.9);
    is(steps(sgd, 0, 1, -2, 3), 0.8);
    // g = 1 + 0.5, then -2 + 0.5 * 0.85.
    is(steps(sgd, 0.5, 1), 0.85);
    is(steps(sgd, 0.5, 1, -2), 1.0075);
  }

  @Test
  void momentum() {
    // m = 1, 1.9, 2.71.
    Optimizer sgd = new Optimizer.Sgd(0.9, false);
    is(steps(sgd, 0, 1), 0.9);
    is(steps(sgd, 0, 1, 1), 0.71);
    is(steps(sgd, 0, 1, 1, 1), 0.439);
    is(run(sgd, 0, 1, 1, 1).get("m")[0], 2.71);
    // m = 1.5, then 1.35 + 1 + 0.425.
    is(steps(sgd, 0.5, 1, 1), 0.5725);
  }

  @Test
  void nesterov() {
    // g + 0.9 m = 1.9, 2.71, 3.439.
    Optimizer sgd = new Optimizer.Sgd(0.9, true);
    is(steps(sgd, 0, 1), 0.81);
    is(steps(sgd, 0, 1, 1), 0.539);
    is(steps(sgd, 0, 1, 1, 1), 0.1951);
  }

  @Test
  void adamMovesByTheRateWhileTheGradientStays() {
    Optimizer adam = Optimizer.Adam.standard(false);
    is(steps(adam, 0, 7), 0.9);
    is(steps(adam, 0, 7, 7), 0.8);
    is(steps(adam, 0, 0.01f, 0.01f, 0.01f), 0.7);
    is(steps(adam, 0, -7, -7, -7), 1.3);
  }

  @Test
  void adam() {
    Optimizer adam = Optimizer.Adam.standard(false);
    is(steps(adam, 0, 1, -2), 0.9366103534720749);
    is(steps(adam, 0, 1, -2, 3), 0.9022862456017299);
    is(steps(adam, 0.5, 1, -2, 3), 0.8555334162100382);
    // m = 0.1, then 0.09 - 0.2, then -0.099 + 0.3; v = 0.001, 0.004999, 0.013994001.
    is(run(adam, 0, 1, -2, 3).get("m")[0], 0.201);
    is(run(adam, 0, 1, -2, 3).get("v")[0], 0.013994001);
    // At the first step both moments are the gradient's own: 1 - 0.1 * 2 / (2 + 2).
    is(steps(new Optimizer.Adam(0.9, 0.999, 2, false), 0, 2), 0.95);
  }

  @Test
  void decoupledDecayDoesNotPassThroughTheMoments() {
    Optimizer adamW = Optimizer.Adam.standard(true);
    // 1 - 0.05 - 0.1.
    is(steps(adamW, 0.5, 1), 0.85);
    is(steps(adamW, 0.5, 1, -2), 0.8441103534220749);
    is(steps(adamW, 0.5, 1, -2, 3), 0.7675807278806261);
    is(run(adamW, 0.5, 1, -2, 3).get("m")[0], 0.201);
  }

  @Test
  void average() {
    // From 1, w = 0.9 and 0.8: 0.75 + 0.225, then 0.73125 + 0.2.
    is(run(new Optimizer.Sgd(0, false), 0, 1).get("average")[0], 0.975);
    is(run(new Optimizer.Sgd(0, false), 0, 1, 1).get("average")[0], 0.93125);
    is(run(Optimizer.Adam.standard(false), 0, 1, 1).get("average")[0], 0.93125);
  }
}
