package dev.drsn.engine.cpu;

import java.util.Arrays;

/**
 * Transforms the squares that tiles read from blocked images: tile (i, j) of a sample reads extent
 * x extent pixels from (row + i m, column + j m) on; what lies beyond the halo is zero.
 */
final class TileTransform {

  private static final int L = Lanes.COUNT;

  private final Blocked layout;
  private final Winograd winograd;
  private final Transform transform;
  private final int extent;
  private final int row;
  private final int column;
  private final int tileColumns;
  private final int sampleTiles;

  /**
   * @param rows of outputs that tiles cover, likewise columns
   * @param row the first that the first tile reads, from the image's; not above the halo
   */
  TileTransform(
      Blocked layout,
      Winograd winograd,
      Transform transform,
      int extent,
      int rows,
      int columns,
      int row,
      int column) {
    this.layout = layout;
    this.winograd = winograd;
    this.transform = transform;
    this.extent = extent;
    this.row = row;
    this.column = column;
    tileColumns = (columns + winograd.m - 1) / winograd.m;
    sampleTiles = winograd.tiles(rows, columns);
  }

  /**
   * Transforms one tile of one block.
   *
   * @param to gets a a vectors, {@code step} scalars apart, from target on
   * @param free 2 a a vectors in {@code to} that nobody else uses meanwhile
   */
  void run(float[] x, int xBase, int tile, int block, float[] to, int target, int step, int free) {
    int pixel = tile % sampleTiles;
    int top = row + pixel / tileColumns * winograd.m;
    int left = column + pixel % tileColumns * winograd.m;
    int at =
        xBase
            + tile / sampleTiles * layout.sampleStride()
            + layout.origin()
            + block * layout.blockStride()
            + top * layout.rowStride()
            + left * L;
    int rows = Math.min(extent, layout.shape().h() + layout.halo() - top);
    int columns = Math.min(extent, layout.shape().w() + layout.halo() - left);
    int buffer = free + winograd.a * winograd.a * L;
    if (rows == extent && columns == extent) {
      transform.run(x, at, layout.rowStride(), L, to, target, winograd.a * step, step, to, buffer);
      return;
    }
    Arrays.fill(to, free, free + extent * extent * L, 0);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(x, at + i * layout.rowStride(), to, free + i * extent * L, columns * L);
    }
    transform.run(to, free, extent * L, L, to, target, winograd.a * step, step, to, buffer);
  }
}
