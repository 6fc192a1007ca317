package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What one number a channel does to an image: a factor s, {@code y = x s}, or a threshold tau,
 * {@code y = sign(x) max(|x| - tau, 0)}. In ChannelScale and SoftThreshold the numbers are an
 * input; in the fused gates {@link Bottleneck} makes them of {@code a = mean x}, for thresholds
 * {@code mean |x|}, and residual and ReLU follow.
 *
 * <p>Forward: one pass for a, the small network, one pass for y. Backward: one pass cuts dy to dy'
 * and sums {@code ds = sum dy' x} or {@code dtau = -sum dy' sign(x) m}, {@code m = [|x| > tau]};
 * the small network turns that into da; one pass writes {@code dx = dy' s + da} or {@code dy' m +
 * da sign(x)} and the residual's gradient. An item of work is one plane: one channel block of one
 * sample.
 */
final class ChannelGate implements Kernel {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;

  private final Workers workers;
  private final boolean threshold;
  private final boolean residual;
  private final boolean relu;
  private final int blocks;
  private final int rows;
  private final int length;
  private final int area;

  /** Null where the numbers are an input. */
  private final Bottleneck network;

  private final Workers.Task pool = this::pool;
  private final Workers.Task apply = this::apply;
  private final Workers.Task reduce = this::reduce;
  private final Workers.Task spread = this::spread;
  private Operands operands;

  ChannelGate(Op.ChannelScale op, Layouts layouts, Workers workers) {
    this(false, false, false, null, layouts, workers);
  }

  ChannelGate(Op.SoftThreshold op, Layouts layouts, Workers workers) {
    this(true, false, false, null, layouts, workers);
  }

  ChannelGate(Op.SqueezeExcite op, Layouts layouts, Workers workers) {
    Shape shape = layouts.y().shape();
    Bottleneck network = new Bottleneck(op, shape.n(), shape.c(), layouts.training(), workers);
    this(false, op.residual(), op.relu(), network, layouts, workers);
  }

  ChannelGate(Op.Shrinkage op, Layouts layouts, Workers workers) {
    Shape shape = layouts.y().shape();
    Bottleneck network = new Bottleneck(op, shape.n(), shape.c(), layouts.training(), workers);
    this(true, op.residual(), op.relu(), network, layouts, workers);
  }

  private ChannelGate(
      boolean threshold,
      boolean residual,
      boolean relu,
      Bottleneck network,
      Layouts layouts,
      Workers workers) {
    Shape shape = layouts.y().shape();
    this.workers = workers;
    this.threshold = threshold;
    this.residual = residual;
    this.relu = relu;
    this.network = network;
    this.blocks = ((Blocked) layouts.y()).blocks();
    this.rows = shape.h();
    this.length = shape.w() * LANES;
    this.area = shape.area();
  }

  @Override
  public long savedSize() {
    return network == null ? 0 : network.savedSize();
  }

  @Override
  public long scratchSize() {
    return network == null ? 0 : network.scratchSize();
  }

  @Override
  public void load(Operands operands) {
    if (network != null) {
      network.load(operands);
    }
  }

  @Override
  public void forward(Operands operands, int n) {
    this.operands = operands;
    if (network != null) {
      network.bind(operands, n);
      workers.run(pool, n * blocks);
      network.forward();
    }
    workers.run(apply, n * blocks);
  }

  /** a of one plane. */
  private void pool(int plane, int thread) {
    View x = operands.x()[0];
    float[] xs = array(x);
    int xi = Blocked.at(x, plane);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector sum = zero;
    for (int i = 0; i < rows; i++) {
      FloatVector row = zero;
      if (threshold) {
        for (int j = 0; j < length; j += LANES) {
          row = row.add(FloatVector.fromArray(SPECIES, xs, xi + j).abs());
        }
      } else {
        for (int j = 0; j < length; j += LANES) {
          row = row.add(FloatVector.fromArray(SPECIES, xs, xi + j));
        }
      }
      sum = sum.add(row);
      xi += Blocked.of(x).rowStride();
    }
    sum.mul(1f / area).intoArray(network.state(), network.a(plane));
  }

  /** The array that holds the factors or thresholds. */
  private float[] gates() {
    return network == null ? array(operands.x()[1]) : network.state();
  }

  /** Where a plane's are. */
  private int gateAt(int plane) {
    return network == null ? Blocked.at(operands.x()[1], plane) : network.gate(plane);
  }

