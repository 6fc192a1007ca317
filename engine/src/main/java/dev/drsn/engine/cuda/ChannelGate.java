package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;

/**
 * Squeeze-excite and shrinkage gates; formulas in {@link Op}. Forward without batch statistics is
 * one launch where a block can look at a whole sample, else two: means of the channels, then the
 * small network and what it decides. Training goes by stages and saves a, u, mean, var, alpha and
 * t. Kernels: {@code channel_gate.cu}, {@code bottleneck.cu}.
 */
final class ChannelGate extends CudaKernel {

  private static final String FILE = "channel_gate";
  private static final String NETWORK = "bottleneck";

  /** Columns of the small network that a block computes. */
  private static final int TILE = 32;

  private final String gate;
  private final int hidden;
  private final int outputs;
  private final int mode;
  private final Norm norm;
  private final boolean residual;
  private final boolean relu;
  private final int batch;
  private final int cs;
  private final int area;
  private final int slices;
  private final boolean training;
  private final DeviceMemory poolTickets;
  private final DeviceMemory hiddenTickets;
  private Launch pool;
  private Launch network;
  private Launch output;
  private Launch apply;
  private Launch sums;
  private Launch dz;
  private Launch backwardHidden;
  private Launch backwardInput;
  private Launch backward;

  ChannelGate(CudaContext context, Op.SqueezeExcite op, Layouts layouts) {
    this(
        context,
        op,
        layouts,
        "squeeze_excite",
        op.hidden(),
        true,
        0,
        Norm.NONE,
        op.residual(),
        op.relu());
  }

  ChannelGate(CudaContext context, Op.Shrinkage op, Layouts layouts) {
    this(
        context,
        op,
        layouts,
        "shrinkage",
        op.hidden(),
        op.channelWise(),
        op.channelWise() ? 1 : 2,
        op.norm(),
        op.residual(),
        op.relu());
  }

  private ChannelGate(
      CudaContext context,
      Op op,
      Layouts layouts,
      String gate,
      int hidden,
      boolean channelWise,
      int mode,
      Norm norm,
      boolean residual,
      boolean relu) {
    super(context, op, layouts);
    this.gate = gate;
    this.hidden = hidden;
    this.mode = mode;
    this.norm = norm;
    this.residual = residual;
    this.relu = relu;
    outputs = channelWise ? x().c() : 1;
    batch = x().n();
    cs = ChannelsLast.padded(x().c());
    area = x().area();
    slices = slices(x(), area, tiles(x()) * batch);
    training = layouts.training() || norm == Norm.BATCH;
    poolTickets = own((long) batch * tiles(x()));
    hiddenTickets = own(Math.ceilDiv(hidden, TILE));
  }

  /** As {@code bottleneck.cu} numbers them. */
  private int normNumber() {
    return switch (norm) {
      case NONE -> 0;
      case RUNNING -> 1;
      case BATCH -> 2;
    };
  }

  // What is kept, in scalars, each part at a multiple of four: a, u, mean, var, alpha, t.

  private static long four(long scalars) {
    return Math.ceilDiv(scalars, 4) * 4;
  }

  private long keptU() {
    return four((long) batch * cs);
  }

  private long keptMean() {
    return keptU() + four((long) batch * hidden);
  }

  private long keptVar() {
    return keptMean() + four(hidden);
  }

  private long keptAlpha() {
    return keptVar() + four(hidden);
  }

  private long keptT() {
    return keptAlpha() + four((long) batch * outputs);
  }

  @Override
  public long savedSize() {
    return training ? keptT() + four((long) batch * cs) : 0;
  }

  // Scratch: a (inference), dt, dz, du, then the slices' sums.

  private long scratchDz() {
    return four((long) batch * cs);
  }

  private long scratchDu() {
    return scratchDz() + four((long) batch * outputs);
  }

  private long scratchPartial() {
    return scratchDu() + four((long) batch * hidden);
  }

  @Override
  public long scratchSize() {
    return scratchPartial() + (long) batch * slices * cs;
  }

