package dev.drsn.engine.stream;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.Softmax;
import dev.drsn.engine.weights.Model;
import java.util.ArrayList;
import java.util.List;

/**
 * A model compiled for several batch sizes: 1, 4, 16, ... and the largest. A batch runs in the
 * smallest plan that holds it, because kernels are chosen for the size that a plan is made for.
 */
public final class PlanBuckets implements BatchRunner {

  private static final int STEP = 4;
  private static final int RUNS = 200;
  private static final long WARM_UP = 2_000_000_000L;

  private final List<InferencePlan> plans = new ArrayList<>();
  private final int inputs;

  /**
   * Compiles the model.
   *
   * @param batch the most faces at once
   */
  public PlanBuckets(Model model, Backend backend, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch " + batch + " is below 1");
    }
    this.inputs = model.preprocess().elements();
    for (int size = 1; size < batch; size *= STEP) {
      plans.add(InferencePlan.compile(model.network(), model.weights(), backend, size));
    }
    plans.add(InferencePlan.compile(model.network(), model.weights(), backend, batch));
  }

  /**
   * Runs each plan until the VM has compiled what it needs, for some seconds at most: the first
   * frames of a camera would else have results that are seconds old.
   */
  public void warmUp() {
    float[] images = new float[batch() * inputs];
    float[] results = new float[batch() * classes()];
    for (InferencePlan plan : plans) {
      long end = System.nanoTime() + WARM_UP;
      for (int i = 0; i < RUNS && System.nanoTime() - end < 0; i++) {
        plan.run(images, plan.batch(), results);
      }
    }
  }

  @Override
  public int batch() {
    return plans.getLast().batch();
  }

  @Override
  public int inputs() {
    return inputs;
  }

  @Override
  public int classes() {
    return plans.getLast().outputs();
  }

  @Override
  public void run(float[] images, int n, float[] probabilities) {
    for (InferencePlan plan : plans) {
      if (n <= plan.batch()) {
        plan.run(images, n, probabilities);
        Softmax.rows(probabilities, n, plan.outputs());
        return;
      }
    }
    throw new IllegalArgumentException(n + " faces do not fit plans for 1 to " + batch());
  }

  @Override
  public void close() {
    plans.forEach(InferencePlan::close);
  }
}
