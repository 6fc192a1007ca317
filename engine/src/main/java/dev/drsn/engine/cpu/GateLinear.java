package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.View;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * A linear layer within a gate, over rows of plain scalars: {@code y[k] = b[k] + sum_d x[d]
 * w[k,d]}, {@code dx[d] = sum_k dy[k] w[k,d]}, {@code dw[k,d] += sum_n dy[n,k] x[n,d]}.
 *
 * <p>The lanes of a vector run over the results, so no sum crosses lanes. For that {@link #load}
 * copies w into panels of {@link #WIDTH} results each, {@code [group][term][WIDTH]}, once for y and
 * once for dx; the tails are zero.
 */
final class GateLinear {

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final int LANES = Lanes.COUNT;

  /** Results that one call computes: four vectors, enough to hide the latency of a sum. */
  static final int WIDTH = 4 * LANES;

  /** Rows of dw that one call of {@link #accumulate} computes. */
  static final int ROWS = 4;

  private final int inputs;
  private final int outputs;
  private final float[] forward;
  private final float[] backward;
  private final float[] bias;
  private final float[] nothing = new float[WIDTH];

  GateLinear(int inputs, int outputs, boolean training) {
    this.inputs = inputs;
    this.outputs = outputs;
    forward = new float[groups(outputs) * inputs * WIDTH];
    backward = new float[training ? groups(inputs) * outputs * WIDTH : 0];
    bias = new float[groups(outputs) * WIDTH];
  }

  /** Groups of {@link #WIDTH} that n results make. */
  static int groups(int n) {
    return Math.ceilDiv(n, WIDTH);
  }

  void load(View w, View b) {
    float[] ws = array(w);
    for (int k = 0; k < outputs; k++) {
      int row = base(w) + k * inputs;
      int panel = k / WIDTH * inputs * WIDTH + k % WIDTH;
      for (int d = 0; d < inputs; d++) {
        forward[panel + d * WIDTH] = ws[row + d];
      }
      for (int d = 0; backward.length > 0 && d < inputs; d += WIDTH) {
        int to = d * outputs + k * WIDTH;
        System.arraycopy(ws, row + d, backward, to, Math.min(WIDTH, inputs - d));
      }
    }
    System.arraycopy(array(b), base(b), bias, 0, outputs);
  }

  /** Computes y[group WIDTH] and the WIDTH - 1 after it, zero beyond the outputs. */
  void forward(float[] x, int xi, float[] y, int yi, int group) {
    int at = group * WIDTH;
    product(forward, at * inputs, inputs, x, xi, bias, at, y, yi + at, 4);
  }

  /**
   * Computes dx[group WIDTH] and those after it.
   *
   * @param vectors how many, 1 to 4 vectors
   */
  void backward(float[] dy, int dyi, float[] dx, int dxi, int group, int vectors) {
    int at = group * WIDTH;
    product(backward, at * outputs, outputs, dy, dyi, nothing, 0, dx, dxi + at, vectors);
  }

  private static void product(
      float[] panel,
      int pi,
      int terms,
      float[] x,
      int xi,
      float[] start,
      int si,
      float[] y,
      int yi,
      int vectors) {
    FloatVector a = FloatVector.fromArray(SPECIES, start, si);
    FloatVector b = FloatVector.fromArray(SPECIES, start, si + LANES);
    FloatVector c = FloatVector.fromArray(SPECIES, start, si + 2 * LANES);
    FloatVector d = FloatVector.fromArray(SPECIES, start, si + 3 * LANES);
    for (int i = 0; i < terms; i++) {
      FloatVector v = FloatVector.broadcast(SPECIES, x[xi + i]);
      int p = pi + i * WIDTH;
      a = v.fma(FloatVector.fromArray(SPECIES, panel, p), a);
      b = v.fma(FloatVector.fromArray(SPECIES, panel, p + LANES), b);
      c = v.fma(FloatVector.fromArray(SPECIES, panel, p + 2 * LANES), c);
      d = v.fma(FloatVector.fromArray(SPECIES, panel, p + 3 * LANES), d);
    }
    a.intoArray(y, yi);
    if (vectors > 1) {
      b.intoArray(y, yi + LANES);
    }
    if (vectors > 2) {
      c.intoArray(y, yi + 2 * LANES);
    }
    if (vectors > 3) {
      d.intoArray(y, yi + 3 * LANES);
    }
  }

  /**
   * Adds rows k to {@code k + ROWS - 1} of dw and db.
   *
   * @param dy n rows, dyStride apart, readable up to a multiple of ROWS
   * @param x n rows, xStride apart, readable up to a multiple of the lanes
   * @param dw null where not wanted
   * @param db null where not wanted
   */
  void accumulate(
      int k,
      int n,
      float[] dy,
      int dyi,
      int dyStride,
      float[] x,
      int xi,
      int xStride,
      View dw,
      View db) {
    int rows = Math.min(ROWS, outputs - k);
    if (dw != null) {
      for (int d = 0; d < inputs; d += LANES) {
        weights(k, rows, d, n, dy, dyi + k, dyStride, x, xi + d, xStride, dw);
      }
    }
    if (db != null) {
      for (int row = k; row < k + rows; row++) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
          sum += dy[dyi + i * dyStride + row];
        }
        array(db)[base(db) + row] += (float) sum;
      }
    }
  }

  private void weights(
      int k,
      int rows,
      int d,
      int n,
      float[] dy,
      int dyi,
      int dyStride,
      float[] x,
      int xi,
      int xStride,
      View dw) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector e = a;
    for (int i = 0; i < n; i++) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xi + i * xStride);
      int at = dyi + i * dyStride;
      a = v.fma(FloatVector.broadcast(SPECIES, dy[at]), a);
      b = v.fma(FloatVector.broadcast(SPECIES, dy[at + 1]), b);
      c = v.fma(FloatVector.broadcast(SPECIES, dy[at + 2]), c);
      e = v.fma(FloatVector.broadcast(SPECIES, dy[at + 3]), e);
    }
    float[] dws = array(dw);
    int to = base(dw) + k * inputs + d;
    VectorMask<Float> mask = SPECIES.indexInRange(d, inputs);
    FloatVector.fromArray(SPECIES, dws, to, mask).add(a).intoArray(dws, to, mask);
    if (rows > 1) {
      to += inputs;
      FloatVector.fromArray(SPECIES, dws, to, mask).add(b).intoArray(dws, to, mask);
    }
    if (rows > 2) {
      to += inputs;
      FloatVector.fromArray(SPECIES, dws, to, mask).add(c).intoArray(dws, to, mask);
    }
    if (rows > 3) {
      to += inputs;
      FloatVector.fromArray(SPECIES, dws, to, mask).add(e).intoArray(dws, to, mask);
    }
  }

  /** The stride of a row of outputs. */
  int stride() {
    return bias.length;
  }
}
