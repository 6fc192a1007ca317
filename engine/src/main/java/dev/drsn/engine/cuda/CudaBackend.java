package dev.drsn.engine.cuda;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.Recording;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * One NVIDIA GPU. Activations are {@link ChannelsLast} in the backend's precision; parameters,
 * their gradients and losses are dense floats. Convolutions are cuDNN's, linear layers cuBLAS's,
 * all else the kernels of the module {@code native}. Not yet run on a GPU: the tests run it on a
 * simulated device.
 */
public final class CudaBackend implements Backend {

  private final CudaContext context;
  private final Transfer transfer;
  private final List<Optimizers> optimizers = new ArrayList<>();

  private CudaBackend(CudaContext context) {
    this.context = context;
    transfer = new Transfer(context);
  }

  /**
   * Opens a GPU.
   *
   * @throws DrsnException where there is none that can be used, with the reason
   */
  public static CudaBackend open(CudaOptions options) {
    return open(CudaProbe.status(), options);
  }

  static CudaBackend open(CudaStatus status, CudaOptions options) {
    if (!status.available()) {
      throw new DrsnException("backend cuda is " + status.description() + "; or use --backend cpu");
    }
    Gpu gpu =
        status.gpus().stream()
            .filter(each -> each.index() == options.device())
            .findFirst()
            .orElseThrow(
                () ->
                    new DrsnException(
                        "there is no GPU "
                            + options.device()
                            + ", only "
                            + status.gpus().size()
                            + "; they are counted from 0"));
    if (gpu.capability() < CudaProbe.OLDEST) {
      throw new DrsnException(gpu + " is older than CUDA 13 computes on; use another GPU");
    }
    if (gpu.capability() < 80 && options.precision() == Precision.BF16) {
      throw new DrsnException(gpu + " has no matrix units for bf16; use --precision fp16");
    }
    return new CudaBackend(new CudaContext(gpu, status.folders(), options));
  }

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public String description() {
    return context.gpu() + ", " + context.precision() + ", kernels from " + context.kernels();
  }

  @Override
  public Layout activation(Shape shape, List<Op> consumers) {
    return layout(shape);
  }

  @Override
  public Layout gradient(Shape shape, Op producer) {
    return layout(shape);
  }

  /** Losses are single floats. */
  private Layout layout(Shape shape) {
    return shape.rank() == 1
        ? new Dense(shape)
        : new ChannelsLast(shape, context.precision().type());
  }

  /** 256 bytes, as memory comes. */
  @Override
  public int alignment() {
    return 64;
  }

  @Override
  public Memory allocate(long size) {
    return new DeviceMemory(context, size);
  }

  @Override
  public Kernel compile(Op op, Layouts layouts) {
    context.enter();
    return switch (op) {
      case Op.Convolution convolution -> new Convolution(context, convolution, layouts);
      case Op.Linear linear -> new Linear(context, linear, layouts);
      case Op.BatchNorm norm -> new BatchNorm(context, norm, layouts);
      case Op.Relu relu -> new Pointwise(context, relu, true, layouts);
      case Op.Sigmoid sigmoid -> new Pointwise(context, sigmoid, false, layouts);
      case Op.MaxPool pool -> Pooling.of(context, pool, layouts);
      case Op.AveragePool pool -> Pooling.of(context, pool, layouts);
      case Op.AdaptiveAveragePool pool -> Pooling.of(context, pool, layouts);
      case Op.GlobalAverage pool -> Pooling.of(context, pool, layouts);
      case Op.Add add -> new Pointwise(context, add, add.relu(), layouts);
      case Op.ChannelScale scale -> new ChannelNumbers(context, scale, layouts);
      case Op.SoftThreshold threshold -> new ChannelNumbers(context, threshold, layouts);
      case Op.SqueezeExcite gate -> new ChannelGate(context, gate, layouts);
      case Op.Shrinkage gate -> new ChannelGate(context, gate, layouts);
      case Op.SoftmaxCrossEntropy loss -> new Loss.SoftmaxCrossEntropy(context, loss, layouts);
      case Op.CentreLoss loss -> new Loss.CentreLoss(context, loss, layouts);
    };
  }

  @Override
  public OptimizerKernel compile(Optimizer optimizer) {
    Optimizers kernel = new Optimizers(context, optimizer);
    optimizers.add(kernel);
    return kernel;
  }

  /** All of them: a GPU is the faster the more it gets. */
  @Override
  public int together(int batch, long sampleSize) {
    return batch;
  }

  @Override
  public Recording record(int most, boolean exact, IntConsumer steps) {
    return new CudaGraph(context, most, exact, steps);
  }

  @Override
  public void upload(float[] source, int first, View destination, int n) {
    transfer.upload(source, first, destination, n);
  }

  @Override
  public void download(View source, float[] destination, int first, int n) {
    transfer.download(source, destination, first, n);
  }

  @Override
  public void fill(View destination, float value) {
    transfer.fill(destination, value);
  }

  @Override
  public void close() {
    synchronized (context) {
      context.enter();
      optimizers.forEach(Optimizers::close);
      transfer.close();
      context.close();
    }
  }
}
