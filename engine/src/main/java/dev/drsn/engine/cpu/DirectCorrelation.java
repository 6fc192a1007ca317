package dev.drsn.engine.cpu;

/**
 * A correlation summed as it stands, in the registers of a {@link MicroKernel}.
 *
 * <p>A window's row within a channel block is contiguous in x, so a run of the kernel is one
 * (channel block, window row). Points come from tables and run on across rows and samples: tiles of
 * ten pixels fill the registers whether an image is 3 or 300 pixels wide.
 *
 * <p>An item of work is (samples or rows that fit a core's cache, group of output channels): the
 * group's weights stay in L2 while the tiles pass, the images stay while the groups pass.
 */
final class DirectCorrelation implements Correlation {

  /** Bytes of x that an item reads: with a group's weights within 1 MB of L2. */
  private static final int ITEM_BYTES = 192 << 10;

  private final Blocked in;
  private final Blocked out;
  private final Blocked added;
  private final Sweep sweep;
  private final Taps taps;
  private final Workers workers;

  private final int samples;
  private final int chunks;
  private final int[] groups;
  private final int[] firstBlock;
  private final MicroKernel[][] kernels = new MicroKernel[MicroKernel.MOST + 1][];
  private final MicroKernel[][] adding = new MicroKernel[MicroKernel.MOST + 1][];
  private final int runs;
  private final int length;
  private final int[] xAt;
  private final int[] yAt;
  private final int[] rAt;
  private final int[] runAt;
  private final float[] packed;
  private final float[] shift;
  private final boolean biased;
  private final Sliding sliding = new Sliding();
  private final Packing packing = new Packing();

  /**
   * @param in x's layout, any number of lanes
   * @param out y's layout, vectors
   * @param added the residual's layout, vectors, or null
   */
  DirectCorrelation(
      Blocked in,
      Blocked out,
      Blocked added,
      Sweep sweep,
      Taps taps,
      boolean bias,
      Workers workers) {
    this.in = in;
    this.out = out;
    this.added = added;
    this.sweep = sweep;
    this.taps = taps;
    this.workers = workers;
    groups = MicroKernel.pairs(out.blocks());
    firstBlock = new int[groups.length];
    for (int g = 1; g < groups.length; g++) {
      firstBlock[g] = firstBlock[g - 1] + groups[g - 1];
    }
    int n = in.shape().n();
    int enough = 4 * workers.threads();
    int fitting = Math.max(1, ITEM_BYTES / (4 * in.sampleStride()));
    while (fitting > 1 && (n + fitting - 1) / fitting * groups.length < enough) {
      fitting--;
    }
    samples = Math.min(n, fitting);
    int wanted = Math.max(in.sampleStride() / (ITEM_BYTES / 4), 1);
    if (samples == 1) {
      wanted = Math.max(wanted, (enough + n * groups.length - 1) / (n * groups.length));
    }
    chunks = Math.clamp(wanted, 1, Math.max(1, sweep.points() / 20));

    runs = sweep.height() == 0 || sweep.width() == 0 ? 0 : in.blocks() * sweep.height();
    length = sweep.width() * in.lanes();
    runAt = new int[runs];
    for (int u = 0; u < runs; u++) {
      runAt[u] = u / sweep.height() * in.blockStride() + u % sweep.height() * in.rowStride();
    }
    xAt = table(in, sweep.inRow(), sweep.inColumn(), sweep.inStepH(), sweep.inStepW());
    yAt = table(out, sweep.outRow(), sweep.outColumn(), sweep.outStepH(), sweep.outStepW());
    rAt =
        added == null
            ? yAt
            : table(added, sweep.outRow(), sweep.outColumn(), sweep.outStepH(), sweep.outStepW());
    writeKernels();
    packed = new float[CpuMemory.BASE + out.blocks() * Lanes.COUNT * runs * length];
    shift = new float[out.blocks() * Lanes.COUNT];
    biased = bias;
  }

