package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;

/**
 * Batch normalisation of every channel over its M = N H W elements; formulas in {@link Op}. With
 * BATCH one launch takes mean and variance and moves the running ones, a second normalises;
 * backward sums dy' and dy' xhat, then gives dx. Saved: mean and variance. Kernels: {@code
 * batch_norm.cu}.
 */
final class BatchNorm extends CudaKernel {

  private static final String FILE = "batch_norm";

  private final Op.BatchNorm norm;
  private final boolean batch;
  private final int cs;
  private final int slices;
  private final DeviceMemory tickets;
  private Launch statistics;
  private Launch forward;
  private Launch sums;
  private Launch backward;

  BatchNorm(CudaContext context, Op.BatchNorm norm, Layouts layouts) {
    super(context, norm, layouts);
    this.norm = norm;
    batch = norm.norm() == Norm.BATCH;
    cs = ChannelsLast.padded(x().c());
    slices = slices(x(), x().n() * x().area(), tiles(x()));
    tickets = own(tiles(x()));
  }

  @Override
  public long savedSize() {
    return batch ? 2L * cs : 0;
  }

  /** The slices' sums, then those of all. */
  @Override
  public long scratchSize() {
    return batch || layouts.training() ? 2L * cs * (slices + 1) : 0;
  }

  @Override
  void bind(Operands operands) {
    View x = operands.x()[0];
    View y = operands.y();
    View residual = norm.residual() ? operands.x()[1] : null;
    View[] w = operands.w();
    long scratch = DeviceMemory.address(operands.scratch());
    long partial = scratch + 2L * cs * Float.BYTES;
    long mean = batch ? DeviceMemory.address(operands.saved()) : DeviceMemory.address(w[2]);
    long var = batch ? mean + (long) cs * Float.BYTES : DeviceMemory.address(w[3]);
    if (batch) {
      statistics = typed(FILE, "batch_norm_statistics").with(x).with(mean).with(var);
      statistics.with(w[2]).with(w[3]).with(partial).with(tickets.address(0));
      statistics.with(0).with(x().c()).with(cs);
    }
    forward = typed(FILE, "batch_norm_forward").with(x).with(residual).with(y);
    forward.with(mean).with(var).with(w[0]).with(w[1]);
    forward.with(0).with(x().c()).with(cs).with(norm.relu());
    if (operands.dy() == null) {
      return;
    }
    View cut = norm.relu() ? y : null;
    View dResidual = norm.residual() ? dx(operands, 1) : null;
    sums = typed(FILE, "batch_norm_sums").with(x).with(cut).with(operands.dy()).with(dResidual);
    sums.with(mean).with(var).with(dw(operands, 0)).with(dw(operands, 1)).with(scratch);
    sums.with(partial).with(tickets.address(0)).with(0).with(x().c()).with(cs).with(false);
    backward = typed(FILE, "batch_norm_backward").with(x).with(cut).with(operands.dy());
    backward.with(dx(operands, 0)).with(mean).with(var).with(w[0]);
    backward.with(batch ? scratch : 0L).with(0).with(x().c()).with(cs).with(false);
  }

  @Override
  void forward(int n) {
    int pixels = n * x().area();
    if (batch) {
      statistics.set(7, pixels);
      statistics.run(tiles(x()), slices, 1, BLOCK);
    }
    forward.set(7, pixels);
    forward.run(tiles(x()), slices(x(), pixels, tiles(x())), 1, BLOCK);
  }

  @Override
  void backward(int n) {
    int pixels = n * x().area();
    Operands operands = operands();
    sums.set(11, pixels);
    sums.set(14, norm.residual() && operands.add()[1]);
    sums.run(tiles(x()), slices, 1, BLOCK);
    if (dx(operands, 0) != null) {
      backward.set(8, pixels);
      backward.set(11, operands.add()[0]);
      backward.run(tiles(x()), slices(x(), pixels, tiles(x())), 1, BLOCK);
    }
  }
}
