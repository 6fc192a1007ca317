package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;

/**
 * Pooling; formulas in {@link Op}. Saved by the maximum: which pixel of the window won, two bytes
 * an element of y. Backward gathers, so nothing is added atomically. Kernels: {@code pooling.cu}.
 */
final class Pooling extends CudaKernel {

  private static final String FILE = "pooling";

  private final Window window;
  private final boolean adaptive;
  private final boolean global;
  private final int slices;
  private final DeviceMemory tickets;
  private Launch forward;
  private Launch backward;
  private int samplesAt;
  private int addAt;

  private Pooling(CudaContext context, Op op, Window window, boolean adaptive, Layouts layouts) {
    super(context, op, layouts);
    this.window = window;
    this.adaptive = adaptive;
    global = op instanceof Op.GlobalAverage;
    slices = slices(x(), x().area(), tiles(x()) * x().n());
    tickets = own(global ? (long) x().n() * tiles(x()) : 1);
  }

  static Pooling of(CudaContext context, Op.MaxPool op, Layouts layouts) {
    return new Pooling(context, op, op.window(), false, layouts);
  }

  static Pooling of(CudaContext context, Op.AveragePool op, Layouts layouts) {
    return new Pooling(context, op, op.window(), false, layouts);
  }

  static Pooling of(CudaContext context, Op.AdaptiveAveragePool op, Layouts layouts) {
    return new Pooling(context, op, Window.square(1, 1, 0), true, layouts);
  }

  static Pooling of(CudaContext context, Op.GlobalAverage op, Layouts layouts) {
    return new Pooling(context, op, Window.square(1, 1, 0), true, layouts);
  }

  private boolean maximum() {
    return op instanceof Op.MaxPool;
  }

  @Override
  public long savedSize() {
    return maximum() && layouts.training()
        ? Math.ceilDiv(ChannelsLast.of(layouts.y()).elements(y().n()), 2)
        : 0;
  }

  @Override
  public long scratchSize() {
    return global ? (long) x().n() * slices * ChannelsLast.padded(x().c()) : 0;
  }

  @Override
  void bind(Operands operands) {
    View x = operands.x()[0];
    View first = maximum() && layouts.training() ? operands.saved() : null;
    if (global) {
      forward = typed(FILE, "global_average_forward").with(x).with(operands.y());
      forward.with(operands.scratch()).with(tickets.address(0)).with(x().area());
      forward.with(ChannelsLast.padded(x().c()));
    } else if (maximum()) {
      forward = typed(FILE, "max_pool_forward").with(x).with(operands.y()).with(first);
      samplesAt = 3;
      extents(forward);
    } else {
      forward = typed(FILE, "average_pool_forward").with(x).with(operands.y());
      samplesAt = 2;
      extents(forward).with(adaptive);
    }
    if (dx(operands, 0) == null) {
      return;
    }
    View dx = dx(operands, 0);
    if (maximum()) {
      backward = typed(FILE, "max_pool_backward").with(first).with(operands.dy()).with(dx);
      extents(backward).with(false);
      addAt = 15;
    } else {
      backward = typed(FILE, "average_pool_backward").with(operands.dy()).with(dx);
      extents(backward).with(adaptive).with(false);
      addAt = 15;
    }
  }

  /** n, h, w, p, q, cs, then the window. */
  private Launch extents(Launch launch) {
    launch.with(0).with(x().h()).with(x().w()).with(y().h()).with(y().w());
    launch.with(ChannelsLast.padded(x().c())).with(window.height()).with(window.width());
    launch.with(window.strideH()).with(window.strideW());
    return launch.with(window.padH()).with(window.padW());
  }

  @Override
  void forward(int n) {
    if (global) {
      forward.run(tiles(x()), slices, n, BLOCK);
    } else {
      forward.set(samplesAt, n);
      forward.run(blocks(vectors(y(), n)), 1, 1, BLOCK);
    }
  }

  @Override
  void backward(int n) {
    if (dx(operands(), 0) == null) {
      return;
    }
    backward.set(maximum() ? 3 : 2, n);
    backward.set(addAt, operands().add()[0]);
    backward.run(blocks(vectors(x(), n)), 1, 1, BLOCK);
  }
}
