package dev.drsn.engine.cpu;

import dev.drsn.engine.op.Window;
import java.util.Arrays;

/**
 * The weight gradient of a 3x3 convolution of stride 1 by {@link Winograd}: with V the transformed
 * tiles of x and Z those of dy, {@code U[f][c][k] = sum over tiles of V[f][tile][c] Z[f][tile][k]}
 * for each of the a a elements f of a square, then dw from U.
 *
 * <p>Tiles come in chunks whose V and Z stay in the last level of the cache. A chunk has two
 * stages: first both are transformed, an item some tiles of one channel block; then an item is a
 * range of c times a group of k, whose U stays in L2 from its first product until it is transformed
 * and added to dw. Chunks depend on shapes only and every element of dw has one item that adds to
 * it.
 */
final class WinogradWeightGradient implements WeightGradient {

  /** Bytes of V and Z of a chunk. */
  private static final int CHUNK_BYTES = 8 << 20;

  /** Channels of x of an item. */
  private static final int RANGE = 64;

  /** Tiles of a run of the kernel: with 16 lanes 18 KB of Z, within L1 for all of a range. */
  private static final int RUN = 144;

  /** Parts of a chunk's tiles to share out between threads. */
  private static final int SLICES = 8;

  private static final int L = Lanes.COUNT;

  private final Blocked in;
  private final Blocked out;
  private final Winograd winograd;
  private final Workers workers;
  private final int a;
  private final int square;
  private final int channels;
  private final TileTransform ofX;
  private final TileTransform ofDy;
  private final int sampleTiles;
  private final int chunk;
  private final int ranges;
  private final int[] groups;
  private final int[] firstBlock;
  private final MicroKernel[][] kernels = new MicroKernel[MicroKernel.MOST + 1][];
  private final MicroKernel[][] adding = new MicroKernel[MicroKernel.MOST + 1][];
  private final int[] rowV;
  private final int[][] rowU = new int[MicroKernel.MOST + 1][];
  private final int[] oneRun = {0};
  private final int stepV;
  private final int stepZ;
  private final int stepU;
  private final Transforming transforming = new Transforming();
  private final Multiplying multiplying = new Multiplying();

  private float[] x;
  private int xBase;
  private float[] dy;
  private int dyBase;
  private float[] dw;
  private int dwBase;
  private float[] scratch;
  private int scratchBase;
  private int firstTile;
  private int tiles;

  /**
   * @param in x's layout, vectors
   * @param out dy's layout, vectors
   */
  WinogradWeightGradient(
      Blocked in, Blocked out, Window window, Winograd winograd, Workers workers) {
    this.in = in;
    this.out = out;
    this.winograd = winograd;
    this.workers = workers;
    a = winograd.a;
    square = a * a;
    channels = in.shape().c();
    int h = out.shape().h();
    int w = out.shape().w();
    sampleTiles = winograd.tiles(h, w);
    ofX = new TileTransform(in, winograd, winograd.input, a, h, w, -window.padH(), -window.padW());
    ofDy = new TileTransform(out, winograd, winograd.outputGradient, winograd.m, h, w, 0, 0);
    int all = in.shape().n() * sampleTiles;
    int fitting = Math.max(1, CHUNK_BYTES / (4 * square * L * (in.blocks() + out.blocks())));
    int chunks = (all + fitting - 1) / fitting;
    chunk = (all + chunks - 1) / chunks;
    ranges = (channels + RANGE - 1) / RANGE;
    groups = MicroKernel.pairs(out.blocks());
    firstBlock = new int[groups.length];
    for (int g = 1; g < groups.length; g++) {
      firstBlock[g] = firstBlock[g - 1] + groups[g - 1];
    }
    int widest = Arrays.stream(groups).max().orElseThrow();
    // One vector more: elements of a square fall into different cache sets.
    stepV = (in.blocks() * chunk + 1) * L;
    stepZ = (out.blocks() * chunk + 1) * L;
    stepU = (Math.min(RANGE, in.blocks() * L) * widest + 1) * L;
    rowV = new int[channels];
    for (int c = 0; c < channels; c++) {
      rowV[c] = c / L * chunk * L + c % L;
    }
    for (int q : groups) {
      if (kernels[q] != null) {
        continue;
      }
      rowU[q] = new int[channels];
      for (int c = 0; c < channels; c++) {
        rowU[q][c] = c % RANGE * q * L;
      }
      kernels[q] = new MicroKernel[MicroKernel.points(q) + 1];
      adding[q] = new MicroKernel[MicroKernel.points(q) + 1];
      for (int range : new int[] {0, ranges - 1}) {
        int parts = parts(rows(range), q);
        for (int p = rows(range) / parts; p <= (rows(range) + parts - 1) / parts; p++) {
          kernels[q][p] = MicroKernel.of(p, q, L);
          adding[q][p] = MicroKernel.adding(p, q, L);
        }
      }
    }
  }

