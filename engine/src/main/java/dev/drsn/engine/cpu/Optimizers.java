package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Optimizer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * One step of gradient descent over flat memory, in items of {@link #CHUNK} scalars: g the
 * gradient, eta the learning rate, lambda the weight decay.
 *
 * <pre>
 *   Sgd      g += lambda w     m = momentum m + g     w -= eta m     Nesterov: w -= eta (g + momentum m)
 *
 *   Adam     g += lambda w                 AdamW: w -= eta lambda w instead
 *            m = beta1 m + (1 - beta1) g     v = beta2 v + (1 - beta2) g^2
 *            w -= rate m / (sqrt(v) root + epsilon)
 *            rate = eta / (1 - beta1^t)     root = 1 / sqrt(1 - beta2^t)     in double, once a step
 *
 *   average  average = decay average + (1 - decay) w
 * </pre>
 */
final class Optimizers implements OptimizerKernel {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;
  private static final int CHUNK = 1 << 13;

  private final Optimizer rule;
  private final Workers workers;
  private final Workers.Task move;
  private final Workers.Task average = this::average;
  private int size;
  private View w;
  private View dw;
  private View m;
  private View v;
  private float keep;
  private float rate;
  private float root;
  private float shrink;
  private float decay;

  Optimizers(Optimizer rule, Workers workers) {
    this.rule = rule;
    this.workers = workers;
    move =
        switch (rule) {
          case Optimizer.Sgd _ -> this::sgd;
          case Optimizer.Adam _ -> this::adam;
        };
  }

  @Override
  public void step(View w, View dw, View m, View v, double rate, double decay, int step) {
    this.w = w;
    this.dw = dw;
    this.m = m;
    this.v = v;
    this.rate = (float) rate;
    this.decay = (float) decay;
    if (rule instanceof Optimizer.Adam adam) {
      this.rate = (float) (rate / (1 - Math.pow(adam.beta1(), step)));
      root = (float) (1 / Math.sqrt(1 - Math.pow(adam.beta2(), step)));
      shrink = (float) (adam.decoupled() ? rate * decay : 0);
      this.decay = (float) (adam.decoupled() ? 0 : decay);
    }
    run(move);
  }

  @Override
  public void average(View average, View w, double decay) {
    this.w = w;
    m = average;
    keep = (float) decay;
    rate = (float) (1 - decay);
    run(this.average);
  }

  private void run(Workers.Task task) {
    size = Math.toIntExact(w.layout().size());
    workers.run(task, Math.ceilDiv(size, CHUNK));
  }

  private void sgd(int item, int thread) {
    Optimizer.Sgd sgd = (Optimizer.Sgd) rule;
    float momentum = (float) sgd.momentum();
    boolean nesterov = sgd.nesterov();
    float[] ws = array(w);
    float[] gs = array(dw);
    float[] ms = array(m);
    int wi = base(w);
    int gi = base(dw);
    int mi = base(m);
    int end = Math.min((item + 1) * CHUNK, size);
    for (int i = item * CHUNK; i < end; i += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, end);
      FloatVector weight = FloatVector.fromArray(SPECIES, ws, wi + i, mask);
      FloatVector g = weight.mul(decay).add(FloatVector.fromArray(SPECIES, gs, gi + i, mask));
      FloatVector mean = FloatVector.fromArray(SPECIES, ms, mi + i, mask).mul(momentum).add(g);
      mean.intoArray(ms, mi + i, mask);
      FloatVector direction = nesterov ? mean.mul(momentum).add(g) : mean;
      weight.sub(direction.mul(rate)).intoArray(ws, wi + i, mask);
    }
  }

  private void adam(int item, int thread) {
    Optimizer.Adam adam = (Optimizer.Adam) rule;
    float beta1 = (float) adam.beta1();
    float beta2 = (float) adam.beta2();
    float rest1 = (float) (1 - adam.beta1());
    float rest2 = (float) (1 - adam.beta2());
    float epsilon = (float) adam.epsilon();
    float[] ws = array(w);
    float[] gs = array(dw);
    float[] ms = array(m);
    float[] vs = array(v);
    int wi = base(w);
    int gi = base(dw);
    int mi = base(m);
    int vi = base(v);
    int end = Math.min((item + 1) * CHUNK, size);
    for (int i = item * CHUNK; i < end; i += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, end);
      FloatVector weight = FloatVector.fromArray(SPECIES, ws, wi + i, mask);
      FloatVector g = weight.mul(decay).add(FloatVector.fromArray(SPECIES, gs, gi + i, mask));
      FloatVector mean =
          FloatVector.fromArray(SPECIES, ms, mi + i, mask).mul(beta1).add(g.mul(rest1));
      FloatVector square =
          FloatVector.fromArray(SPECIES, vs, vi + i, mask).mul(beta2).add(g.mul(g).mul(rest2));
      mean.intoArray(ms, mi + i, mask);
      square.intoArray(vs, vi + i, mask);
      FloatVector step = mean.mul(rate).div(square.sqrt().mul(root).add(epsilon));
      weight.sub(weight.mul(shrink)).sub(step).intoArray(ws, wi + i, mask);
    }
  }

  private void average(int item, int thread) {
    float[] as = array(m);
    float[] ws = array(w);
    int ai = base(m);
    int wi = base(w);
    int end = Math.min((item + 1) * CHUNK, size);
    for (int i = item * CHUNK; i < end; i += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, end);
      FloatVector.fromArray(SPECIES, as, ai + i, mask)
          .mul(keep)
          .add(FloatVector.fromArray(SPECIES, ws, wi + i, mask).mul(rate))
          .intoArray(as, ai + i, mask);
    }
  }
}
