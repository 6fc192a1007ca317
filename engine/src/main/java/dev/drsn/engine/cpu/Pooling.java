package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pooling: output pixel (p, q) looks at the rectangle of rows top[p] to bottom[p] and columns
 * left[q] to right[q], ends exclusive, of the same channel; rectangles are clipped to the image
 * when the kernel is made.
 *
 * <p>Maximum: {@code y = max x}, and {@code dx += dy} at the first pixel that equals y. Mean:
 * {@code y = sum x / A}, {@code dx += dy / A}, where A is the window's whole area or, for the
 * adaptive and the global mean, the rectangle's. Nothing is saved. An item of work is one plane.
 */
final class Pooling implements Kernel {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;

  private final Workers workers;
  private final int blocks;
  private final int height;
  private final int length;
  private final int[] top;
  private final int[] bottom;
  private final int[] left;
  private final int[] right;

  /** A, the same everywhere; 0: the rectangle's own. */
  private final int area;

  private final Workers.Task forward;
  private final Workers.Task backward;
  private Operands operands;

  Pooling(Op.MaxPool op, Layouts layouts, Workers workers) {
    this(layouts, workers, op.window(), true);
  }

  Pooling(Op.AveragePool op, Layouts layouts, Workers workers) {
    this(layouts, workers, op.window(), false);
  }

  Pooling(Op.AdaptiveAveragePool op, Layouts layouts, Workers workers) {
    this(layouts, workers, null, false);
  }

  Pooling(Op.GlobalAverage op, Layouts layouts, Workers workers) {
    this(layouts, workers, null, false);
  }

  private Pooling(Layouts layouts, Workers workers, Window window, boolean maximum) {
    Shape in = layouts.x()[0].shape();
    Shape out = layouts.y().shape();
    this.workers = workers;
    blocks = ((Blocked) layouts.y()).blocks();
    height = in.h();
    length = in.w() * LANES;
    top = new int[out.h()];
    bottom = new int[out.h()];
    left = new int[out.w()];
    right = new int[out.w()];
    if (window == null) {
      area = 0;
      divide(in.h(), top, bottom);
      divide(in.w(), left, right);
    } else {
      area = window.area();
      slide(in.h(), window.height(), window.strideH(), window.padH(), top, bottom);
      slide(in.w(), window.width(), window.strideW(), window.padW(), left, right);
    }
    forward = maximum ? this::maximum : this::mean;
    backward = maximum ? this::maximumBackward : this::meanBackward;
  }

  private static void slide(int extent, int size, int stride, int padding, int[] first, int[] end) {
    for (int p = 0; p < first.length; p++) {
      first[p] = Math.max(p * stride - padding, 0);
      end[p] = Math.min(p * stride - padding + size, extent);
    }
  }

  private static void divide(int extent, int[] first, int[] end) {
    for (int p = 0; p < first.length; p++) {
      first[p] = p * extent / first.length;
      end[p] = Math.ceilDiv((p + 1) * extent, first.length);
    }
  }

  @Override
  public void forward(Operands operands, int n) {
    this.operands = operands;
    workers.run(forward, n * blocks);
  }

  @Override
  public void backward(Operands operands, int n) {
    if (operands.dx()[0] != null) {
      this.operands = operands;
      workers.run(backward, n * blocks);
    }
  }

  private void maximum(int plane, int thread) {
    View x = operands.x()[0];
    View y = operands.y();
    float[] xs = array(x);
    float[] ys = array(y);
    int xi = Blocked.at(x, plane);
    int yi = Blocked.at(y, plane);
    int stride = Blocked.of(x).rowStride();
    for (int p = 0; p < top.length; p++) {
      int rows = bottom[p] - top[p];
      int row = xi + top[p] * stride;
      for (int q = 0; q < left.length; q++) {
        int at = row + left[q] * LANES;
        int columns = right[q] - left[q];
        // The usual window as straight-line code: loops this short cost more than their bodies.
        int to = yi + q * LANES;
        if (columns == 3) {
          widestOfThree(xs, at, rows, stride, ys, to);
        } else {
          widest(xs, at, rows, columns, stride, ys, to);
        }
      }
      yi += Blocked.of(y).rowStride();
    }
  }

