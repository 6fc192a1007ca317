package dev.drsn.engine.cpu;

import dev.drsn.engine.op.Window;
import java.util.Arrays;

/**
 * The weight gradient of a convolution over few channels, which are interleaved in x, summed as it
 * stands: {@code dw[k][f] = sum over pixels of dy[k][pixel] x[window of the pixel, channel and tap
 * f]}.
 *
 * <p>{@link MicroKernel} does it with the taps of all channels as points and a run for each row of
 * pixels, whose scalars lie a stride apart in x: they are read where they are. Only dy is brought
 * into the order of its reads, {@link #PIXELS} or a row at a time.
 *
 * <p>An item of work is a part of the strips of rows. The parts' sums are added in order at the
 * end; both depend on shapes only, so the result does not depend on the number of threads.
 */
final class InterleavedWeightGradient implements WeightGradient {

  /** Pixels of a strip, where rows are shorter: with 16 lanes 18 KB of two blocks of dy. */
  private static final int PIXELS = 144;

  /** Parts, where there are enough strips. */
  private static final int PARTS = 16;

  private static final int L = Lanes.COUNT;

  private final Blocked in;
  private final Blocked out;
  private final Window window;
  private final Workers workers;
  private final PixelOrder order;
  private final int fanIn;
  private final int blocks;
  private final int stripRows;
  private final int strips;
  private final int[] groups;
  private final int[] firstBlock;
  private final MicroKernel[][] kernels = new MicroKernel[MicroKernel.MOST + 1][];
  private final int[] pointAt;
  private final int[] rowAt;
  private final int[][] sumAt = new int[MicroKernel.MOST + 1][];
  private final Workers.Task summing = this::sum;
  private final Workers.Task adding = this::add;

  private float[] x;
  private int xBase;
  private float[] dy;
  private int dyBase;
  private float[] dw;
  private int dwBase;
  private float[] scratch;
  private int scratchBase;
  private int all;
  private int parts;

  /**
   * @param in x's layout, interleaved
   * @param out dy's layout
   */
  InterleavedWeightGradient(Blocked in, Blocked out, Window window, Workers workers) {
    this.in = in;
    this.out = out;
    this.window = window;
    this.workers = workers;
    fanIn = in.shape().c() * window.area();
    blocks = (out.shape().c() + L - 1) / L;
    int wide = out.shape().w();
    stripRows = Math.clamp(PIXELS / wide, 1, out.shape().h());
    strips = (out.shape().h() + stripRows - 1) / stripRows;
    order = new PixelOrder(out, stripRows * wide);
    groups = order.groups();
    firstBlock = order.firstBlock();
    pointAt = new int[fanIn];
    for (int f = 0; f < fanIn; f++) {
      int tap = f % window.area();
      pointAt[f] =
          f / window.area()
              + tap / window.width() * in.rowStride()
              + tap % window.width() * in.lanes();
    }
    rowAt = new int[stripRows];
    for (int i = 0; i < stripRows; i++) {
      rowAt[i] = i * window.strideH() * in.rowStride();
    }
    for (int q : groups) {
      if (kernels[q] != null) {
        continue;
      }
      sumAt[q] = new int[fanIn];
      for (int f = 0; f < fanIn; f++) {
        sumAt[q][f] = f * q * L;
      }
      kernels[q] = new MicroKernel[MicroKernel.points(q) + 1];
      int tiles = tiles(q);
      for (int p = fanIn / tiles; p <= (fanIn + tiles - 1) / tiles; p++) {
        kernels[q][p] = MicroKernel.adding(p, q, window.strideW() * in.lanes());
      }
    }
  }

  private int tiles(int q) {
    int most = MicroKernel.points(q);
    return (fanIn + most - 1) / most;
  }

  @Override
  public String form() {
    return "direct";
  }

  private int parts(int n) {
    return Math.min(PARTS, n * strips);
  }

  /** Sums of a part; one vector more keeps those of several parts out of the same cache sets. */
  private int partSize() {
    return (fanIn * blocks + 1) * L;
  }

  @Override
  public long scratchSize() {
    return (long) parts(in.shape().n()) * partSize() + (long) workers.threads() * order.size();
  }

  @Override
  public void run(
      float[] x,
      int xBase,
      float[] dy,
      int dyBase,
      float[] dw,
      int dwBase,
      float[] scratch,
      int scratchBase,
      int n) {
    this.x = x;
    this.xBase = xBase;
    this.dy = dy;
    this.dyBase = dyBase;
    this.dw = dw;
    this.dwBase = dwBase;
    this.scratch = scratch;
    this.scratchBase = scratchBase;
    all = n * strips;
    parts = parts(n);
    workers.run(summing, parts);
    workers.run(adding, blocks);
    this.x = null;
    this.dy = null;
    this.dw = null;
    this.scratch = null;
  }

  /** Sums of one part. */
  private void sum(int part, int thread) {
    int sums = scratchBase + part * partSize();
    Arrays.fill(scratch, sums, sums + partSize(), 0);
    int ordered = scratchBase + parts * partSize() + thread * order.size();
    int end = all * (part + 1) / parts;
    for (int strip = all * part / parts; strip < end; strip++) {
      int sample = strip / strips;
      int row = strip % strips * stripRows;
      int rows = Math.min(stripRows, out.shape().h() - row);
      int wide = out.shape().w();
      int pixel = (sample * out.shape().h() + row) * wide;
      order.run(dy, dyBase, pixel, rows * wide, scratch, ordered);
      int from =
          xBase
              + sample * in.sampleStride()
              + in.origin()
              + (row * window.strideH() - window.padH()) * in.rowStride()
              - window.padW() * in.lanes();
      for (int g = 0; g < groups.length; g++) {
        int to = sums + firstBlock[g] * fanIn * L;
        multiply(groups[g], rows, from, ordered + order.at(g), to);
      }
    }
  }

  private void multiply(int q, int rows, int from, int ordered, int sums) {
    int tiles = tiles(q);
    for (int t = 0; t < tiles; t++) {
      int f = fanIn * t / tiles;
      int p = fanIn * (t + 1) / tiles - f;
      kernels[q][p].run(
          x,
          pointAt,
          f,
          from,
          rowAt,
          rows,
          out.shape().w(),
          scratch,
          ordered,
          scratch,
          sumAt[q],
          sums,
          L,
          Lanes.ZEROS,
          0,
          scratch,
          sumAt[q],
          sums,
          L,
          false);
    }
  }

  /** Adds the sums of all parts for one block of k to dw. */
  private void add(int block, int thread) {
    int g = Math.min(block / 2, groups.length - 1);
    int many = Math.min(L, out.shape().c() - block * L);
    for (int part = 0; part < parts; part++) {
      int from =
          scratchBase + part * partSize() + firstBlock[g] * fanIn * L + (block - firstBlock[g]) * L;
      for (int k = 0; k < many; k++) {
        int to = dwBase + (block * L + k) * fanIn;
        for (int f = 0; f < fanIn; f++) {
          dw[to + f] += scratch[from + f * groups[g] * L + k];
        }
      }
    }
  }
}
