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
 * <p>Backward: {@link BatchNormGradient}.
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
  private final Workers.Task moments = this::moments;
  private final Workers.Task statistics = this::statistics;
  private final Workers.Task normalise = this::normalise;
  private final BatchNormGradient gradient;
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
    this.gradient = training ? new BatchNormGradient(op, layouts, workers) : null;
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
        coefficients(operands, c, inverse(value(variance, c)));
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
  private void moments(int item, int thread) {
    int plane = fromTheEnd(item);
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

  /**
   * A first pass goes through the planes from the end: those are what the operation before has
   * written last, and the second pass then begins with what the first has left in the cache.
   */
  private int fromTheEnd(int item) {
    return n * blocks - 1 - item;
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
      float inverse = inverse(variance);
      mean[c] = (float) centre;
      if (training) {
        float[] saved = array(operands.saved());
        saved[base(operands.saved()) + c] = (float) centre;
        saved[base(operands.saved()) + channels + c] = inverse;
      }
      coefficients(operands, c, inverse);
      move(operands.w()[2], c, centre);
      move(operands.w()[3], c, count > 1 ? squares / (count - 1) : variance);
    }
  }

  /**
   * 1 / sigma. Rounded before it is used: backward finds it so and has to agree on y to the bit.
   */
  static float inverse(double variance) {
    return (float) (1 / Math.sqrt(variance + Norm.EPSILON));
  }

  /** What {@code x - mean} is multiplied by. */
  static float scale(float gamma, float inverse) {
    return gamma * inverse;
  }

  private void coefficients(Operands operands, int c, float inverse) {
    scale[c] = scale(value(operands.w()[0], c), inverse);
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
    gradient.run(operands, n);
  }
}
