package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * The processor's cores and vector units. Activations are {@link Blocked}, parameters row-major;
 * kernels are cut into items that do not share results, so these do not depend on the number of
 * threads.
 */
public final class CpuBackend implements Backend {

  /** Up to here a convolution reads interleaved pixels: a vector a pixel would waste most of it. */
  private static final int INTERLEAVED_CHANNELS = 4;

  private final Workers workers;
  private final Choice choice;
  private final Choice estimates;
  private final long sharedCache = Processor.sharedCache();

  /** One a thread: plans that run at once copy at once, and no run makes one anew. */
  private final ThreadLocal<Transfer> transfer;

  /**
   * A backend.
   *
   * @param threads how many work at once, the caller's among them; 0 for all processors
   */
  public CpuBackend(int threads) {
    this(CpuOptions.of(threads));
  }

  /** A backend. */
  public CpuBackend(CpuOptions options) {
    int threads = options.threads();
    workers = new Workers(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    choice =
        new Choice(
            options.algorithm(),
            options.tuning(),
            new Ratios(options.cache(), workers.threads()),
            new TimedDuel(sharedCache));
    estimates = choice.byEstimate();
    transfer = ThreadLocal.withInitial(() -> new Transfer(workers));
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    int threads = workers.threads();
    return threads
        + (threads == 1 ? " thread, " : " threads, ")
        + Lanes.SPECIES.vectorBitSize()
        + "-bit vectors";
  }

  @Override
  public Layout activation(Shape shape, List<Op> consumers) {
    int halo = 0;
    boolean convolved = false;
    for (Op op : consumers) {
      if (op instanceof Op.Convolution convolution) {
        Window window = convolution.window();
        halo = Math.max(halo, Math.max(window.padH(), window.padW()));
        convolved = true;
      }
    }
    boolean interleaved = convolved && shape.c() <= INTERLEAVED_CHANNELS;
    return new Blocked(shape, interleaved ? shape.c() : Lanes.COUNT, halo);
  }

  @Override
  public Layout gradient(Shape shape, Op producer) {
    int halo = 0;
    if (producer instanceof Op.Convolution convolution) {
      Window window = convolution.window();
      int above = window.height() - 1 - window.padH();
      int beside = window.width() - 1 - window.padW();
      halo = Math.max(0, Math.max(above, beside));
    }
    return new Blocked(shape, Lanes.COUNT, halo);
  }

  /** A 64-byte line of the cache. */
  @Override
  public int alignment() {
    return 16;
  }

  @Override
  public Memory allocate(long size) {
    return new CpuMemory(size);
  }

  @Override
  public Kernel compile(Op op, Layouts layouts) {
    // Convolutions read and write interleaved values themselves.
    return !(op instanceof Op.Convolution) && Interleaved.needed(layouts)
        ? new Interleaved(layouts, workers, blocked -> kernel(op, blocked))
        : kernel(op, layouts);
  }

  private Kernel kernel(Op op, Layouts layouts) {
    Choice choice = layouts.training() ? estimates : this.choice;
    return switch (op) {
      case Op.Convolution convolution -> new Convolution(convolution, layouts, workers, choice);
      case Op.Linear linear -> new Linear(linear, layouts, workers, choice);
      case Op.BatchNorm norm -> new BatchNorm(norm, layouts, workers);
      case Op.Relu relu -> new Pointwise(relu, layouts, workers);
      case Op.Sigmoid sigmoid -> new Pointwise(sigmoid, layouts, workers);
      case Op.MaxPool pool -> new Pooling(pool, layouts, workers);
      case Op.AveragePool pool -> new Pooling(pool, layouts, workers);
      case Op.AdaptiveAveragePool pool -> new Pooling(pool, layouts, workers);
      case Op.GlobalAverage pool -> new Pooling(pool, layouts, workers);
      case Op.Add add -> new Pointwise(add, layouts, workers);
      case Op.ChannelScale scale -> new ChannelGate(scale, layouts, workers);
      case Op.SoftThreshold threshold -> new ChannelGate(threshold, layouts, workers);
      case Op.SqueezeExcite gate -> new ChannelGate(gate, layouts, workers);
      case Op.Shrinkage gate -> new ChannelGate(gate, layouts, workers);
      case Op.SoftmaxCrossEntropy _ -> new Loss.SoftmaxCrossEntropy(layouts, workers);
      case Op.CentreLoss loss -> new Loss.CentreLoss(loss, layouts, workers);
    };
  }

  @Override
  public OptimizerKernel compile(Optimizer optimizer) {
    return new Optimizers(optimizer, workers);
  }

  /** As many as leave what a layer reads and writes in five eighths of the last cache. */
  @Override
  public int together(int batch, long sampleSize) {
    return Math.clamp(sharedCache * 5 / 8 / (Float.BYTES * sampleSize), 1, batch);
  }

  @Override
  public void upload(float[] source, int first, View destination, int n) {
    transfer.get().upload(source, first, destination, n);
  }

  @Override
  public void download(View source, float[] destination, int first, int n) {
    transfer.get().download(source, destination, first, n);
  }

  @Override
  public void fill(View destination, float value) {
    int from = base(destination);
    int size = Math.toIntExact(destination.layout().size());
    Arrays.fill(array(destination), from, from + size, value);
  }

  @Override
  public void close() {
    workers.close();
  }
}
