package dev.drsn.engine.cpu;

import java.util.Arrays;

/**
 * A 3x3 correlation of stride 1 by {@link Winograd} for training, where weights change with every
 * step and many tiles share them: V, U and M as in {@link WinogradCorrelation}.
 *
 * <p>U is a a / 9 times the weights. To write it to memory once a step and read it back costs more
 * than to make it where it is used. So tiles come in chunks whose V stays in the last level of the
 * cache, and a chunk has two stages: first V, an item some tiles; then an item is a group of output
 * channels: its U, which stays near its core, then {@link #SLICE} tiles at a time their products
 * and y.
 */
final class PhasedWinograd implements Correlation {

  /** Bytes of V of a chunk. */
  private static final int CHUNK_BYTES = 10 << 20;

  /** Tiles whose M is held at a time. */
  private static final int SLICE = 64;

  /** Items of the first stage. */
  private static final int ITEMS = 16;

  private static final int L = Lanes.COUNT;

  private final Blocked in;
  private final Blocked out;
  private final Winograd winograd;
  private final Workers workers;
  private final int square;
  private final int sampleTiles;
  private final int depth;
  private final int chunk;
  private final int slice;
  private final int stepV;
  private final int stepM;
  private final int widest;
  private final int[] groups;
  private final int[] firstBlock;
  private final MicroKernel[][] kernels = new MicroKernel[MicroKernel.MOST + 1][];
  private final int[] tileV;
  private final int[][] tileM = new int[MicroKernel.MOST + 1][];
  private final int[] oneRun = {0};
  private final float[] shift;
  private final TileTransform input;
  private final WeightTransform weights;
  private final TileOutput output;
  private final Workers.Task reading = this::read;
  private final Workers.Task sliding = this::slide;

  private float[] weight;
  private int weightBase;
  private float[] x;
  private int xBase;
  private float[] y;
  private int yBase;
  private float[] residual;
  private int residualBase;
  private boolean relu;
  private float[] scratch;
  private int scratchBase;
  private int firstTile;
  private int tiles;
  private int parts;

  PhasedWinograd(
      Blocked in,
      Blocked out,
      Blocked added,
      Sweep sweep,
      Taps taps,
      boolean bias,
      Winograd winograd,
      Workers workers) {
    this.in = in;
    this.out = out;
    this.winograd = winograd;
    this.workers = workers;
    square = winograd.a * winograd.a;
    sampleTiles = winograd.tiles(sweep.rows(), sweep.columns());
    depth = in.blocks() * L;
    int all = in.shape().n() * sampleTiles;
    int fitting = Math.max(SLICE, CHUNK_BYTES / (4 * square * depth));
    int chunks = (all + fitting - 1) / fitting;
    chunk = (all + chunks - 1) / chunks;
    slice = Math.min(chunk, SLICE);
    groups = MicroKernel.groups(out.blocks());
    firstBlock = new int[groups.length];
    for (int g = 1; g < groups.length; g++) {
      firstBlock[g] = firstBlock[g - 1] + groups[g - 1];
    }
    widest = Arrays.stream(groups).max().orElseThrow();
    // One vector more: elements of a square fall into different cache sets.
    stepV = (chunk * in.blocks() + 1) * L;
    stepM = (slice * widest + 1) * L;
    tileV = new int[chunk];
    for (int t = 0; t < chunk; t++) {
      tileV[t] = t * depth;
    }
    for (int q : groups) {
      if (kernels[q] != null) {
        continue;
      }
      kernels[q] = new MicroKernel[MicroKernel.points(q) + 1];
      for (int p = 1; p < kernels[q].length; p++) {
        kernels[q][p] = MicroKernel.of(p, q, 1);
      }
      tileM[q] = new int[chunk];
      for (int t = 0; t < chunk; t++) {
        tileM[q][t] = t * q * L;
      }
    }
    shift = bias ? new float[out.blocks() * L] : null;
    input =
        new TileTransform(
            in,
            winograd,
            winograd.input,
            winograd.a,
            sweep.rows(),
            sweep.columns(),
            sweep.inRow(),
            sweep.inColumn());
    weights = new WeightTransform(taps, in.shape().c(), out.shape().c(), winograd);
    output = new TileOutput(out, added, sweep, winograd);
  }

  @Override
  public String form() {
    return "winograd " + winograd.m;
  }

  @Override
  public long scratchSize() {
    return (long) square * stepV + (long) workers.threads() * threadSize();
  }

  /** U and M, and what the transforms work with. */
  private int threadSize() {
    return square * (stepU(widest) + stepM) + freeSize();
  }

