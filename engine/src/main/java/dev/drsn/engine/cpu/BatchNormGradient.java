package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Backward of {@link BatchNorm}: {@code dx = gamma / sigma (dy' - a - (x - mean) b)} with {@code a
 * = mean(dy')} and {@code b = mean(dy' (x - mean)) / sigma^2}, both zero for running statistics.
 *
 * <p>Both passes are bound by memory, so they touch as little as they can. The first gathers the
 * sums, the second writes dx. Without a residual {@code y > 0} is known from x, by the very
 * operations that made y, and dy is cut to dy' wherever it is read. With one, dy' is what the
 * residual gets: the first pass writes it there, where nothing is to be added to, else over dy.
 *
 * <p>The planes' sums are added in a fixed order, so the result does not depend on the number of
 * threads.
 */
final class BatchNormGradient {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = SPECIES.length();

  private final Op.BatchNorm op;
  private final Workers workers;
  private final int channels;
  private final int blocks;
  private final int rows;
  private final int length;
  private final int area;

  /** Where y is cut by what is read: zero, or minus infinity for nowhere. */
  private final float floor;

  /** Per channel, spare ones zero. */
  private final float[] mean;

  private final float[] inverse;
  private final float[] scale;
  private final float[] shift;
  private final float[] level;
  private final float[] slope;
  private final Workers.Task sums = this::sums;
  private final Workers.Task gradients = this::gradients;
  private final Workers.Task spread = this::spread;
  private Operands operands;

  /** Where dy' is, or what it is cut from where it is read. */
  private View dy;

  /** Whether dy' is where the residual's gradient belongs. */
  private boolean handedOver;

  private int n;

  BatchNormGradient(Op.BatchNorm op, Layouts layouts, Workers workers) {
    Shape shape = layouts.y().shape();
    this.op = op;
    this.workers = workers;
    channels = shape.c();
    blocks = ((Blocked) layouts.y()).blocks();
    rows = shape.h();
    length = shape.w() * LANES;
    area = shape.area();
    floor = Pointwise.floor(op.relu() && !op.residual());
    mean = new float[blocks * LANES];
    inverse = new float[blocks * LANES];
    scale = new float[blocks * LANES];
    shift = new float[blocks * LANES];
    level = new float[blocks * LANES];
    slope = new float[blocks * LANES];
  }

  void run(Operands operands, int n) {
    this.operands = operands;
    this.n = n;
    View dr = op.residual() ? operands.dx()[1] : null;
    handedOver = dr != null && !operands.add()[1];
    dy = handedOver ? dr : operands.dy();
    View saved = operands.saved();
    for (int c = 0; c < channels; c++) {
      boolean batch = op.norm() == Norm.BATCH;
      mean[c] = batch ? value(saved, c) : value(operands.w()[2], c);
      inverse[c] =
          batch ? value(saved, channels + c) : BatchNorm.inverse(value(operands.w()[3], c));
      scale[c] = BatchNorm.scale(value(operands.w()[0], c), inverse[c]);
      shift[c] = value(operands.w()[1], c);
    }
    workers.run(sums, n * blocks);
    workers.run(gradients, blocks);
    if (operands.dx()[0] != null) {
      workers.run(spread, n * blocks);
    }
  }

  private static float value(View dense, int c) {
    return array(dense)[base(dense) + c];
  }

  /** Sums dy' and {@code dy' (x - mean)} over one plane. */
  private void sums(int item, int thread) {
    int plane = n * blocks - 1 - item; // As in BatchNorm.fromTheEnd.
    if (op.residual()) {
      give(plane);
    }
    View x = operands.x()[0];
    float[] xs = array(x);
    float[] dys = array(dy);
    int xi = Blocked.at(x, plane);
    int dyi = Blocked.at(dy, plane);
    int c = plane % blocks * LANES;
    FloatVector centre = FloatVector.fromArray(SPECIES, mean, c);
    FloatVector gain = FloatVector.fromArray(SPECIES, scale, c);
    FloatVector offset = FloatVector.fromArray(SPECIES, shift, c);
    FloatVector bottom = FloatVector.broadcast(SPECIES, floor);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector sum = zero;
    FloatVector product = zero;
    for (int i = 0; i < rows; i++) {
      FloatVector rowSum = zero;
      FloatVector rowProduct = zero;
      for (int j = 0; j < length; j += LANES) {
        FloatVector distance = FloatVector.fromArray(SPECIES, xs, xi + j).sub(centre);
        FloatVector d = FloatVector.fromArray(SPECIES, dys, dyi + j);
        d = zero.blend(d, distance.fma(gain, offset).compare(VectorOperators.GT, bottom));
        rowSum = rowSum.add(d);
        rowProduct = distance.fma(d, rowProduct);
      }
      sum = sum.add(rowSum);
      product = product.add(rowProduct);
      xi += Blocked.of(x).rowStride();
      dyi += Blocked.of(dy).rowStride();
    }
    View scratch = operands.scratch();
    int to = base(scratch) + 2 * plane * LANES;
    sum.intoArray(array(scratch), to);
    product.intoArray(array(scratch), to + LANES);
  }

  /** Cuts one plane of dy to dy' and passes it on to the residual. */
  private void give(int plane) {
    View whole = operands.dy();
    View dr = operands.dx()[1];
    if (handedOver && op.relu()) {
      cut(whole, plane);
      return;
    }
    if (op.relu()) {
      Pointwise.cut(whole, operands.y(), plane, rows, length);
    }
    Pointwise.give(whole, dr, operands.add()[1], plane, rows, length);
  }

  /** {@code dr = dy [y > 0]} in one plane. */
  private void cut(View whole, int plane) {
    View y = operands.y();
    float[] from = array(whole);
    float[] ys = array(y);
    float[] to = array(dy);
    int source = Blocked.at(whole, plane);
    int yi = Blocked.at(y, plane);
    int target = Blocked.at(dy, plane);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, ys, yi + j);
        zero.blend(
                FloatVector.fromArray(SPECIES, from, source + j),
                v.compare(VectorOperators.GT, zero))
            .intoArray(to, target + j);
      }
      source += Blocked.of(whole).rowStride();
      yi += Blocked.of(y).rowStride();
      target += Blocked.of(dy).rowStride();
    }
  }

  /** The gradients of one block's gamma and beta, and what {@link #spread} needs of them. */
  private void gradients(int block, int thread) {
    View scratch = operands.scratch();
    boolean batch = op.norm() == Norm.BATCH;
    double count = (double) n * area;
    int last = Math.min(channels, (block + 1) * LANES);
    for (int c = block * LANES; c < last; c++) {
      int at = 2 * block * LANES + c - block * LANES;
      double sum = 0;
      double product = 0;
      for (int i = 0; i < n; i++) {
        sum += value(scratch, at + 2 * i * blocks * LANES);
        product += value(scratch, at + 2 * i * blocks * LANES + LANES);
      }
      double deviation = inverse[c];
      accumulate(operands.dw()[0], c, product * deviation);
      accumulate(operands.dw()[1], c, sum);
      level[c] = batch ? (float) (sum / count) : 0;
      slope[c] = batch ? (float) (product * deviation * deviation / count) : 0;
    }
  }

  static void accumulate(View gradient, int c, double value) {
    if (gradient != null) {
      array(gradient)[base(gradient) + c] += (float) value;
    }
  }

  /** dx of one plane. */
  private void spread(int plane, int thread) {
    int c = plane % blocks * LANES;
    FloatVector centre = FloatVector.fromArray(SPECIES, mean, c);
    FloatVector gain = FloatVector.fromArray(SPECIES, scale, c);
    FloatVector offset = FloatVector.fromArray(SPECIES, shift, c);
    FloatVector mid = FloatVector.fromArray(SPECIES, level, c);
    FloatVector tilt = FloatVector.fromArray(SPECIES, slope, c).neg();
    FloatVector bottom = FloatVector.broadcast(SPECIES, floor);
    FloatVector zero = FloatVector.zero(SPECIES);
    View x = operands.x()[0];
    View dx = operands.dx()[0];
    float[] xs = array(x);
    float[] dys = array(dy);
    float[] dxs = array(dx);
    int xi = Blocked.at(x, plane);
    int dyi = Blocked.at(dy, plane);
    int dxi = Blocked.at(dx, plane);
    boolean add = operands.add()[0];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < length; j += LANES) {
        FloatVector distance = FloatVector.fromArray(SPECIES, xs, xi + j).sub(centre);
        FloatVector d = FloatVector.fromArray(SPECIES, dys, dyi + j);
        d = zero.blend(d, distance.fma(gain, offset).compare(VectorOperators.GT, bottom));
        FloatVector v = distance.fma(tilt, d.sub(mid)).mul(gain);
        if (add) {
          v = v.add(FloatVector.fromArray(SPECIES, dxs, dxi + j));
        }
        v.intoArray(dxs, dxi + j);
      }
      xi += Blocked.of(x).rowStride();
      dyi += Blocked.of(dy).rowStride();
      dxi += Blocked.of(dx).rowStride();
    }
  }
}
