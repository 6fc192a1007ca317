package dev.drsn.engine.cpu;

import java.util.Arrays;

/**
 * A 3x3 correlation of stride 1 by {@link Winograd}: with V the transformed tiles of x and U the
 * transformed weights, {@code M[f][tile][o] = sum over i of V[f][tile][i] U[f][i][o]} for each of
 * the a a elements f of a square, then Y from M.
 *
 * <p>U is a a / 9 times the weights and read anew for each chunk of tiles, so what bounds the speed
 * is which of two ways moves fewer bytes. Where U is small, chunks are: a thread makes V of all
 * input channels and M of one group of output channels after the other, and both stay in L2. Where
 * U is large, so are chunks: all threads make V together, in L3, then each takes a part of the
 * output channels and with it a part of U, element by element of the square, so that V[f] stays in
 * L2 while U[f] passes as one stream.
 */
final class WinogradCorrelation implements Correlation {

  /** Bytes of V and M of a chunk; the weights of a product come on top, within 1 MB of L2. */
  private static final int CHUNK_BYTES = 640 << 10;

  /** Bytes of V of a large chunk, within L3. */
  private static final int LARGE_CHUNK_BYTES = 10 << 20;

  /** Tiles that share a large U, roughly: for the choice between the two ways. */
  private static final int LARGE_CHUNK = 64;

  private static final int L = Lanes.COUNT;

  private final Blocked in;
  private final Blocked out;
  private final Winograd winograd;
  private final Workers workers;

  private final int a;
  private final int sampleTiles;
  private final int depth;
  private final int chunk;

  /** Whether U is. */
  private final boolean large;

  /** Parts of the output channels that threads take where it is. */
  private final int parts;

  private final int stepV;
  private final int stepM;
  private final int[] groups;
  private final int[] firstBlock;
  private final MicroKernel[][] kernels = new MicroKernel[MicroKernel.MOST + 1][];
  private final int[] tileV;
  private final int[][] tileM = new int[MicroKernel.MOST + 1][];
  private final int[] oneRun = {0};
  private final float[] packed;
  private final float[] shift;
  private final float[][] free;
  private final TileTransform input;
  private final WeightTransform weights;
  private final TileOutput output;
  private final Call call = new Call();
  private final Packing packing = new Packing();

  WinogradCorrelation(
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
    a = winograd.a;
    sampleTiles = winograd.tiles(sweep.rows(), sweep.columns());
    depth = in.blocks() * L;
    int[] pairs = MicroKernel.pairs(out.blocks());
    int small = small(pairs);
    double weights = (double) depth * out.blocks() * L;
    double moved = 2.0 * (depth + out.blocks() * L);
    // U is one long stream, which the processor fetches ahead; V and M are not. Measured: a factor
    // 4.
    large = 4 * (weights / LARGE_CHUNK + moved) < weights / small;
    // Fours read V half as often and U 1.6 times as often: a loss where U comes from far away.
    boolean far = winograd.hasLargeWeights(in.blocks(), out.blocks());
    groups = far ? pairs : MicroKernel.groups(out.blocks());
    firstBlock = new int[groups.length];
    for (int g = 1; g < groups.length; g++) {
      firstBlock[g] = firstBlock[g - 1] + groups[g - 1];
    }
    chunk = large ? large() : small(groups);
    parts = Math.min(groups.length, workers.threads());
    int together = large ? 0 : widest(groups);
    for (int part = 0; large && part < parts; part++) {
      together = Math.max(together, blockAfter(part) - firstBlock[groupOf(part)]);
    }
    // One vector more than a power of two: elements of a square fall into different cache sets.
    stepV = chunk * depth + L;
    stepM = chunk * together * L + L;
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
    packed = new float[CpuMemory.BASE + a * a * depth * out.blocks() * L];
    shift = bias ? new float[out.blocks() * L] : null;
    input =
        new TileTransform(
            in,
            winograd,
            winograd.input,
            a,
            sweep.rows(),
            sweep.columns(),
            sweep.inRow(),
            sweep.inColumn());
    this.weights = new WeightTransform(taps, in.shape().c(), out.shape().c(), winograd);
    output = new TileOutput(out, added, sweep, winograd);
    free = new float[workers.threads()][this.weights.freeSize()];
  }