  private int freeSize() {
    return Math.max(2 * square * L, weights.freeSize());
  }

  private int threadScratch(int thread) {
    return scratchBase + square * stepV + thread * threadSize();
  }

  private int stepU(int q) {
    return (depth * q + 1) * L;
  }

  /** Remembers where the weights are. */
  @Override
  public void pack(float[] weight, int weightBase, float[] bias, int biasBase) {
    this.weight = weight;
    this.weightBase = weightBase;
    if (shift != null) {
      System.arraycopy(bias, biasBase, shift, 0, out.shape().c());
    }
  }

  @Override
  public void run(
      float[] x,
      int xBase,
      float[] y,
      int yBase,
      float[] residual,
      int residualBase,
      boolean relu,
      float[] scratch,
      int scratchBase,
      int n) {
    this.x = x;
    this.xBase = xBase;
    this.y = y;
    this.yBase = yBase;
    this.residual = residual;
    this.residualBase = residualBase;
    this.relu = relu;
    this.scratch = scratch;
    this.scratchBase = scratchBase;
    int all = n * sampleTiles;
    for (firstTile = 0; firstTile < all; firstTile += chunk) {
      tiles = Math.min(chunk, all - firstTile);
      // Where threads outnumber groups, several make a group's U, each for some of the tiles.
      parts = Math.clamp(workers.threads() / groups.length, 1, tiles);
      workers.run(reading, ITEMS);
      workers.run(sliding, groups.length * parts);
    }
    this.x = null;
    this.y = null;
    this.residual = null;
    this.scratch = null;
  }

  /** V of some tiles. */
  private void read(int item, int thread) {
    int end = tiles * (item + 1) / ITEMS;
    int free = threadScratch(thread);
    for (int t = tiles * item / ITEMS; t < end; t++) {
      for (int block = 0; block < in.blocks(); block++) {
        int v = scratchBase + tileV[t] + block * L;
        input.run(x, xBase, firstTile + t, block, scratch, v, stepV, free);
      }
    }
  }

  /** U of a group, then y of that group for a part of the tiles. */
  private void slide(int item, int thread) {
    int g = item / parts;
    int part = item % parts;
    int u = threadScratch(thread);
    int m = u + square * stepU(widest);
    int free = m + square * stepM;
    transformWeights(g, u, free);
    int end = tiles * (part + 1) / parts;
    for (int from = tiles * part / parts; from < end; from += slice) {
      int count = Math.min(slice, end - from);
      for (int f = 0; f < square; f++) {
        multiply(g, f, from, count, u, m);
      }
      for (int t = 0; t < count; t++) {
        for (int k = 0; k < groups[g]; k++) {
          output.run(
              scratch,
              m + tileM[groups[g]][t] + k * L,
              stepM,
              free,
              firstTile + from + t,
              firstBlock[g] + k,
              y,
              yBase,
              residual,
              residualBase,
              relu);
        }
      }
    }
  }

  private void transformWeights(int g, int u, int free) {
    int q = groups[g];
    for (int i = 0; i < in.blocks(); i++) {
      for (int k = 0; k < q; k++) {
        int to = u + (i * L * q + k) * L;
        weights.run(
            weight, weightBase, i, firstBlock[g] + k, scratch, to, q * L, stepU(q), scratch, free);
      }
    }
    // Spare lanes of the last block: x is zero there, but scratch may hold what is not a number.
    int rest = (depth - in.shape().c()) * q * L;
    for (int f = 0; f < square && rest > 0; f++) {
      int from = u + f * stepU(q) + in.shape().c() * q * L;
      Arrays.fill(scratch, from, from + rest, 0);
    }
  }

  private void multiply(int g, int f, int from, int count, int u, int m) {
    int q = groups[g];
    boolean biased = shift != null && f == winograd.once;
    int most = MicroKernel.points(q);
    int pieces = (count + most - 1) / most;
    for (int piece = 0; piece < pieces; piece++) {
      int at = count * piece / pieces;
      int p = count * (piece + 1) / pieces - at;
      kernels[q][p].run(
          scratch,
          tileV,
          at,
          scratchBase + f * stepV + from * depth,
          oneRun,
          1,
          depth,
          scratch,
          u + f * stepU(q),
          scratch,
          tileM[q],
          m + f * stepM,
          L,
          biased ? shift : Lanes.ZEROS,
          biased ? firstBlock[g] * L : 0,
          null,
          tileM[q],
          0,
          0,
          false);
    }
  }
}