  // A vector that a method returns is an object wherever C2 does not inline the method.

  private static void widestOfThree(float[] xs, int at, int rows, int stride, float[] ys, int to) {
    FloatVector best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < rows; i++) {
      FloatVector a = FloatVector.fromArray(SPECIES, xs, at);
      FloatVector b = FloatVector.fromArray(SPECIES, xs, at + LANES);
      FloatVector c = FloatVector.fromArray(SPECIES, xs, at + 2 * LANES);
      best = best.max(a.max(b).max(c));
      at += stride;
    }
    best.intoArray(ys, to);
  }

  private static void widest(
      float[] xs, int at, int rows, int columns, int stride, float[] ys, int to) {
    FloatVector best = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns * LANES; j += LANES) {
        best = best.max(FloatVector.fromArray(SPECIES, xs, at + j));
      }
      at += stride;
    }
    best.intoArray(ys, to);
  }

  private void maximumBackward(int plane, int thread) {
    View x = operands.x()[0];
    View y = operands.y();
    View dx = operands.dx()[0];
    View dy = operands.dy();
    float[] xs = array(x);
    float[] ys = array(y);
    float[] dxs = array(dx);
    float[] dys = array(dy);
    int xi = Blocked.at(x, plane);
    int yi = Blocked.at(y, plane);
    int dxi = Blocked.at(dx, plane);
    int dyi = Blocked.at(dy, plane);
    int stride = Blocked.of(x).rowStride();
    int dxStride = Blocked.of(dx).rowStride();
    // Rows of dx are cleared when the first window reaches them, while they are near.
    int ready = operands.add()[0] ? height : 0;
    for (int p = 0; p < top.length; p++) {
      ready = clear(dx, plane, ready, bottom[p]);
      int rows = bottom[p] - top[p];
      for (int q = 0; q < left.length; q++) {
        int at = xi + top[p] * stride + left[q] * LANES;
        int to = dxi + top[p] * dxStride + left[q] * LANES;
        int columns = right[q] - left[q];
        int best = yi + q * LANES;
        int gradient = dyi + q * LANES;
        if (columns == 3) {
          giveOneOfThree(xs, at, stride, dxs, to, dxStride, rows, ys, best, dys, gradient);
        } else {
          giveOne(xs, at, stride, dxs, to, dxStride, rows, columns, ys, best, dys, gradient);
        }
      }
      yi += Blocked.of(y).rowStride();
      dyi += Blocked.of(dy).rowStride();
    }
    clear(dx, plane, ready, height);
  }

  /** Gives a window's gradient to the first pixel that equals its maximum. */
  private static void giveOneOfThree(
      float[] xs,
      int at,
      int stride,
      float[] dxs,
      int to,
      int dxStride,
      int rows,
      float[] ys,
      int yi,
      float[] dys,
      int dyi) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector best = FloatVector.fromArray(SPECIES, ys, yi);
    FloatVector rest = FloatVector.fromArray(SPECIES, dys, dyi);
    for (int i = 0; i < rows; i++) {
      VectorMask<Float> a =
          FloatVector.fromArray(SPECIES, xs, at).compare(VectorOperators.EQ, best);
      VectorMask<Float> b =
          FloatVector.fromArray(SPECIES, xs, at + LANES).compare(VectorOperators.EQ, best);
      VectorMask<Float> c =
          FloatVector.fromArray(SPECIES, xs, at + 2 * LANES).compare(VectorOperators.EQ, best);
      FloatVector.fromArray(SPECIES, dxs, to).add(zero.blend(rest, a)).intoArray(dxs, to);
      rest = rest.blend(zero, a);
      FloatVector.fromArray(SPECIES, dxs, to + LANES)
          .add(zero.blend(rest, b))
          .intoArray(dxs, to + LANES);
      rest = rest.blend(zero, b);
      FloatVector.fromArray(SPECIES, dxs, to + 2 * LANES)
          .add(zero.blend(rest, c))
          .intoArray(dxs, to + 2 * LANES);
      rest = rest.blend(zero, c);
      at += stride;
      to += dxStride;
    }
  }

  private static void giveOne(
      float[] xs,
      int at,
      int stride,
      float[] dxs,
      int to,
      int dxStride,
      int rows,
      int columns,
      float[] ys,
      int yi,
      float[] dys,
      int dyi) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector best = FloatVector.fromArray(SPECIES, ys, yi);
    FloatVector rest = FloatVector.fromArray(SPECIES, dys, dyi);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns * LANES; j += LANES) {
        VectorMask<Float> hit =
            FloatVector.fromArray(SPECIES, xs, at + j).compare(VectorOperators.EQ, best);
        FloatVector.fromArray(SPECIES, dxs, to + j)
            .add(zero.blend(rest, hit))
            .intoArray(dxs, to + j);
        rest = rest.blend(zero, hit);
      }
      at += stride;
      to += dxStride;
    }
  }

  private void mean(int plane, int thread) {
    View x = operands.x()[0];
    View y = operands.y();
    float[] xs = array(x);
    float[] ys = array(y);
    int xi = Blocked.at(x, plane);
    int yi = Blocked.at(y, plane);
    int stride = Blocked.of(x).rowStride();
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int p = 0; p < top.length; p++) {
      for (int q = 0; q < left.length; q++) {
        int end = right[q] * LANES;
        FloatVector sum = zero;
        for (int i = top[p]; i < bottom[p]; i++) {
          int row = xi + i * stride;
          FloatVector rowSum = zero;
          for (int j = left[q] * LANES; j < end; j += LANES) {
            rowSum = rowSum.add(FloatVector.fromArray(SPECIES, xs, row + j));
          }
          sum = sum.add(rowSum);
        }
        sum.mul(share(p, q)).intoArray(ys, yi + q * LANES);
      }
      yi += Blocked.of(y).rowStride();
    }
  }

  private void meanBackward(int plane, int thread) {
    View dx = operands.dx()[0];
    View dy = operands.dy();
    if (!operands.add()[0]) {
      clear(dx, plane, 0, height);
    }
    float[] dxs = array(dx);
    float[] dys = array(dy);
    int dxi = Blocked.at(dx, plane);
    int dyi = Blocked.at(dy, plane);
    int stride = Blocked.of(dx).rowStride();
    for (int p = 0; p < top.length; p++) {
      for (int q = 0; q < left.length; q++) {
        int end = right[q] * LANES;
        FloatVector part = FloatVector.fromArray(SPECIES, dys, dyi + q * LANES).mul(share(p, q));
        for (int i = top[p]; i < bottom[p]; i++) {
          int row = dxi + i * stride;
          for (int j = left[q] * LANES; j < end; j += LANES) {
            FloatVector.fromArray(SPECIES, dxs, row + j).add(part).intoArray(dxs, row + j);
          }
        }
      }
      dyi += Blocked.of(dy).rowStride();
    }
  }

  /** 1 / A. */
  private float share(int p, int q) {
    return 1f / (area > 0 ? area : (bottom[p] - top[p]) * (right[q] - left[q]));
  }

  /** Clears the rows of a plane that are missing up to an end, exclusive; returns what is clear. */
  private int clear(View dx, int plane, int ready, int end) {
    int stride = Blocked.of(dx).rowStride();
    for (int i = ready; i < end; i++) {
      int at = Blocked.at(dx, plane) + i * stride;
      Arrays.fill(array(dx), at, at + length, 0);
    }
    return Math.max(ready, end);
  }
}
