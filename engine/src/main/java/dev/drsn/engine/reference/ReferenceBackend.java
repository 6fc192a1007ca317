package dev.drsn.engine.reference;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import java.util.List;

/**
 * The judge of every other backend: the formulas of {@link Op} in plain loops, one thread,
 * row-major without padding. It computes in double and stores float or, where derivatives are
 * checked by finite differences, double. It is never optimised.
 */
public final class ReferenceBackend implements Backend {
  private final DType type;

  /**
   * A backend.
   *
   * @param type what memory stores: F32 or F64
   */
  public ReferenceBackend(DType type) {
    if (type != DType.F32 && type != DType.F64) {
      throw new IllegalArgumentException("the reference stores F32 or F64, not " + type);
    }
    this.type = type;
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "plain loops in double, one thread, stores " + type;
  }

  @Override
  public Layout activation(Shape shape, List<Op> consumers) {
    return new Dense(shape);
  }

  @Override
  public Layout gradient(Shape shape, Op producer) {
    return new Dense(shape);
  }

  @Override
  public int alignment() {
    return 1;
  }

  @Override
  public Memory allocate(long size) {
    return new ReferenceMemory(type, size);
  }

  @Override
  public Kernel compile(Op op, Layouts layouts) {
    return switch (op) {
      case Op.Convolution convolution -> new Convolution(convolution);
      case Op.Linear linear -> new Linear(linear);
      case Op.BatchNorm batchNorm -> new BatchNorm(batchNorm);
      case Op.Relu _ -> new Pointwise.Relu();
      case Op.Sigmoid _ -> new Pointwise.Sigmoid();
      case Op.MaxPool pool -> Pooling.of(pool);
      case Op.AveragePool pool -> Pooling.of(pool);
      case Op.AdaptiveAveragePool pool -> Pooling.of(pool);
      case Op.GlobalAverage pool -> Pooling.of(pool);
      case Op.Add add -> new Pointwise.Add(add.relu());
      case Op.ChannelScale _ -> new Pointwise.ChannelScale();
      case Op.SoftThreshold _ -> new Pointwise.SoftThreshold();
      case Op.SqueezeExcite gate -> new ChannelGate.SqueezeExcite(gate, layouts);
      case Op.Shrinkage gate -> new ChannelGate.Shrinkage(gate, layouts);
      case Op.SoftmaxCrossEntropy _ -> new Loss.SoftmaxCrossEntropy();
      case Op.CentreLoss loss -> new Loss.CentreLoss(loss, layouts);
    };
  }

  @Override
  public OptimizerKernel compile(Optimizer optimizer) {
    return switch (optimizer) {
      case Optimizer.Sgd sgd -> new Optimizers.Sgd(sgd);
      case Optimizer.Adam adam -> new Optimizers.Adam(adam);
    };
  }

  /** All of them: there is no cache to think of. */
  @Override
  public int together(int batch, long sampleSize) {
    return batch;
  }

  @Override
  public void upload(float[] source, int first, View destination, int n) {
    int each = destination.shape().sampleElements();
    for (int i = 0; i < n * each; i++) {
      Scalars.set(destination, i, source[first * each + i]);
    }
  }

  @Override
  public void download(View source, float[] destination, int first, int n) {
    int each = source.shape().sampleElements();
    for (int i = 0; i < n * each; i++) {
      destination[first * each + i] = (float) Scalars.get(source, i);
    }
  }

  @Override
  public void fill(View destination, float value) {
    for (int i = 0; i < destination.shape().elements(); i++) {
      Scalars.set(destination, i, value);
    }
  }

  /** Nothing to end: no threads, no device. */
  @Override
  public void close() {}
}
