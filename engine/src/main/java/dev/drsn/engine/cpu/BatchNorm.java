package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.Kernel;
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
 * Batch normalisation: {@code y = gamma (x - mean) / sigma + beta}, plus residual, cut at zero if
 * asked.
 *
 * <p>Forward reads x twice. First each plane (one channel block of one sample, M' pixels) yields
 * its sum and its sum of squares about its own mean, the second while the plane is still in the
 * cache; the planes' moments are then united in double: {@code M2 = sum_n M2[n] + M' (mean[n] -
 * mean)^2}. So neither many pixels nor a mean far from zero costs precision. Then each plane is
 * written.
 *
 * <p>Backward: {@code dx = gamma / sigma (dy' - a - (x - mean) b)} with {@code a = mean(dy')} and
 * {@code b = mean(dy' (x - mean)) / sigma^2}, both zero for running statistics. One pass over the
 * planes gathers the sums (and cuts dy to dy'), another writes dx and the residual's gradient.
 *
 * <p>Saved: mean and 1 / sigma of the batch, a row of channels each. The planes' sums are added in
 * a fixed order, so the result does not depend on the number of threads.
 */
final class BatchNorm implements Kernel {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = SPECIES.length();

  private final Op.BatchNorm op;
  private final Workers workers;
  private final int channels;
  private final int samples;
  private final boolean training;
  private final int blocks;
  private final int rows;
  private final int length;
  private final int area;

  /** Per channel, spare ones zero: what a plane's pass multiplies and adds. */
  private final float[] mean;

  private final float[] scale;
  private final float[] shift;
  private final float[] level;
  private final float[] slope;
  private final Workers.Task moments = this::moments;
  private final Workers.Task statistics = this::statistics;
  private final Workers.Task normalise = this::normalise;
  private final Workers.Task sums = this::sums;
  private final Workers.Task gradients = this::gradients;
  private final Workers.Task spread = this::spread;
  private Operands operands;
  private int n;

  BatchNorm(Op.BatchNorm op, Layouts layouts, Workers workers) {
    Shape shape = layouts.y().shape();
    this.op = op;
    this.workers = workers;
    this.channels = shape.c();
    this.samples = shape.n();
    this.training = layouts.training();
    this.blocks = ((Blocked) layouts.y()).blocks();
    this.rows = shape.h();
    this.length = shape.w() * LANES;
    this.area = shape.area();
    this.mean = new float[blocks * LANES];
    this.scale = new float[blocks * LANES];
    this.shift = new float[blocks * LANES];
    this.level = new float[blocks * LANES];
    this.slope = new float[blocks * LANES];
  }

  @Override
  public long savedSize() {
    return training && op.norm() == Norm.BATCH ? 2L * channels : 0;
  }

  @Override
  public long scratchSize() {
    return 2L * samples * blocks * LANES;
  }

  @Override
  public void load(Operands operands) {
    if (op.norm() == Norm.RUNNING) {
      View variance = operands.w()[3];
      for (int c = 0; c < channels; c++) {
        mean[c] = value(operands.w()[2], c);
        coefficients(operands, c, 1 / Math.sqrt(value(variance, c) + Norm.EPSILON));
      }
    }
  }

  @Override
  public void forward(Operands operands, int n) {
    this.operands = operands;
    this.n = n;
    if (op.norm() == Norm.BATCH) {
      workers.run(moments, n * blocks);
      workers.run(statistics, blocks);
    }
    workers.run(normalise, n * blocks);
  }

  /** Sum and sum of squares about the mean of one plane, row by row to keep float sums short. */
  private void moments(int plane, int thread) {
    View x = operands.x()[0];
    float[] xs = array(x);
    int stride = Blocked.of(x).rowStride();
    int first = Blocked.at(x, plane);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector sum = zero;
    int xi = first;
    for (int i = 0; i < rows; i++) {
      FloatVector row = zero;
      for (int j = 0; j < length; j += LANES) {
        row = row.add(FloatVector.fromArray(SPECIES, xs, xi + j));
      }
      sum = sum.add(row);
      xi += stride;
    }
    FloatVector centre = sum.mul(1f / area);
    FloatVector squares = zero;
    xi = first;
    for (int i = 0; i < rows; i++) {
      FloatVector row = zero;
      for (int j = 0; j < length; j += LANES) {
        FloatVector d = FloatVector.fromArray(SPECIES, xs, xi + j).sub(centre);
        row = d.fma(d, row);
      }
      squares = squares.add(row);
      xi += stride;
    }
    sum.intoArray(array(operands.scratch()), sumsAt(plane));
    squares.intoArray(array(operands.scratch()), sumsAt(plane) + LANES);
  }

  /** Where the two sums of a plane go in scratch. */
  private int sumsAt(int plane) {
    return base(operands.scratch()) + 2 * plane * LANES;
  }

  /** Unites the planes' moments of one block's channels and moves the running statistics. */
  private void statistics(int block, int thread) {
    float[] scratch = array(operands.scratch());
    double count = (double) n * area;
    int last = Math.min(channels, (block + 1) * LANES);
    for (int c = block * LANES; c < last; c++) {
      int at = sumsAt(block) + c - block * LANES;
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += scratch[at + 2 * i * blocks * LANES];
      }
      double centre = sum / count;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double d = scratch[at + 2 * i * blocks * LANES] / (double) area - centre;
        squares += scratch[at + 2 * i * blocks * LANES + LANES] + area * d * d;
      }
      double variance = squares / count;
      double inverse = 1 / Math.sqrt(variance + Norm.EPSILON);
      mean[c] = (float) centre;
      if (training) {
        float[] saved = array(operands.saved());
        saved[base(operands.saved()) + c] = (float) centre;
        saved[base(operands.saved()) + channels + c] = (float) inverse;
      }
      coefficients(operands, c, inverse);
      move(operands.w()[2], c, centre);
      move(operands.w()[3], c, count > 1 ? squares / (count - 1) : variance);
    }
  }

  private void coefficients(Operands operands, int c, double inverse) {
    scale[c] = (float) (value(operands.w()[0], c) * inverse);
    shift[c] = value(operands.w()[1], c);
  }

  static void move(View running, int c, double batch) {
    float[] values = array(running);
    int at = base(running) + c;
    values[at] = (float) ((1 - Norm.MOMENTUM) * values[at] + Norm.MOMENTUM * batch);
  }

  private static float value(View dense, int c) {
    return array(dense)[base(dense) + c];
  }

  private void normalise(int plane, int thread) {
    int c = plane % blocks * LANES;
    FloatVector centre = FloatVector.fromArray(SPECIES, mean, c);
    FloatVector gain = FloatVector.fromArray(SPECIES, scale, c);
    FloatVector offset = FloatVector.fromArray(SPECIES, shift, c);
    FloatVector floor = FloatVector.broadcast(SPECIES, Pointwise.floor(op.relu()));
    View x = operands.x()[0];
    View y = operands.y();
    // Without a residual x stands in for it, read but not used.
    View residual = operands.x()[op.residual() ? 1 : 0];
    float[] xs = array(x);
    float[] ys = array(y);
    float[] rs = array(residual);
    int xi = Blocked.at(x, plane);
    int yi = Blocked.at(y, plane);
    int ri = Blocked.at(residual, plane);
    for (int i = 0; i < rows; i++) {
      if (op.residual()) {
        for (int j = 0; j < length; j += LANES) {
          FloatVector v =
              FloatVector.fromArray(SPECIES, xs, xi + j)
                  .sub(centre)
                  .fma(gain, offset)
                  .add(FloatVector.fromArray(SPECIES, rs, ri + j));
          v.blend(floor, v.compare(VectorOperators.LT, floor)).intoArray(ys, yi + j);
        }
      } else {
        for (int j = 0; j < length; j += LANES) {
          FloatVector v = FloatVector.fromArray(SPECIES, xs, xi + j).sub(centre).fma(gain, offset);
          v.blend(floor, v.compare(VectorOperators.LT, floor)).intoArray(ys, yi + j);
        }
      }
      xi += Blocked.of(x).rowStride();
      yi += Blocked.of(y).rowStride();
      ri += Blocked.of(residual).rowStride();
    }
  }

  @Override
  public void backward(Operands operands, int n) {
    this.operands = operands;
    this.n = n;
    if (op.norm() == Norm.BATCH) {
      System.arraycopy(array(operands.saved()), base(operands.saved()), mean, 0, channels);
    }
    workers.run(sums, n * blocks);
    workers.run(gradients, blocks);
    workers.run(spread, n * blocks);
  }

  /** Cuts one plane of dy to dy' and sums dy' and {@code dy' (x - mean)} over it. */
  private void sums(int plane, int thread) {
    View x = operands.x()[0];
    View dy = operands.dy();
    if (op.relu()) {
      Pointwise.cut(dy, operands.y(), plane, rows, length);
    }
    float[] xs = array(x);
    float[] dys = array(dy);
    int xi = Blocked.at(x, plane);
    int dyi = Blocked.at(dy, plane);
    FloatVector centre = FloatVector.fromArray(SPECIES, mean, plane % blocks * LANES);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector sum = zero;
    FloatVector product = zero;
    for (int i = 0; i < rows; i++) {
      FloatVector rowSum = zero;
      FloatVector rowProduct = zero;
      for (int j = 0; j < length; j += LANES) {
        FloatVector d = FloatVector.fromArray(SPECIES, dys, dyi + j);
        rowSum = rowSum.add(d);
        rowProduct = FloatVector.fromArray(SPECIES, xs, xi + j).sub(centre).fma(d, rowProduct);
      }
      sum = sum.add(rowSum);
      product = product.add(rowProduct);
      xi += Blocked.of(x).rowStride();
      dyi += Blocked.of(dy).rowStride();
    }
    sum.intoArray(array(operands.scratch()), sumsAt(plane));
    product.intoArray(array(operands.scratch()), sumsAt(plane) + LANES);
  }

  /** The gradients of one block's gamma and beta, and what {@link #spread} needs of them. */
  private void gradients(int block, int thread) {
    float[] scratch = array(operands.scratch());
    boolean batch = op.norm() == Norm.BATCH;
    double count = (double) n * area;
    int last = Math.min(channels, (block + 1) * LANES);
    for (int c = block * LANES; c < last; c++) {
      int at = sumsAt(block) + c - block * LANES;
      double sum = 0;
      double product = 0;
      for (int i = 0; i < n; i++) {
        sum += scratch[at + 2 * i * blocks * LANES];
        product += scratch[at + 2 * i * blocks * LANES + LANES];
      }
      double inverse =
          batch
              ? array(operands.saved())[base(operands.saved()) + channels + c]
              : 1 / Math.sqrt(value(operands.w()[3], c) + Norm.EPSILON);
      accumulate(operands.dw()[0], c, product * inverse);
      accumulate(operands.dw()[1], c, sum);
      scale[c] = (float) (value(operands.w()[0], c) * inverse);
      level[c] = batch ? (float) (sum / count) : 0;
      slope[c] = batch ? (float) (product * inverse * inverse / count) : 0;
    }
  }

  static void accumulate(View gradient, int c, double value) {
    if (gradient != null) {
      array(gradient)[base(gradient) + c] += (float) value;
    }
  }

  private void spread(int plane, int thread) {
    if (operands.dx()[0] != null) {
      dx(plane);
    }
    if (op.residual()) {
      View dr = operands.dx()[1];
      Pointwise.give(operands.dy(), dr, operands.add()[1], plane, rows, length);
    }
  }

  private void dx(int plane) {
    int c = plane % blocks * LANES;
    FloatVector centre = FloatVector.fromArray(SPECIES, mean, c);
    FloatVector gain = FloatVector.fromArray(SPECIES, scale, c);
    FloatVector mid = FloatVector.fromArray(SPECIES, level, c);
    FloatVector tilt = FloatVector.fromArray(SPECIES, slope, c).neg();
    View x = operands.x()[0];
    View dy = operands.dy();
    View dx = operands.dx()[0];
    float[] xs = array(x);
    float[] dys = array(dy);
    float[] dxs = array(dx);
    int xi = Blocked.at(x, plane);
    int dyi = Blocked.at(dy, plane);
    int dxi = Blocked.at(dx, plane);
    boolean add = operands.add()[0];
    for (int i = 0; i < rows; i++) {
      if (add) {
        for (int j = 0; j < length; j += LANES) {
          FloatVector d = FloatVector.fromArray(SPECIES, dys, dyi + j).sub(mid);
          FloatVector v = FloatVector.fromArray(SPECIES, xs, xi + j).sub(centre).fma(tilt, d);
          v.fma(gain, FloatVector.fromArray(SPECIES, dxs, dxi + j)).intoArray(dxs, dxi + j);
        }
      } else {
        for (int j = 0; j < length; j += LANES) {
          FloatVector d = FloatVector.fromArray(SPECIES, dys, dyi + j).sub(mid);
          FloatVector v = FloatVector.fromArray(SPECIES, xs, xi + j).sub(centre).fma(tilt, d);
          v.mul(gain).intoArray(dxs, dxi + j);
        }
      }
      xi += Blocked.of(x).rowStride();
      dyi += Blocked.of(dy).rowStride();
      dxi += Blocked.of(dx).rowStride();
    }
  }
}
