package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * ReLU, sigmoid and addition: each output is a function of the same pixel of the inputs.
 *
 * <p>Forward: {@code y = max(x, 0)}; {@code y = 1 / (1 + exp(-x))}; {@code y = a + b}, cut at zero
 * if asked. Backward: {@code dx = dy [y > 0]}; {@code dx = dy y (1 - y)}; {@code da = db = dy'}.
 * Nothing is saved: y tells all.
 *
 * <p>An item of work is one plane, one channel block of one sample; a plane's rows are runs of
 * whole vectors. The same rows serve the other families: {@link #cut} for {@code dy'} and {@link
 * #give} for the gradient of a residual.
 */
final class Pointwise implements Kernel {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final FloatVector ZERO = FloatVector.zero(SPECIES);

  private final Workers workers;
  private final boolean relu;
  private final int channels;
  private final int blocks;
  private final int rows;
  private final int length;
  private final Workers.Task forward;
  private final Workers.Task backward;
  private Operands operands;

  Pointwise(Op.Relu op, Layouts layouts, Workers workers) {
    this(op, true, layouts, workers);
  }

  Pointwise(Op.Sigmoid op, Layouts layouts, Workers workers) {
    this(op, false, layouts, workers);
  }

  Pointwise(Op.Add op, Layouts layouts, Workers workers) {
    this(op, op.relu(), layouts, workers);
  }

  private Pointwise(Op op, boolean relu, Layouts layouts, Workers workers) {
    Shape shape = layouts.y().shape();
    this.workers = workers;
    this.relu = relu;
    this.channels = shape.c();
    this.blocks = ((Blocked) layouts.y()).blocks();
    this.rows = shape.h();
    this.length = shape.w() * LANES;
    if (op instanceof Op.Sigmoid) {
      forward = this::sigmoid;
      backward = this::sigmoidBackward;
    } else {
      forward = op instanceof Op.Add ? this::add : this::relu;
      backward = this::distribute;
    }
  }

  @Override
  public void forward(Operands operands, int n) {
    this.operands = operands;
    workers.run(forward, n * blocks);
  }

  @Override
  public void backward(Operands operands, int n) {
    this.operands = operands;
    workers.run(backward, n * blocks);
  }

  private void relu(int plane, int thread) {
    View x = operands.x()[0];
    View y = operands.y();
    float[] xs = array(x);
    float[] ys = array(y);
    int xi = Blocked.at(x, plane);
    int yi = Blocked.at(y, plane);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, xs, xi + j);
        // Not max: NaN stays NaN, and compare and blend are two instructions.
        v.blend(ZERO, v.compare(VectorOperators.LT, ZERO)).intoArray(ys, yi + j);
      }
      xi += Blocked.of(x).rowStride();
      yi += Blocked.of(y).rowStride();
    }
  }

  private void add(int plane, int thread) {
    View a = operands.x()[0];
    View b = operands.x()[1];
    View y = operands.y();
    float[] as = array(a);
    float[] bs = array(b);
    float[] ys = array(y);
    int ai = Blocked.at(a, plane);
    int bi = Blocked.at(b, plane);
    int yi = Blocked.at(y, plane);
    FloatVector floor = FloatVector.broadcast(SPECIES, floor(relu));
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector sum =
            FloatVector.fromArray(SPECIES, as, ai + j)
                .add(FloatVector.fromArray(SPECIES, bs, bi + j));
        sum.blend(floor, sum.compare(VectorOperators.LT, floor)).intoArray(ys, yi + j);
      }
      ai += Blocked.of(a).rowStride();
      bi += Blocked.of(b).rowStride();
      yi += Blocked.of(y).rowStride();
    }
  }

  /** The backward pass of ReLU and of addition: every input gets dy'. */
  private void distribute(int plane, int thread) {
    View dy = operands.dy();
    if (relu) {
      cut(dy, operands.y(), plane, rows, length);
    }
    for (int k = 0; k < operands.dx().length; k++) {
      give(dy, operands.dx()[k], operands.add()[k], plane, rows, length);
    }
  }

  private void sigmoid(int plane, int thread) {
    View x = operands.x()[0];
    View y = operands.y();
    int xi = Blocked.at(x, plane);
    int yi = Blocked.at(y, plane);
    // Spare lanes hold x = 0, whose sigmoid is not the zero that padding must be.
    int used = Math.min(channels - plane % blocks * LANES, LANES);
    for (int i = 0; i < rows; i++) {
      sigmoid(array(x), xi, array(y), yi, length, used);
      xi += Blocked.of(x).rowStride();
      yi += Blocked.of(y).rowStride();
    }
  }

  private void sigmoidBackward(int plane, int thread) {
    View dx = operands.dx()[0];
    if (dx == null) {
      return;
    }
    View y = operands.y();
    View dy = operands.dy();
    float[] ys = array(y);
    float[] dys = array(dy);
    int yi = Blocked.at(y, plane);
    int dyi = Blocked.at(dy, plane);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, ys, yi + j);
        FloatVector slope = v.sub(v.mul(v));
        FloatVector.fromArray(SPECIES, dys, dyi + j).mul(slope).intoArray(dys, dyi + j);
      }
      yi += Blocked.of(y).rowStride();
      dyi += Blocked.of(dy).rowStride();
    }
    give(dy, dx, operands.add()[0], plane, rows, length);
  }

  /** What an epilogue cuts at: zero, or minus infinity for not at all. */
  static float floor(boolean relu) {
    return relu ? 0 : Float.NEGATIVE_INFINITY;
  }

  /**
   * {@code y = 1 / (1 + exp(-x))} to about 2 ulp. The library's vector exponential rounds
   * differently in interpreted and compiled code, which would make training depend on the
   * compiler's timing; this one is made of operations that IEEE 754 rounds one way only: {@code
   * exp(t) = 2^k exp(r)}, {@code |r| <= ln 2 / 2}, and Taylor's series up to r^7 for exp(r).
   *
   * @param length a multiple of the lanes
   * @param used how many lanes of each vector; the others are set to zero
   */
  static void sigmoid(float[] x, int xi, float[] y, int yi, int length, int used) {
    VectorMask<Float> mask = SPECIES.indexInRange(0, used);
    FloatVector one = FloatVector.broadcast(SPECIES, 1);
    // Adding 1.5 2^23 rounds to an integer, which then sits in the low bits.
    FloatVector shift = FloatVector.broadcast(SPECIES, 0x1.8p23f);
    FloatVector log2e = FloatVector.broadcast(SPECIES, 1.4426950408889634f);
    // ln 2 in two parts, the first short enough for its product with k to be exact.
    FloatVector high = FloatVector.broadcast(SPECIES, -0.693359375f);
    FloatVector low = FloatVector.broadcast(SPECIES, 2.12194440e-4f);
    for (int j = 0; j < length; j += LANES) {
      FloatVector t = FloatVector.fromArray(SPECIES, x, xi + j).neg();
      t = t.blend(87f, t.compare(VectorOperators.GT, 87f));
      t = t.blend(-87f, t.compare(VectorOperators.LT, -87f));
      FloatVector shifted = t.fma(log2e, shift);
      FloatVector k = shifted.sub(shift);
      FloatVector r = k.fma(low, k.fma(high, t));
      FloatVector e = FloatVector.broadcast(SPECIES, 1 / 5040f);
      e = e.fma(r, FloatVector.broadcast(SPECIES, 1 / 720f));
      e = e.fma(r, FloatVector.broadcast(SPECIES, 1 / 120f));
      e = e.fma(r, FloatVector.broadcast(SPECIES, 1 / 24f));
      e = e.fma(r, FloatVector.broadcast(SPECIES, 1 / 6f));
      e = e.fma(r, FloatVector.broadcast(SPECIES, 0.5f));
      e = e.fma(r, one);
      e = e.fma(r, one);
      IntVector exponent = shifted.reinterpretAsInts().add(127).lanewise(VectorOperators.LSHL, 23);
      FloatVector s = one.div(e.mul(exponent.reinterpretAsFloats()).add(one));
      ZERO.blend(s, mask).intoArray(y, yi + j);
    }
  }

  /** {@code dy = dy [y > 0]} in one plane. */
  static void cut(View dy, View y, int plane, int rows, int length) {
    float[] dys = array(dy);
    float[] ys = array(y);
    int dyi = Blocked.at(dy, plane);
    int yi = Blocked.at(y, plane);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, ys, yi + j);
        ZERO.blend(
                FloatVector.fromArray(SPECIES, dys, dyi + j), v.compare(VectorOperators.GT, ZERO))
            .intoArray(dys, dyi + j);
      }
      dyi += Blocked.of(dy).rowStride();
      yi += Blocked.of(y).rowStride();
    }
  }

  /**
   * Passes one plane of a gradient on.
   *
   * @param to where to; null where no gradient is wanted
   * @param add to what is there, instead of overwriting it
   */
  static void give(View from, View to, boolean add, int plane, int rows, int length) {
    if (to == null) {
      return;
    }
    float[] source = array(from);
    float[] target = array(to);
    int si = Blocked.at(from, plane);
    int ti = Blocked.at(to, plane);
    for (int i = 0; i < rows; i++) {
      if (add) {
        for (int j = 0; j < length; j += LANES) {
          FloatVector.fromArray(SPECIES, source, si + j)
              .add(FloatVector.fromArray(SPECIES, target, ti + j))
              .intoArray(target, ti + j);
        }
      } else {
        System.arraycopy(source, si, target, ti, length);
      }
      si += Blocked.of(from).rowStride();
      ti += Blocked.of(to).rowStride();
    }
  }
}
