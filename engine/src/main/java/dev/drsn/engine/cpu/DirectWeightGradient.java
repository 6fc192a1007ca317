package dev.drsn.engine.cpu;

import dev.drsn.engine.op.Window;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A weight gradient summed as it stands.
 *
 * <p>For a fixed tap and channel block (a column) that is a product of two matrices: rows, the
 * channels of x, times vectors of k, summed over all pixels of all samples. {@link MicroKernel}
 * does it with channels as points and pixels as its run, {@link #PIXELS} at a time. It wants both
 * sides contiguous over pixels, so dy is brought into the order of its reads once for a bundle of
 * columns, and x once a column: a copy of one vector serves 16 K products. That also makes strides,
 * halos and 3x3 images no matter.
 *
 * <p>An item of work is a bundle of columns over a part of the pixels. Where bundles are few, there
 * are several parts, whose sums are added in order at the end. Both depend on shapes only, so the
 * result does not depend on the number of threads.
 */
final class DirectWeightGradient implements WeightGradient {

  /** Pixels of a run: with 16 lanes 9 KB of x and 18 KB of dy, within L1. */
  private static final int PIXELS = 144;

  /** Channel blocks of a bundle where the window is one pixel. */
  private static final int POINTWISE = 8;

  /** Items below which the pixels are cut into parts. */
  private static final int ENOUGH = 16;

  /** Scalars of sums at once; more bundles (wide linear layers only) come in bands. */
  private static final int BAND = 16 << 20;

  private static final int L = Lanes.COUNT;

  private final Blocked in;
  private final Blocked out;
  private final Window window;
  private final Workers workers;
  private final int fanIn;
  private final int blocks;
  private final boolean pointwise;
  private final int bundles;
  private final int columns;
  private final int band;
  private final int parts;
  private final int[] groups;
  private final int[] firstBlock;
  private final MicroKernel[][] kernels = new MicroKernel[MicroKernel.MOST + 1][];
  private final int[][] sumAt = new int[MicroKernel.MOST + 1][];
  private final int[] rowAt = new int[L];
  private final int[] oneRun = {0};
  private final int columnSize;
  private final PixelOrder order;

  private final Summing summing = new Summing();
  private final Adding adding = new Adding();
  private float[] x;
  private int xBase;
  private float[] dy;
  private int dyBase;
  private float[] dw;
  private int dwBase;
  private float[] scratch;
  private int scratchBase;
  private int pixels;
  private int firstBundle;
  private int bandBundles;

  /**
   * @param in x's layout, vectors
   * @param out dy's layout
   */
  DirectWeightGradient(Blocked in, Blocked out, Window window, Workers workers) {
    this.in = in;
    this.out = out;
    this.window = window;
    this.workers = workers;
    pointwise = window.area() == 1;
    fanIn = in.shape().c() * window.area();
    columns = pointwise ? Math.min(POINTWISE, in.blocks()) : window.area();
    bundles = pointwise ? (in.blocks() + columns - 1) / columns : in.blocks();
    blocks = (out.shape().c() + L - 1) / L;
    order = new PixelOrder(out, PIXELS);
    groups = order.groups();
    firstBlock = order.firstBlock();
    // One more vector: columns of a bundle, which are added together, fall into different cache
    // sets.
    columnSize = (L * blocks + 1) * L;
    int runs = (in.shape().n() * out.shape().area() + PIXELS - 1) / PIXELS;
    parts = Math.min(runs, (ENOUGH + bundles - 1) / bundles);
    band = Math.clamp(BAND / ((long) parts * columns * columnSize), 1, bundles);
    for (int i = 0; i < L; i++) {
      rowAt[i] = i;
    }
    for (int q : groups) {
      sumAt[q] = new int[L];
      for (int i = 0; i < L; i++) {
        sumAt[q][i] = i * q * L;
      }
      kernels[q] = new MicroKernel[MicroKernel.points(q) + 1];
      for (int rows : new int[] {rows(0, 0), rows(bundles - 1, lastColumn())}) {
        int tiles = tiles(rows, q);
        for (int p = rows / tiles; p <= (rows + tiles - 1) / tiles; p++) {
          kernels[q][p] = MicroKernel.adding(p, q, L);
        }
      }
    }
  }

  private int lastColumn() {
    return pointwise ? (in.blocks() - 1) % columns : columns - 1;
  }

  /** Rows of a column; none where the last bundle is not full. */
  private int rows(int bundle, int column) {
    int first = pointwise ? bundle * columns + column : bundle;
    return Math.clamp(in.shape().c() - first * L, 0, L);
  }

  private static int tiles(int rows, int q) {
    int most = MicroKernel.points(q);
    return (rows + most - 1) / most;
  }

  @Override
  public String form() {
    return "direct";
  }

  @Override
  public long scratchSize() {
    return sumSize() + (long) workers.threads() * threadSize();
  }

  private int sumSize() {
    return parts * band * columns * columnSize;
  }

  /** A run of x and one of dy. */
  private int threadSize() {
    return PIXELS * L * (1 + blocks);
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
    pixels = n * out.shape().area();
    for (firstBundle = 0; firstBundle < bundles; firstBundle += band) {
      bandBundles = Math.min(band, bundles - firstBundle);
      workers.run(summing, parts * bandBundles);
      workers.run(adding, bandBundles * blocks);
    }
    this.x = null;
    this.dy = null;
    this.dw = null;
    this.scratch = null;
  }

  /** Where the sums of a part of a bundle of the band begin. */
  private int sums(int part, int inBand) {
    return scratchBase + (part * bandBundles + inBand) * columns * columnSize;
  }

  /** Sums one bundle over one part of the pixels. */
  private final class Summing implements Workers.Task {
    @Override
    public void run(int item, int thread) {
      int inBand = item % bandBundles;
      int part = item / bandBundles;
      int begin = (int) ((long) pixels * part / parts);
      int end = (int) ((long) pixels * (part + 1) / parts);
      int sums = sums(part, inBand);
      Arrays.fill(scratch, sums, sums + columns * columnSize, 0);
      int gathered = scratchBase + sumSize() + thread * threadSize();
      int ordered = gathered + PIXELS * L;
      for (int pixel = begin; pixel < end; pixel += PIXELS) {
        int many = Math.min(PIXELS, end - pixel);
        order.run(dy, dyBase, pixel, many, scratch, ordered);
        for (int column = 0; column < columns; column++) {
          int rows = rows(firstBundle + inBand, column);
          if (rows > 0) {
            gather(firstBundle + inBand, column, pixel, many, gathered);
            multiply(rows, many, gathered, ordered, sums + column * columnSize);
          }
        }
      }
    }

    private void multiply(int rows, int many, int gathered, int ordered, int sums) {
      for (int g = 0; g < groups.length; g++) {
        int q = groups[g];
        int sum = sums + firstBlock[g] * L * L;
        int tiles = tiles(rows, q);
        for (int t = 0; t < tiles; t++) {
          int row = rows * t / tiles;
          int p = rows * (t + 1) / tiles - row;
          kernels[q][p].run(
              scratch,
              rowAt,
              row,
              gathered,
              oneRun,
              1,
              many,
              scratch,
              ordered + order.at(g),
              scratch,
              sumAt[q],
              sum,
              L,
              Lanes.ZEROS,
              0,
              scratch,
              sumAt[q],
              sum,
              L,
              false);
        }
      }
    }

    /** Copies what a column's rows read at these pixels: a vector a pixel. */
    private void gather(int bundle, int column, int pixel, int pixels, int to) {
      int wide = out.shape().w();
      int area = out.shape().area();
      int step = window.strideW() * in.lanes();
      int block = pointwise ? bundle * columns + column : bundle;
      int many;
      for (int at = pixel; at < pixel + pixels; at += many) {
        many = Math.min(wide - at % wide, pixel + pixels - at);
        int from =
            xBase
                + at / area * in.sampleStride()
                + in.origin()
                + (at % area / wide * window.strideH() - window.padH()) * in.rowStride()
                + at % wide * step
                - window.padW() * in.lanes();
        int source = from + block * in.blockStride() + (pointwise ? 0 : tap(column));
        copy(x, source, step, scratch, to + (at - pixel) * L, L, many);
      }
    }

    private int tap(int tap) {
      return tap / window.width() * in.rowStride() + tap % window.width() * in.lanes();
    }
  }

  /** Adds one bundle's sums for one block of k to dw. */
  private final class Adding implements Workers.Task {
    @Override
    public void run(int item, int thread) {
      int block = item % blocks;
      int inBand = item / blocks;
      int g = Math.min(block / 2, groups.length - 1);
      int many = Math.min(L, out.shape().c() - block * L);
      int rowStep = pointwise ? 1 : columns;
      int columnStep = pointwise ? L : 1;
      int first = (firstBundle + inBand) * columns * L;
      for (int part = 0; part < parts; part++) {
        int from = sums(part, inBand) + firstBlock[g] * L * L + (block - firstBlock[g]) * L;
        for (int k = 0; k < many; k++) {
          int to = dwBase + (block * L + k) * fanIn + first;
          for (int column = 0; column < columns; column++) {
            int rows = rows(firstBundle + inBand, column);
            int at = from + column * columnSize + k;
            for (int row = 0; row < rows; row++) {
              dw[to + column * columnStep + row * rowStep] += scratch[at + row * groups[g] * L];
            }
          }
        }
      }
    }
  }

  /** Copies vectors from one stride to another. */
  private static void copy(
      float[] from, int at, int step, float[] to, int target, int wide, int count) {
    for (int i = 0; i < count; i++) {
      FloatVector.fromArray(Lanes.SPECIES, from, at + i * step).intoArray(to, target + i * wide);
    }
  }
}
