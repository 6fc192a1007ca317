package dev.drsn.engine.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * From Winograd's products to y: {@code A^T M A} of one tile and block, then residual and ReLU. A
 * bias is in the products already: {@link Winograd#once}.
 */
final class TileOutput {

  private static final int L = Lanes.COUNT;

  private final Blocked out;
  private final Blocked added;
  private final Correlation.Sweep sweep;
  private final Winograd winograd;
  private final int tileColumns;
  private final int sampleTiles;

  /**
   * @param added the residual's layout; null where there is none or where it is y's
   */
  TileOutput(Blocked out, Blocked added, Correlation.Sweep sweep, Winograd winograd) {
    this.out = out;
    this.added = added == null ? out : added;
    this.sweep = sweep;
    this.winograd = winograd;
    tileColumns = (sweep.columns() + winograd.m - 1) / winograd.m;
    sampleTiles = winograd.tiles(sweep.rows(), sweep.columns());
  }

  /**
   * Writes one tile of one block.
   *
   * @param m a a vectors of {@code products}, step scalars apart
   * @param free 2 a a vectors of {@code products} that nobody else uses meanwhile
   * @param residual what to add, or null
   */
  void run(
      float[] products,
      int m,
      int step,
      int free,
      int tile,
      int block,
      float[] y,
      int yBase,
      float[] residual,
      int residualBase,
      boolean relu) {
    int sample = tile / sampleTiles;
    int row = tile % sampleTiles / tileColumns * winograd.m;
    int column = tile % tileColumns * winograd.m;
    int rows = Math.min(winograd.m, sweep.rows() - row);
    int columns = Math.min(winograd.m, sweep.columns() - column);
    int to = yBase + at(out, sample, block, row, column);
    int buffer = free + winograd.a * winograd.a * L;
    boolean whole = rows == winograd.m && columns == winograd.m;
    if (whole && residual == null) {
      Transform transform = relu ? winograd.rectifiedOutput : winograd.output;
      transform.run(
          products, m, winograd.a * step, step, y, to, out.rowStride(), L, products, buffer);
      return;
    }
    winograd.output.run(
        products, m, winograd.a * step, step, products, free, winograd.m * L, L, products, buffer);
    int with = residualBase + at(added, sample, block, row, column);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        FloatVector value =
            FloatVector.fromArray(Lanes.SPECIES, products, free + (i * winograd.m + j) * L);
        if (residual != null) {
          value =
              value.add(
                  FloatVector.fromArray(
                      Lanes.SPECIES, residual, with + i * added.rowStride() + j * L));
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
