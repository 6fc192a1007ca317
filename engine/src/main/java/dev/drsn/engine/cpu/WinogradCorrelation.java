package dev.drsn.engine.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

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
  private final Blocked added;
  private final Sweep sweep;
  private final Taps taps;
  private final Winograd winograd;
  private final Workers workers;

  private final int a;
  private final int tileColumns;
  private final int sampleTiles;
  private final int depth;
  private final int chunk;

  /** Groups of output channels whose M is held at a time. */
  private final int band;

  private final int stepV;
  private final int stepM;
  private final int[] groups;
  private final int[] firstBlock;
  private final MicroKernel[][] kernels = new MicroKernel[4][];
  private final int[] tileV;
  private final int[][] tileM = new int[4][];
  private final int[] oneRun = {0};
  private final float[] packed;
  private final float[] shift;
  private final float[][] squares;
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
    this.added = added;
    this.sweep = sweep;
    this.taps = taps;
    this.winograd = winograd;
    this.workers = workers;
    a = winograd.a;
    tileColumns = (sweep.columns() + winograd.m - 1) / winograd.m;
    sampleTiles = winograd.tiles(sweep.rows(), sweep.columns());
    depth = in.blocks() * L;
    groups = MicroKernel.groups(out.blocks());
    firstBlock = new int[groups.length];
    for (int g = 1; g < groups.length; g++) {
      firstBlock[g] = firstBlock[g - 1] + groups[g - 1];
    }
    int widest = Arrays.stream(groups).max().orElseThrow();
    int most = MicroKernel.points(widest);
    int fitting = CHUNK_BYTES / 4 / (a * a * (depth + widest * L)) / most * most;
    int small = Math.clamp(fitting, most, 15 * most);
    double weights = (double) depth * out.blocks() * L;
    double moved = 2.0 * (depth + out.blocks() * L);
    // U is one long stream, which the processor fetches ahead; V and M are not. Measured: a factor
    // 4.
    boolean large = 4 * (weights / LARGE_CHUNK + moved) < weights / small;
    chunk = large ? LARGE_CHUNK : small;
    band = large ? groups.length : 1;
    int bandBlocks = large ? out.blocks() : widest;
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
    squares = new float[workers.threads()][2 * a * a * L];
  }

  @Override
  public String form() {
    return "winograd " + winograd.m;
  }

  @Override
  public long scratchSize() {
    return (long) workers.threads() * threadSize();
  }

  /** V, M, a square to read from and one to write to, and the transforms' buffer. */
  private int threadSize() {
    return a * a * (stepV + stepM + 3 * L);
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
      int square = m + a * a * stepM;
      int buffer = square + 2 * a * a * L;
      for (int t = 0; t < count; t++) {
        read(first + t, v + tileV[t], square, buffer);
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
          write(first, count, each, inM(g, each, m), square, buffer);
        }
      }
    }

    /** Where a group's M lies in that of a band. */
    private int inM(int firstOfBand, int g, int m) {
      return m + chunk * (firstBlock[g] - firstBlock[firstOfBand]) * L;
    }

    /** V of one tile, all input channels. */
    private void read(int tile, int v, int square, int buffer) {
      int sample = tile / sampleTiles;
      int row = sweep.inRow() + tile % sampleTiles / tileColumns * winograd.m;
      int column = sweep.inColumn() + tile % tileColumns * winograd.m;
      int rows = Math.min(a, in.shape().h() + in.halo() - row);
      int columns = Math.min(a, in.shape().w() + in.halo() - column);
      int from =
          xBase + sample * in.sampleStride() + in.origin() + row * in.rowStride() + column * L;
      boolean whole = rows == a && columns == a;
      for (int block = 0; block < in.blocks(); block++) {
        int at = from + block * in.blockStride();
        if (whole) {
          winograd.input.run(
              x, at, in.rowStride(), L, scratch, v + block * L, a * stepV, stepV, scratch, buffer);
        } else {
          cut(at, rows, columns, square);
          winograd.input.run(
              scratch, square, a * L, L, scratch, v + block * L, a * stepV, stepV, scratch, buffer);
        }
      }
    }

    /** Copies what there is of a square at the edge; the rest is zero. */
    private void cut(int from, int rows, int columns, int square) {
      Arrays.fill(scratch, square, square + a * a * L, 0);
      for (int i = 0; i < rows; i++) {
        System.arraycopy(x, from + i * in.rowStride(), scratch, square + i * a * L, columns * L);
      }
    }

    private void multiply(int g, int f, int count, int v, int m) {
      int q = groups[g];
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
            null,
            0,
            null,
            tileM[q],
            0,
            0,
            false);
      }
    }

    /** y of a chunk's tiles and a group's blocks. */
    private void write(int first, int count, int g, int m, int square, int buffer) {
      for (int t = 0; t < count; t++) {
        for (int k = 0; k < groups[g]; k++) {
          write(first + t, firstBlock[g] + k, m + tileM[groups[g]][t] + k * L, square, buffer);
        }
      }
    }

    /** y of one tile and block from its M. */
    private void write(int tile, int block, int m, int square, int buffer) {
      int sample = tile / sampleTiles;
      int row = tile % sampleTiles / tileColumns * winograd.m;
      int column = tile % tileColumns * winograd.m;
      int rows = Math.min(winograd.m, sweep.rows() - row);
      int columns = Math.min(winograd.m, sweep.columns() - column);
      int to = yBase + at(out, sample, block, row, column);
      boolean whole = rows == winograd.m && columns == winograd.m;
      if (whole && shift == null && residual == null && !relu) {
        winograd.output.run(
            scratch, m, a * stepM, stepM, y, to, out.rowStride(), L, scratch, buffer);
        return;
      }
      winograd.output.run(
          scratch, m, a * stepM, stepM, scratch, square, winograd.m * L, L, scratch, buffer);
      Blocked r = added == null ? out : added;
      int with = residualBase + at(r, sample, block, row, column);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          FloatVector value =
              FloatVector.fromArray(Lanes.SPECIES, scratch, square + (i * winograd.m + j) * L);
          if (shift != null) {
            value = value.add(FloatVector.fromArray(Lanes.SPECIES, shift, block * L));
          }
          if (residual != null) {
            value =
                value.add(
                    FloatVector.fromArray(
                        Lanes.SPECIES, residual, with + i * r.rowStride() + j * L));
          }
          if (relu) {
            value = value.max(0);
          }
          value.intoArray(y, to + i * out.rowStride() + j * L);
        }
      }
    }

    private static int at(Blocked layout, int sample, int block, int row, int column) {
      return layout.origin()
          + sample * layout.sampleStride()
          + block * layout.blockStride()
          + row * layout.rowStride()
          + column * L;
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
      int lanes = Math.min(L, in.shape().c() - block * L);
      float[] square = squares[thread];
      for (int i = block * L; i < block * L + lanes; i++) {
        for (int k = 0; k < groups[g]; k++) {
          collect(i, (firstBlock[g] + k) * L, square);
          winograd.weight.run(
              square,
              0,
              3 * L,
              L,
              packed,
              to + i * wide + k * L,
              a * element,
              element,
              square,
              a * a * L);
        }
      }
    }

    /** The 3 x 3 vectors of one input channel and a block of output channels. */
    private void collect(int i, int first, float[] square) {
      int many = Math.min(L, out.shape().c() - first);
      int from = base + taps.first() + first * taps.out() + i * taps.in();
      for (int r = 0; r < 3; r++) {
        for (int s = 0; s < 3; s++) {
          int tap = from + r * taps.row() + s * taps.column();
          int at = (r * 3 + s) * L;
          for (int o = 0; o < many; o++) {
            square[at + o] = weight[tap + o * taps.out()];
          }
          for (int o = many; o < L; o++) {
            square[at + o] = 0;
          }
        }
      }
    }
  }
}