  private void apply(int plane, int thread) {
    View x = operands.x()[0];
    View y = operands.y();
    // Without a residual x stands in for it, its address computed but not read.
    View added = operands.x()[residual ? 1 : 0];
    float[] xs = array(x);
    float[] ys = array(y);
    float[] rs = array(added);
    int xi = Blocked.at(x, plane);
    int yi = Blocked.at(y, plane);
    int ri = Blocked.at(added, plane);
    FloatVector gate = FloatVector.fromArray(SPECIES, gates(), gateAt(plane));
    FloatVector negative = gate.neg();
    FloatVector floor = FloatVector.broadcast(SPECIES, Pointwise.floor(relu));
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, xs, xi + j);
        if (threshold) {
          // v - min(max(v, -tau), tau), and NaN stays NaN.
          FloatVector within =
              v.blend(gate, v.compare(VectorOperators.GT, gate))
                  .blend(negative, v.compare(VectorOperators.LT, negative));
          v = v.sub(within);
        } else {
          v = v.mul(gate);
        }
        if (residual) {
          v = v.add(FloatVector.fromArray(SPECIES, rs, ri + j));
        }
        v.blend(floor, v.compare(VectorOperators.LT, floor)).intoArray(ys, yi + j);
      }
      xi += Blocked.of(x).rowStride();
      yi += Blocked.of(y).rowStride();
      ri += Blocked.of(added).rowStride();
    }
  }

  @Override
  public void backward(Operands operands, int n) {
    this.operands = operands;
    if (network != null) {
      network.bind(operands, n);
    }
    workers.run(reduce, n * blocks);
    if (network != null) {
      network.backward(area, operands.dx()[0] != null);
    }
    workers.run(spread, n * blocks);
  }

  /** Cuts one plane of dy to dy' and sums the gradient of its factors or thresholds. */
  private void reduce(int plane, int thread) {
    View x = operands.x()[0];
    View dy = operands.dy();
    if (relu) {
      Pointwise.cut(dy, operands.y(), plane, rows, length);
    }
    float[] xs = array(x);
    float[] dys = array(dy);
    int xi = Blocked.at(x, plane);
    int dyi = Blocked.at(dy, plane);
    FloatVector gate = FloatVector.fromArray(SPECIES, gates(), gateAt(plane));
    FloatVector negative = gate.neg();
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector sum = zero;
    for (int i = 0; i < rows; i++) {
      FloatVector row = zero;
      for (int j = 0; j < length; j += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, xs, xi + j);
        FloatVector d = FloatVector.fromArray(SPECIES, dys, dyi + j);
        if (threshold) {
          row =
              row.add(
                  zero.blend(d.neg(), v.compare(VectorOperators.GT, gate))
                      .blend(d, v.compare(VectorOperators.LT, negative)));
        } else {
          row = v.fma(d, row);
        }
      }
      sum = sum.add(row);
      xi += Blocked.of(x).rowStride();
      dyi += Blocked.of(dy).rowStride();
    }
    if (network != null) {
      sum.intoArray(array(operands.scratch()), network.dgate(plane));
    } else if (operands.dx()[1] != null) {
      View dgate = operands.dx()[1];
      int at = Blocked.at(dgate, plane);
      if (operands.add()[1]) {
        sum = sum.add(FloatVector.fromArray(SPECIES, array(dgate), at));
      }
      sum.intoArray(array(dgate), at);
    }
  }

  private void spread(int plane, int thread) {
    if (operands.dx()[0] != null) {
      dx(plane);
    }
    if (residual) {
      View dr = operands.dx()[1];
      Pointwise.give(operands.dy(), dr, operands.add()[1], plane, rows, length);
    }
  }

  private void dx(int plane) {
    View x = operands.x()[0];
    View dy = operands.dy();
    View dx = operands.dx()[0];
    float[] xs = array(x);
    float[] dys = array(dy);
    float[] dxs = array(dx);
    int xi = Blocked.at(x, plane);
    int dyi = Blocked.at(dy, plane);
    int dxi = Blocked.at(dx, plane);
    FloatVector gate = FloatVector.fromArray(SPECIES, gates(), gateAt(plane));
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector da =
        network == null
            ? zero
            : FloatVector.fromArray(SPECIES, array(operands.scratch()), network.da(plane));
    FloatVector negative = da.neg();
    boolean add = operands.add()[0];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector d = FloatVector.fromArray(SPECIES, dys, dyi + j);
        FloatVector g;
        if (threshold) {
          FloatVector v = FloatVector.fromArray(SPECIES, xs, xi + j);
          g =
              zero.blend(da, v.compare(VectorOperators.GT, zero))
                  .blend(negative, v.compare(VectorOperators.LT, zero))
                  .add(zero.blend(d, v.abs().compare(VectorOperators.GT, gate)));
        } else {
          g = d.fma(gate, da);
        }
        if (add) {
          g = g.add(FloatVector.fromArray(SPECIES, dxs, dxi + j));
        }
        g.intoArray(dxs, dxi + j);
      }
      xi += Blocked.of(x).rowStride();
      dyi += Blocked.of(dy).rowStride();
      dxi += Blocked.of(dx).rowStride();
    }
  }
}