  @Override
  void bind(Operands operands) {
    View x = operands.x()[0];
    View y = operands.y();
    View from = residual ? operands.x()[1] : null;
    View[] w = operands.w();
    boolean normed = norm != Norm.NONE;
    View gamma = normed ? w[2] : null;
    View beta = normed ? w[3] : null;
    View w2 = w[normed ? 6 : 2];
    View b2 = w[normed ? 7 : 3];
    long scratch = DeviceMemory.address(operands.scratch());
    long partial = scratch + scratchPartial() * Float.BYTES;
    long kept = training ? DeviceMemory.address(operands.saved()) : 0;
    long a = training ? kept : scratch;
    pool = typed(FILE, gate + "_pool").with(x).with(a).with(partial);
    pool.with(poolTickets.address(0)).with(area).with(cs);
    if (!training) {
      apply = typed(FILE, gate + "_gate").with(x).with(a).with(from).with(y).with(w[0]).with(w[1]);
      apply.with(gamma).with(beta).with(normed ? w[4] : null).with(normed ? w[5] : null);
      apply.with(w2).with(b2).with(area).with(x().c()).with(cs).with(hidden).with(outputs);
      apply.with(relu).shared(Float.BYTES * (Math.ceilDiv(hidden, 4) * 4 + cs));
      return;
    }
    long u = kept + keptU() * Float.BYTES;
    boolean own = norm == Norm.BATCH;
    long mean = own ? kept + keptMean() * Float.BYTES : normed ? DeviceMemory.address(w[4]) : 0;
    long var = own ? kept + keptVar() * Float.BYTES : normed ? DeviceMemory.address(w[5]) : 0;
    long alpha = kept + keptAlpha() * Float.BYTES;
    long t = kept + keptT() * Float.BYTES;
    network = plain(NETWORK, "bottleneck_hidden").with(a).with(w[0]).with(w[1]).with(u);
    network.with(mean).with(var).with(normed ? w[4] : null).with(normed ? w[5] : null);
    network.with(hiddenTickets.address(0)).with(0).with(x().c()).with(cs).with(hidden);
    network.with(normNumber());
    output = plain(NETWORK, mode == 2 ? "bottleneck_output_shared" : "bottleneck_output");
    output.with(a).with(u).with(mean).with(var).with(gamma).with(beta).with(w2).with(b2);
    output.with(alpha).with(t);
    if (mode != 2) {
      output.with(0);
    }
    output.with(x().c()).with(cs).with(hidden);
    if (mode != 2) {
      output.with(mode);
    }
    apply = typed(FILE, gate + "_apply").with(x).with(t).with(from).with(y).with(area).with(cs);
    apply.with(relu);
    if (operands.dy() == null) {
      return;
    }
    long dt = scratch;
    long dzs = scratch + scratchDz() * Float.BYTES;
    long du = scratch + scratchDu() * Float.BYTES;
    View cut = relu ? y : null;
    View dy = operands.dy();
    sums = typed(FILE, gate + "_backward_sums").with(x).with(t).with(cut).with(dy);
    sums.with(residual ? dx(operands, 1) : null).with(dt).with(partial);
    sums.with(poolTickets.address(0)).with(area).with(cs).with(false);
    dz = plain(NETWORK, "bottleneck_dz").with(a).with(alpha).with(dt).with(dzs);
    dz.with(x().c()).with(cs).with(mode);
    backwardHidden = plain(NETWORK, "bottleneck_backward_hidden").with(dzs).with(u).with(mean);
    backwardHidden.with(var).with(gamma).with(beta).with(w2).with(du);
    backwardHidden.with(normed ? dw(operands, 2) : null).with(normed ? dw(operands, 3) : null);
    backwardHidden.with(dw(operands, normed ? 6 : 2)).with(dw(operands, normed ? 7 : 3));
    backwardHidden.with(hiddenTickets.address(0)).with(0).with(outputs).with(hidden);
    backwardHidden.with(normNumber());
    backwardInput = plain(NETWORK, "bottleneck_backward_input").with(du).with(a).with(w[0]);
    backwardInput.with(dt).with(dw(operands, 0)).with(dw(operands, 1)).with(0).with(x().c());
    backwardInput.with(cs).with(hidden);
    backward = typed(FILE, gate + "_backward").with(x).with(t).with(cut).with(dy).with(dt);
    backward.with(dx(operands, 0)).with(area).with(cs).with(false);
  }

  @Override
  void forward(int n) {
    pool.run(tiles(x()), slices, n, BLOCK);
    if (training) {
      network.set(9, n);
      network.run(Math.ceilDiv(hidden, TILE), Math.ceilDiv(n, TILE), 1, BLOCK);
      if (mode == 2) {
        output.run(n, 1, 1, BLOCK);
      } else {
        output.set(10, n);
        output.run(Math.ceilDiv(cs, TILE), Math.ceilDiv(n, TILE), 1, BLOCK);
      }
    }
    apply.run(tiles(x()), slices, n, BLOCK);
  }

  @Override
  void backward(int n) {
    boolean[] add = operands().add();
    sums.set(10, residual && add[1]);
    sums.run(tiles(x()), slices, n, BLOCK);
    dz.run(n, 1, 1, BLOCK);
    backwardHidden.set(13, n);
    backwardHidden.run(
        Math.ceilDiv(hidden, TILE), Math.ceilDiv(Math.max(n, outputs), TILE), 2, BLOCK);
    backwardInput.set(6, n);
    backwardInput.run(Math.ceilDiv(cs, TILE), Math.ceilDiv(Math.max(n, hidden), TILE), 2, BLOCK);
    if (dx(operands(), 0) != null) {
      backward.set(8, add[0]);
      backward.run(tiles(x()), slices, n, BLOCK);
    }
  }
}