  private int rows(int range) {
    return Math.min(RANGE, channels - range * RANGE);
  }

  private static int parts(int rows, int q) {
    int most = MicroKernel.points(q);
    return (rows + most - 1) / most;
  }

  @Override
  public String form() {
    return "winograd " + winograd.m;
  }

  @Override
  public long scratchSize() {
    return (long) square * (stepV + stepZ) + (long) workers.threads() * threadSize();
  }

  /** U of an item, dw of one block of c and one of k, a square and the transforms' buffer. */
  private int threadSize() {
    return square * stepU + L * 9 * L + 2 * square * L;
  }

  private int threadScratch(int thread) {
    return scratchBase + square * (stepV + stepZ) + thread * threadSize();
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
    int all = n * sampleTiles;
    for (firstTile = 0; firstTile < all; firstTile += chunk) {
      tiles = Math.min(chunk, all - firstTile);
      workers.run(transforming, SLICES * (in.blocks() + out.blocks()));
      workers.run(multiplying, ranges * groups.length);
    }
    this.x = null;
    this.dy = null;
    this.dw = null;
    this.scratch = null;
  }

  /** V or Z of some tiles of one channel block. */
  private final class Transforming implements Workers.Task {
    @Override
    public void run(int item, int thread) {
      int slice = item / (in.blocks() + out.blocks());
      int block = item % (in.blocks() + out.blocks());
      int first = tiles * slice / SLICES;
      int end = tiles * (slice + 1) / SLICES;
      int free = threadScratch(thread);
      if (block < in.blocks()) {
        int v = scratchBase + block * chunk * L;
        for (int t = first; t < end; t++) {
          ofX.run(x, xBase, firstTile + t, block, scratch, v + t * L, stepV, free);
        }
      } else {
        int k = block - in.blocks();
        int g = Math.min(k / 2, groups.length - 1);
        int wide = groups[g] * L;
        int z = scratchBase + square * stepV + firstBlock[g] * chunk * L + (k - firstBlock[g]) * L;
        for (int t = first; t < end; t++) {
          ofDy.run(dy, dyBase, firstTile + t, k, scratch, z + t * wide, stepZ, free);
        }
      }
    }
  }

  /** U of a range of c and a group of k, and what of dw comes of it. */
  private final class Multiplying implements Workers.Task {
    @Override
    public void run(int item, int thread) {
      int range = item % ranges;
      int g = item / ranges;
      int q = groups[g];
      int u = threadScratch(thread);
      int v = scratchBase;
      int z = scratchBase + square * stepV + firstBlock[g] * chunk * L;
      for (int f = 0; f < square; f++) {
        for (int from = 0; from < tiles; from += RUN) {
          multiply(
              range,
              q,
              Math.min(RUN, tiles - from),
              v + f * stepV + from * L,
              z + f * stepZ + from * q * L,
              u + f * stepU,
              from > 0);
        }
      }
      int parts = u + square * stepU;
      int buffer = parts + L * 9 * L;
      int rows = rows(range);
      for (int k = 0; k < q; k++) {
        for (int c = 0; c < rows; c += L) {
          int many = Math.min(L, rows - c);
          for (int i = 0; i < many; i++) {
            winograd.weightGradient.run(
                scratch,
                u + ((c + i) * q + k) * L,
                a * stepU,
                stepU,
                scratch,
                parts + i * 9 * L,
                3 * L,
                L,
                scratch,
                buffer);
          }
          add(range * RANGE + c, many, firstBlock[g] + k, parts);
        }
      }
    }

    private void multiply(int range, int q, int many, int v, int z, int u, boolean more) {
      int rows = rows(range);
      int parts = parts(rows, q);
      for (int t = 0; t < parts; t++) {
        int row = rows * t / parts;
        int p = rows * (t + 1) / parts - row;
        (more ? adding : kernels)
            [q][p].run(
                scratch,
                rowV,
                range * RANGE + row,
                v,
                oneRun,
                1,
                many,
                scratch,
                z,
                scratch,
                rowU[q],
                u,
                L,
                Lanes.ZEROS,
                0,
                scratch,
                rowU[q],
                u,
                L,
                false);
      }
    }

    /** Adds the gradients of these c and one block of k to dw. */
    private void add(int c, int many, int block, int from) {
      int ks = Math.min(L, out.shape().c() - block * L);
      for (int k = 0; k < ks; k++) {
        int to = dwBase + ((block * L + k) * channels + c) * 9;
        for (int i = 0; i < many * 9; i++) {
          dw[to + i] += scratch[from + i * L + k];
        }
      }
    }
  }
}
