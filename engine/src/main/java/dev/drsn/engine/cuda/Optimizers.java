package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Optimizer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;

/**
 * Steps of SGD and Adam over flat memory, one launch a run; formulas in {@link Optimizer}. What
 * changes from step to step lies in the GPU's memory. Kernels: {@code optimizers.cu}.
 */
final class Optimizers implements OptimizerKernel, AutoCloseable {

  private static final String FILE = "optimizers";
  private static final int BLOCK = 256;

  /** {@code gradient scale, correction 1, correction 2, rate, decay}, then where the run ends. */
  private static final int SCHEDULE = 5;

  private static final int END = 6;
  private static final int SIZE = 8;

  /** What is prepared for one run of parameters, or for one average. */
  private record Prepared(Launch launch, DeviceMemory memory, FloatPointer schedule) {}

  private final CudaContext context;
  private final Optimizer optimizer;
  private final IdentityHashMap<View, Prepared> steps = new IdentityHashMap<>();
  private final IdentityHashMap<View, Launch> averages = new IdentityHashMap<>();
  private final List<AutoCloseable> owned = new ArrayList<>();

  Optimizers(CudaContext context, Optimizer optimizer) {
    this.context = context;
    this.optimizer = optimizer;
  }

  @Override
  public void step(View w, View dw, View m, View v, double rate, double decay, int step) {
    synchronized (context) {
      context.enter();
      Prepared prepared = steps.get(w);
      if (prepared == null) {
        prepared = prepare(w, dw, m, v);
        steps.put(w, prepared);
      }
      FloatPointer schedule = prepared.schedule;
      schedule.put(0, 1);
      if (optimizer instanceof Optimizer.Adam adam) {
        schedule.put(1, (float) (1 / (1 - Math.pow(adam.beta1(), step))));
        schedule.put(2, (float) (1 / (1 - Math.pow(adam.beta2(), step))));
      }
      schedule.put(3, (float) rate);
      schedule.put(4, (float) decay);
      // Not from pinned memory: what is there has been read when the call returns.
      CudaError.check(
          cudart.cudaMemcpyAsync(
              prepared.memory.pointer(),
              schedule,
              (long) SCHEDULE * Float.BYTES,
              cudart.cudaMemcpyHostToDevice,
              context.stream()),
          this);
      prepared.launch.run(blocks(w), 1, 1, BLOCK);
      context.done(this);
    }
  }

  private Prepared prepare(View w, View dw, View m, View v) {
    DeviceMemory memory = new DeviceMemory(context, SIZE);
    owned.add(memory);
    long count = w.shape().elements();
    try (LongPointer end = new LongPointer(1).put(count)) {
      CudaError.check(
          cudart.cudaMemcpyAsync(
              DeviceMemory.pointer(memory.address(END)),
              end,
              Long.BYTES,
              cudart.cudaMemcpyHostToDevice,
              context.stream()),
          this);
      context.finish(this);
    }
    FloatPointer schedule = new FloatPointer(SCHEDULE);
    owned.add(schedule);
    Launch launch =
        switch (optimizer) {
          case Optimizer.Sgd sgd ->
              launch("sgd_step")
                  .with(w)
                  .with(dw)
                  .with(m)
                  .with(memory.address(0))
                  .with(memory.address(END))
                  .with(0L)
                  .with(count)
                  .with((float) sgd.momentum())
                  .with(sgd.nesterov());
          case Optimizer.Adam adam ->
              launch("adam_step")
                  .with(w)
                  .with(dw)
                  .with(m)
                  .with(v)
                  .with(memory.address(0))
                  .with(memory.address(END))
                  .with(0L)
                  .with(count)
                  .with((float) adam.beta1())
                  .with((float) (1 - adam.beta1()))
                  .with((float) adam.beta2())
                  .with((float) (1 - adam.beta2()))
                  .with((float) adam.epsilon())
                  .with(adam.decoupled());
        };
    return new Prepared(launch, memory, schedule);
  }

  private Launch launch(String name) {
    Launch launch = context.launch(FILE, name);
    owned.add(launch);
    return launch;
  }

  private int blocks(View w) {
    long fours = Math.ceilDiv(w.shape().elements(), 4);
    return (int) Math.clamp(Math.ceilDiv(fours, BLOCK), 1, 8L * context.processors());
  }

  @Override
  public void average(View average, View w, double decay) {
    synchronized (context) {
      context.enter();
      Launch launch = averages.get(average);
      if (launch == null) {
        launch = launch("moving_average").with(average).with(w).with(0L);
        launch.with((long) w.shape().elements()).with(0f).with(0f);
        averages.put(average, launch);
      }
      launch.set(4, (float) decay);
      launch.set(5, (float) (1 - decay));
      launch.run(blocks(w), 1, 1, BLOCK);
      context.done(this);
    }
  }

  /** With the backend: an optimiser has no owner of its own. */
  @Override
  public void close() {
    for (AutoCloseable each : owned.reversed()) {
      try {
        each.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    owned.clear();
  }

  @Override
  public String toString() {
    return optimizer.toString();
  }
}