  private static int widest(int[] groups) {
    return Arrays.stream(groups).max().orElseThrow();
  }

  /** Tiles of a chunk whose V and M of one group stay in L2. */
  private int small(int[] groups) {
    int most = MicroKernel.points(widest(groups));
    int fitting = CHUNK_BYTES / 4 / (a * a * (depth + widest(groups) * L)) / most * most;
    return Math.clamp(fitting, most, 15 * most);
  }

  /** Tiles of a chunk whose V stays in L3; equal chunks. */
  private int large() {
    int most = Math.max(LARGE_CHUNK, LARGE_CHUNK_BYTES / 4 / (a * a * depth));
    int tiles = in.shape().n() * sampleTiles;
    return Math.ceilDiv(tiles, Math.ceilDiv(tiles, most));
  }

  /** The first group of a part. */
  private int groupOf(int part) {
    return groups.length * part / parts;
  }

  /** The block after a part's last one. */
  private int blockAfter(int part) {
    int last = groupOf(part + 1) - 1;
    return firstBlock[last] + groups[last];
  }

  @Override
  public String form() {
    return "winograd " + winograd.m;
  }

  @Override
  public long scratchSize() {
    return (large ? (long) a * a * stepV : 0) + (long) workers.threads() * threadSize();
  }

  /** V unless it is shared, M, a square and the transforms' buffer. */
  private int threadSize() {
    return a * a * ((large ? 0 : stepV) + stepM + 2 * L);
  }

  @Override
  public void pack(float[] weight, int weightBase, float[] bias, int biasBase) {
    packing.weight = weight;
    packing.base = weightBase;
    workers.run(packing, groups.length * in.blocks());
    packing.weight = null;
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
    call.x = x;
    call.xBase = xBase;
    call.y = y;
    call.yBase = yBase;
    call.residual = residual;
    call.residualBase = residualBase;
    call.relu = relu;
    call.scratch = scratch;
    call.scratchBase = scratchBase;
    call.run(n * sampleTiles);
    call.x = null;
    call.y = null;
    call.residual = null;
    call.scratch = null;
  }

  private final class Call {
    private final Workers.Task small = this::small;
    private final Workers.Task transform = this::transform;
    private final Workers.Task multiply = this::multiply;
    private float[] x;
    private int xBase;
    private float[] y;
    private int yBase;
    private float[] residual;
    private int residualBase;
    private boolean relu;
    private float[] scratch;
    private int scratchBase;

    /** What is cut into items: tiles, and how many items they make. */
    private int first;

    private int tiles;
    private int pieces;

    void run(int all) {
      int threads = workers.threads();
      int chunks = Math.ceilDiv(all, chunk);
      if (!large) {
        first = 0;
        tiles = all;
        // As many for each thread, where there are enough.
        pieces = Math.min(all, Math.ceilDiv(chunks, threads) * threads);
        workers.run(small, pieces);
        return;
      }
      for (int c = 0; c < chunks; c++) {
        first = start(all, c, chunks);
        tiles = start(all, c + 1, chunks) - first;
        pieces = Math.min(tiles, threads);
        workers.run(transform, pieces);
        pieces = Math.min(tiles, Math.ceilDiv(threads, parts));
        workers.run(multiply, pieces * parts);
      }
    }

    private static int start(int all, int piece, int pieces) {
      return (int) ((long) all * piece / pieces);
    }