  /** Offsets of all points of a group of samples. */
  private int[] table(Blocked layout, int row, int column, int stepH, int stepW) {
    int points = sweep.points();
    int[] at = new int[samples * points];
    for (int i = 0; i < at.length; i++) {
      int p = i % points / sweep.columns();
      int q = i % points % sweep.columns();
      at[i] =
          layout.origin()
              + i / points * layout.sampleStride()
              + (row + p * stepH) * layout.rowStride()
              + (column + q * stepW) * layout.lanes();
    }
    return at;
  }

  /** By vectors and points, what the tiles of 1 to all samples of a group need. */
  private void writeKernels() {
    for (int q : groups) {
      if (kernels[q] != null) {
        continue;
      }
      kernels[q] = new MicroKernel[MicroKernel.points(q) + 1];
      adding[q] = new MicroKernel[MicroKernel.points(q) + 1];
      for (int m = 1; m <= samples; m++) {
        int points = m * sweep.points();
        int tiles = tiles(points, q);
        for (int p = points / tiles; p <= (points + tiles - 1) / tiles; p++) {
          kernels[q][p] = MicroKernel.of(p, q, 1);
          adding[q][p] = MicroKernel.adding(p, q, 1);
        }
      }
    }
  }

  private static int tiles(int points, int q) {
    int most = MicroKernel.points(q);
    return (points + most - 1) / most;
  }

  @Override
  public String form() {
    int q = groups[0];
    int points = samples * sweep.points();
    return "direct " + (points + tiles(points, q) - 1) / tiles(points, q) + "x" + q;
  }

  @Override
  public void pack(float[] weight, int weightBase, float[] bias, int biasBase) {
    packing.weight = weight;
    packing.base = weightBase;
    workers.run(packing, groups.length * in.blocks());
    packing.weight = null;
    if (biased) {
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
    sliding.n = n;
    workers.run(sliding, (n + samples - 1) / samples * chunks * groups.length);
    sliding.x = null;
    sliding.y = null;
    sliding.residual = null;
  }

  private final class Sliding implements Workers.Task {
    private float[] x;
    private int xBase;
    private float[] y;
    private int yBase;
    private float[] residual;
    private int residualBase;
    private boolean relu;
    private int n;

    @Override
    public void run(int item, int thread) {
      int g = item % groups.length;
      int chunk = item / groups.length % chunks;
      int first = item / groups.length / chunks * samples;
      int q = groups[g];
      int block = firstBlock[g];
      int points = Math.min(samples, n - first) * sweep.points();
      int tiles = tiles(points, q);
      int end = (int) ((long) tiles * (chunk + 1) / chunks);
      int from = xBase + first * in.sampleStride();
      int to = yBase + first * out.sampleStride() + block * out.blockStride();
      Blocked r = added == null ? out : added;
      int with = residualBase + first * r.sampleStride() + block * r.blockStride();
      int weights = CpuMemory.BASE + block * Lanes.COUNT * runs * length;
      for (int t = (int) ((long) tiles * chunk / chunks); t < end; t++) {
        int at = (int) ((long) points * t / tiles);
        int p = (int) ((long) points * (t + 1) / tiles) - at;
        (residual == null ? kernels : adding)
            [q][p].run(
                x,
                xAt,
                at,
                from,
                runAt,
                runs,
                length,
                packed,
                weights,
                y,
                yAt,
                to,
                out.blockStride(),
                shift,
                block * Lanes.COUNT,
                residual,
                rAt,
                with,
                r.blockStride(),
                relu);
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
      int first = firstBlock[g] * Lanes.COUNT;
      int wide = groups[g] * Lanes.COUNT;
      int many = Math.min(wide, out.shape().c() - first);
      int to = CpuMemory.BASE + first * runs * length + block * sweep.height() * length * wide;
      int lanes = Math.min(in.lanes(), in.shape().c() - block * in.lanes());
      for (int i = 0; i < lanes; i++) {
        for (int r = 0; r < sweep.height(); r++) {
          for (int s = 0; s < sweep.width(); s++) {
            int from =
                base
                    + taps.first()
                    + first * taps.out()
                    + (block * in.lanes() + i) * taps.in()
                    + r * taps.row()
                    + s * taps.column();
            int at = to + (r * length + s * in.lanes() + i) * wide;
            for (int o = 0; o < many; o++) {
              packed[at + o] = weight[from + o * taps.out()];
            }
          }
        }
      }
    }
  }
}
