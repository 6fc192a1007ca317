package dev.drsn.engine.cpu;

import java.util.Arrays;

/**
 * A 3x3 correlation of stride 1 by {@link Winograd}: with V the transformed tiles of x and U the
 * transformed weights, {@code M[f][tile][o] = sum over i of V[f][tile][i] U[f][i][o]} for each of
 * the a a elements f of a square, then Y from M.
 *
 * <p>An item of work is a chunk of tiles and a part of the output channels. U is a a / 9 times the
 * weights and read anew for each chunk, so what bounds the speed is which of two ways moves fewer
 * bytes. Where U is small, chunks are: V of all input channels and M of one group of output
 * channels stay in L2. Where it is large, {@link #LARGE_CHUNK} tiles share it, and V and M of all
 * the part's groups go through L3: element by element of the square, so that V[f] stays in L2 while
 * U[f] passes.
 */
final class WinogradCorrelation implements Correlation {

  /** Bytes of V and M of a chunk; the weights of a product come on top, within 1 MB of L2. */
  private static final int CHUNK_BYTES = 640 << 10;

  /** Tiles that share a large U. */
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

  /** Groups of output channels whose M is held at a time. */
  private final int band;

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
  private final Sliding sliding = new Sliding();
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
    boolean large = 4 * (weights / LARGE_CHUNK + moved) < weights / small;
    // Fours read V half as often and U 1.6 times as often: a loss where U comes from far away.
    boolean far = winograd.hasLargeWeights(in.blocks(), out.blocks());
    groups = far ? pairs : MicroKernel.groups(out.blocks());
    firstBlock = new int[groups.length];
    for (int g = 1; g < groups.length; g++) {
      firstBlock[g] = firstBlock[g - 1] + groups[g - 1];
    }
    chunk = large ? LARGE_CHUNK : small(groups);
    band = large ? groups.length : 1;
    int bandBlocks = large ? out.blocks() : widest(groups);
    // One vector more than a power of two: elements of a square fall into different cache sets.
    stepV = chunk * depth + L;
    stepM = chunk * bandBlocks * L + L;
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

  @Override
  public String form() {
    return "winograd " + winograd.m;
  }

  @Override
  public long scratchSize() {
    return (long) workers.threads() * threadSize();
  }

  /** V, M, a square and the transforms' buffer. */
  private int threadSize() {
    return a * a * (stepV + stepM + 2 * L);
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
    sliding.x = x;
    sliding.xBase = xBase;
    sliding.y = y;
    sliding.yBase = yBase;
    sliding.residual = residual;
    sliding.residualBase = residualBase;
    sliding.relu = relu;
    sliding.scratch = scratch;
    sliding.scratchBase = scratchBase;
    sliding.tiles = n * sampleTiles;
    int threads = workers.threads();
    int chunks = (sliding.tiles + chunk - 1) / chunk;
    if (band > 1 && chunks < threads) {
      // Each thread reads its part of U only, and makes V for itself.
      sliding.parts = Math.min(groups.length, (threads + chunks - 1) / chunks);
    } else {
      // As many for each thread, where there are enough.
      sliding.parts = 1;
      chunks = Math.min(sliding.tiles, (chunks + threads - 1) / threads * threads);
    }
    sliding.chunks = chunks;
    workers.run(sliding, chunks * sliding.parts);
    sliding.x = null;
    sliding.y = null;
    sliding.residual = null;
    sliding.scratch = null;
  }

  private final class Sliding implements Workers.Task {
    private float[] x;
    private int xBase;
    private float[] y;
    private int yBase;
    private float[] residual;
    private int residualBase;
    private boolean relu;
    private float[] scratch;
    private int scratchBase;
    private int tiles;
    private int chunks;
    private int parts;

    @Override
    public void run(int item, int thread) {
      int index = item / parts;
      int part = item % parts;
      int first = (int) ((long) tiles * index / chunks);
      int count = (int) ((long) tiles * (index + 1) / chunks) - first;
      int v = scratchBase + thread * threadSize();
      int m = v + a * a * stepV;
      int free = m + a * a * stepM;
      for (int t = 0; t < count; t++) {
        for (int block = 0; block < in.blocks(); block++) {
          input.run(x, xBase, first + t, block, scratch, v + tileV[t] + block * L, stepV, free);
        }
      }
      int end = groups.length * (part + 1) / parts;
      for (int g = groups.length * part / parts; g < end; g += band) {
        int until = Math.min(g + band, end);
        for (int f = 0; f < a * a; f++) {
          for (int each = g; each < until; each++) {
            multiply(each, f, count, v, inM(g, each, m));
          }
        }
        for (int each = g; each < until; each++) {
          write(first, count, each, inM(g, each, m), free);
        }
      }
    }

    /** Where a group's M lies in that of a band. */
    private int inM(int firstOfBand, int g, int m) {
      return m + chunk * (firstBlock[g] - firstBlock[firstOfBand]) * L;
    }

    private void multiply(int g, int f, int count, int v, int m) {
      int q = groups[g];
      boolean biased = shift != null && f == winograd.once;
      int most = MicroKernel.points(q);
      int slices = (count + most - 1) / most;
      int weights = CpuMemory.BASE + a * a * depth * firstBlock[g] * L;
      for (int slice = 0; slice < slices; slice++) {
        int at = count * slice / slices;
        int p = count * (slice + 1) / slices - at;
        kernels[q][p].run(
            scratch,
            tileV,
            at,
            v + f * stepV,
            oneRun,
            1,
            depth,
            packed,
            weights + f * depth * q * L,
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

    /** y of a chunk's tiles and a group's blocks. */
    private void write(int first, int count, int g, int m, int free) {
      for (int t = 0; t < count; t++) {
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

  /** An item is one group of output channels and one block of input channels. */
  private final class Packing implements Workers.Task {
    private float[] weight;
    private int base;

    @Override
    public void run(int item, int thread) {
      int g = item / in.blocks();
      int block = item % in.blocks();
      int wide = groups[g] * L;
      int element = depth * wide;
      int to = CpuMemory.BASE + a * a * depth * firstBlock[g] * L;
      for (int k = 0; k < groups[g]; k++) {
        weights.run(
            weight,
            base,
            block,
            firstBlock[g] + k,
            packed,
            to + (block * L * groups[g] + k) * L,
            wide,
            element,
            free[thread],
            0);
      }
    }
  }
}
