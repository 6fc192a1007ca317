package dev.drsn.engine.cpu;

/**
 * {@code y = relu(x + residual)} from one layout to another, element by element: for interleaved
 * values, which have at most four channels, and for residuals' gradients, which plans hardly ask a
 * convolution for. Never hot.
 */
final class Relayout implements Workers.Task {

  private final Blocked from;
  private final Blocked to;
  private final Blocked added;
  private final boolean relu;
  private final Workers workers;
  private float[] x;
  private int xBase;
  private float[] y;
  private int yBase;
  private float[] residual;
  private int residualBase;

  /**
   * @param added the residual's layout, or null
   */
  Relayout(Blocked from, Blocked to, Blocked added, boolean relu, Workers workers) {
    this.from = from;
    this.to = to;
    this.added = added;
    this.relu = relu;
    this.workers = workers;
  }

  /**
   * Converts the first n samples.
   *
   * @param residual what to add, or null
   */
  void run(float[] x, int xBase, float[] y, int yBase, float[] residual, int residualBase, int n) {
    this.x = x;
    this.xBase = xBase;
    this.y = y;
    this.yBase = yBase;
    this.residual = residual;
    this.residualBase = residualBase;
    workers.run(this, n);
    this.x = null;
    this.y = null;
    this.residual = null;
  }

  /** An item is a sample. */
  @Override
  public void run(int n, int thread) {
    int xSample = xBase + n * from.sampleStride();
    int ySample = yBase + n * to.sampleStride();
    int rSample = residual == null ? 0 : residualBase + n * added.sampleStride();
    for (int c = 0; c < to.shape().c(); c++) {
      for (int h = 0; h < to.shape().h(); h++) {
        int source = xSample + row(from, c, h);
        int target = ySample + row(to, c, h);
        int addend = residual == null ? 0 : rSample + row(added, c, h);
        for (int w = 0; w < to.shape().w(); w++) {
          float value = x[source + w * from.lanes()];
          if (residual != null) {
            value += residual[addend + w * added.lanes()];
          }
          y[target + w * to.lanes()] = relu ? Math.max(value, 0) : value;
        }
      }
    }
  }

  /** From a sample's first scalar to element [c, h, 0]. */
  static int row(Blocked layout, int c, int h) {
    return layout.origin()
        + c / layout.lanes() * layout.blockStride()
        + c % layout.lanes()
        + h * layout.rowStride();
  }
}