    /** A chunk from x to y. */
    private void small(int item, int thread) {
      int from = start(tiles, item, pieces);
      int count = start(tiles, item + 1, pieces) - from;
      int v = scratchBase + thread * threadSize();
      int m = v + a * a * stepV;
      int free = m + a * a * stepM;
      transform(from, count, v, free);
      for (int g = 0; g < groups.length; g++) {
        for (int f = 0; f < a * a; f++) {
          multiply(g, f, 0, count, v, m);
        }
        write(g, from, 0, count, m, free);
      }
    }

    /** Some tiles of a large chunk: their V. */
    private void transform(int item, int thread) {
      int from = start(tiles, item, pieces);
      int count = start(tiles, item + 1, pieces) - from;
      int free = scratchBase + a * a * stepV + thread * threadSize() + a * a * stepM;
      transform(first + from, count, scratchBase + tileV[from], free);
    }

    /** Some tiles of a large chunk and some output channels: from V to y. */
    private void multiply(int item, int thread) {
      int part = item / pieces;
      int piece = item % pieces;
      int from = start(tiles, piece, pieces);
      int count = start(tiles, piece + 1, pieces) - from;
      int m = scratchBase + a * a * stepV + thread * threadSize();
      int free = m + a * a * stepM;
      int g0 = groupOf(part);
      int end = groupOf(part + 1);
      for (int f = 0; f < a * a; f++) {
        for (int g = g0; g < end; g++) {
          multiply(
              g, f, from, count, scratchBase, m + chunk * (firstBlock[g] - firstBlock[g0]) * L);
        }
      }
      for (int g = g0; g < end; g++) {
        write(g, first, from, count, m + chunk * (firstBlock[g] - firstBlock[g0]) * L, free);
      }
    }

    private void transform(int from, int count, int v, int free) {
      for (int t = 0; t < count; t++) {
        for (int block = 0; block < in.blocks(); block++) {
          input.run(x, xBase, from + t, block, scratch, v + tileV[t] + block * L, stepV, free);
        }
      }
    }

    /** M[f] of tiles that begin with number {@code from} of V. */
    private void multiply(int g, int f, int from, int count, int v, int m) {
      int q = groups[g];
      boolean biased = shift != null && f == winograd.once;
      int most = MicroKernel.points(q);
      int slices = (count + most - 1) / most;
      for (int slice = 0; slice < slices; slice++) {
        int at = count * slice / slices;
        int p = count * (slice + 1) / slices - at;
        kernels[q][p].run(
            scratch,
            tileV,
            from + at,
            v + f * stepV,
            oneRun,
            1,
            depth,
            packed,
            weights(g) + f * elementStep(g),
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

    /** y of a group's blocks and of tiles that begin with number {@code from} after the first. */
    private void write(int g, int first, int from, int count, int m, int free) {
      for (int t = from; t < from + count; t++) {
        for (int k = 0; k < groups[g]; k++) {
          output.run(
              scratch,
              m + tileM[groups[g]][t] + k * L,
              stepM,
              free,
              first + t,
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

  /** Where U of a group begins. */
  private int weights(int g) {
    return CpuMemory.BASE + (large ? 1 : a * a) * depth * firstBlock[g] * L;
  }

  /** From U[f] to U[f + 1] of a group: a large U is ordered by f first, a small one by group. */
  private int elementStep(int g) {
    return depth * (large ? out.blocks() : groups[g]) * L;
  }

  /** An item is one group of output channels and one block of input channels. */
  private final class Packing implements Workers.Task {
    private float[] weight;
    private int base;

    @Override
    public void run(int item, int thread) {
      int g = item / in.blocks();
      int block = item % in.blocks();
      for (int k = 0; k < groups[g]; k++) {
        weights.run(
            weight,
            base,
            block,
            firstBlock[g] + k,
            packed,
            weights(g) + (block * L * groups[g] + k) * L,
            groups[g] * L,
            elementStep(g),
            free[thread],
            0);
      }
    }
  }
}
