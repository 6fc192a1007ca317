package dev.drsn.engine.cpu;

import dev.drsn.engine.op.Window;

/**
 * Data gradient of a convolution: {@code dx[n,c,i,j] = sum over k,r,s of dy[n,k,p,q] w[k,c,r,s]}
 * for all (p, r), (q, s) that read (i, j).
 *
 * <p>Row i is read by taps r with {@code r = i + pad (mod stride)} only. So the rows fall into
 * stride phases, and within one phase the taps {@code a, a + stride, ...} meet consecutive rows of
 * dy: each pair of a row and a column phase is a {@link Correlation} over dy with its own few taps
 * in reverse order. Nothing is multiplied by zeros that a stride would put in, and stride 1 is the
 * case of one phase. Where dy is short of rows, its halo gives the zeros.
 */
final class DataGradient {

  private final Correlation[] phases;
  private final boolean[] empty;

  /**
   * @param dy halo at least {@link #halo}
   * @param dx vectors
   */
  DataGradient(Blocked dy, Blocked dx, Window window, Workers workers, Choice choice) {
    int channels = dx.shape().c();
    int area = window.area();
    phases = new Correlation[window.strideH() * window.strideW()];
    empty = new boolean[phases.length];
    for (int i = 0; i < phases.length; i++) {
      int a = i / window.strideW();
      int b = i % window.strideW();
      Phase row = Phase.of(a, window.height(), window.strideH(), window.padH(), dx.shape().h());
      Phase column = Phase.of(b, window.width(), window.strideW(), window.padW(), dx.shape().w());
      Correlation.Sweep sweep =
          new Correlation.Sweep(
              row.pixels,
              column.pixels,
              row.read,
              column.read,
              1,
              1,
              row.first,
              column.first,
              window.strideH(),
              window.strideW(),
              row.taps,
              column.taps);
      Correlation.Taps taps =
          new Correlation.Taps(
              row.lastTap * window.width() + column.lastTap,
              area,
              channels * area,
              -window.strideH() * window.width(),
              -window.strideW());
      empty[i] = row.taps * column.taps == 0;
      phases[i] =
          row.pixels * column.pixels == 0
              ? null
              : Correlation.of(dy, dx, null, sweep, taps, false, true, workers, choice);
    }
  }

  /** The halo that dy needs, so that windows of the transposed convolution stay inside. */
  static int halo(Window window) {
    return Math.max(window.height() - 1 - window.padH(), window.width() - 1 - window.padW());
  }

  /**
   * One phase along one axis.
   *
   * @param pixels how many pixels of dx belong to it
   * @param first the first of them; the others follow at the stride
   * @param taps how many taps read them
   * @param lastTap the largest of these taps: the one for the first row of dy
   * @param read the first row of dy for the first pixel
   */
  private record Phase(int pixels, int first, int taps, int lastTap, int read) {

    static Phase of(int a, int extent, int stride, int pad, int size) {
      int first = Math.floorMod(a - pad, stride);
      int pixels = first < size ? (size - first + stride - 1) / stride : 0;
      int taps = a < extent ? (extent - a + stride - 1) / stride : 0;
      return new Phase(
          pixels, first, taps, a + (taps - 1) * stride, (first + pad - a) / stride - (taps - 1));
    }
  }

  /** Packs the dense weights [K, C, R, S]. */
  void pack(float[] weight, int base) {
    for (Correlation phase : phases) {
      if (phase != null) {
        phase.pack(weight, base, null, 0);
      }
    }
  }

  /** Scalars of scratch that {@link #run} needs. */
  long scratchSize() {
    long size = 0;
    for (Correlation phase : phases) {
      size = Math.max(size, phase == null ? 0 : phase.scratchSize());
    }
    return size;
  }

  /** Computes dx of the first n samples, or adds to it. */
  void run(
      float[] dy,
      int dyBase,
      float[] dx,
      int dxBase,
      boolean add,
      float[] scratch,
      int scratchBase,
      int n) {
    for (int i = 0; i < phases.length; i++) {
      if (phases[i] != null && !(add && empty[i])) {
        phases[i].run(
            dy, dyBase, dx, dxBase, add ? dx : null, dxBase, false, scratch, scratchBase, n);
      }
    }
  }
}
