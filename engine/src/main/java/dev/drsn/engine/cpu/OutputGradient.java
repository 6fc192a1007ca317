package dev.drsn.engine.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What a convolution's backward does with dy itself: {@code dy' = dy [y > 0]} in place, the
 * residual's gradient {@code dr = dy'}, the bias's {@code db[k] += sum over n,p,q of dy'}. Networks
 * whose convolutions are followed by a normalisation need none of the three.
 */
final class OutputGradient {

  private final Blocked y;
  private final Blocked dy;
  private final Workers workers;
  private final Mask mask = new Mask();
  private final Sum sum;
  private final Relayout copy;
  private final Relayout add;

  /**
   * @param dr the residual's gradient's layout, or null
   */
  OutputGradient(Blocked y, Blocked dy, Blocked dr, Workers workers) {
    this.y = y;
    this.dy = dy;
    this.workers = workers;
    sum = new Sum(dy);
    copy = dr == null ? null : new Relayout(dy, dr, null, false, workers);
    add = dr == null ? null : new Relayout(dy, dr, dr, false, workers);
  }

  /** Makes dy' of dy. */
  void mask(float[] y, int yBase, float[] dy, int dyBase, int n) {
    mask.y = y;
    mask.yBase = yBase;
    mask.dy = dy;
    mask.dyBase = dyBase;
    workers.run(mask, n);
    mask.y = null;
    mask.dy = null;
  }

  /** Passes dy' on to the residual's gradient, which may have values already. */
  void pass(float[] dy, int dyBase, float[] dr, int drBase, boolean sum, int n) {
    (sum ? add : copy).run(dy, dyBase, dr, drBase, sum ? dr : null, drBase, n);
  }

  /** Adds the sums of dy' to db. */
  void sum(float[] dy, int dyBase, float[] db, int dbBase, int n) {
    sum.dy = dy;
    sum.dyBase = dyBase;
    sum.db = db;
    sum.dbBase = dbBase;
    sum.n = n;
    workers.run(sum, this.dy.blocks());
    sum.dy = null;
    sum.db = null;
  }

  /** An item is a sample. */
  private final class Mask implements Workers.Task {
    private float[] y;
    private int yBase;
    private float[] dy;
    private int dyBase;

    @Override
    public void run(int sample, int thread) {
      Blocked in = OutputGradient.this.y;
      Blocked out = OutputGradient.this.dy;
      int from = yBase + sample * in.sampleStride();
      int to = dyBase + sample * out.sampleStride();
      for (int c = 0; c < out.shape().c(); c += out.lanes() == in.lanes() ? in.lanes() : 1) {
        for (int h = 0; h < out.shape().h(); h++) {
          int source = from + Relayout.row(in, c, h);
          int target = to + Relayout.row(out, c, h);
          if (out.lanes() == in.lanes()) {
            row(source, target, out.shape().w() * out.lanes());
          } else {
            for (int w = 0; w < out.shape().w(); w++) {
              if (!(y[source + w * in.lanes()] > 0)) {
                dy[target + w * out.lanes()] = 0;
              }
            }
          }
        }
      }
    }

    private void row(int source, int target, int count) {
      int i = 0;
      for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
        var positive =
            FloatVector.fromArray(Lanes.SPECIES, y, source + i).compare(VectorOperators.GT, 0);
        FloatVector.zero(Lanes.SPECIES)
            .blend(FloatVector.fromArray(Lanes.SPECIES, dy, target + i), positive)
            .intoArray(dy, target + i);
      }
      for (; i < count; i++) {
        if (!(y[source + i] > 0)) {
          dy[target + i] = 0;
        }
      }
    }
  }

  /** An item is a block of channels: summed in double. */
  private static final class Sum implements Workers.Task {
    private final Blocked layout;
    private final double[][] total;
    private float[] dy;
    private int dyBase;
    private float[] db;
    private int dbBase;
    private int n;

    Sum(Blocked layout) {
      this.layout = layout;
      total = new double[layout.blocks()][layout.lanes()];
    }

    @Override
    public void run(int block, int thread) {
      int lanes = layout.lanes();
      double[] channel = total[block];
      Arrays.fill(channel, 0);
      for (int sample = 0; sample < n; sample++) {
        for (int h = 0; h < layout.shape().h(); h++) {
          int from =
              dyBase + sample * layout.sampleStride() + Relayout.row(layout, block * lanes, h);
          for (int i = 0; i < layout.shape().w(); i++) {
            for (int lane = 0; lane < lanes; lane++) {
              channel[lane] += dy[from + i * lanes + lane];
            }
          }
        }
      }
      int last = Math.min(lanes, layout.shape().c() - block * lanes);
      for (int lane = 0; lane < last; lane++) {
        db[dbBase + block * lanes + lane] += (float) channel[lane];
      }
    }
  }
}
