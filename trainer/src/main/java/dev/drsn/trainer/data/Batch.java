package dev.drsn.trainer.data;

/**
 * What the loader hands over: buffers of a whole batch that are used again and again. Beyond {@link
 * #count} samples they hold zeros.
 */
public final class Batch {
  private final float[] images;
  private final float[] targets;
  private final int[] indices;
  private final int[] labels;
  private int count;

  Batch(int n, int elements, int classes) {
    images = new float[Math.multiplyExact(n, elements)];
    targets = new float[Math.multiplyExact(n, classes)];
    indices = new int[n];
    labels = new int[n];
  }

  /** [N, C, H, W]. */
  public float[] images() {
    return images;
  }

  /** [N, K], smoothed and multiplied by class weights as the loader was told. */
  public float[] targets() {
    return targets;
  }

  /** [N]: each sample's class. */
  public int[] labels() {
    return labels;
  }

  /** [N]: each sample's index in the data set. */
  public int[] indices() {
    return indices;
  }

  /** How many samples there are, N but for an epoch's last batch. */
  public int count() {
    return count;
  }

  void setCount(int count) {
    this.count = count;
  }
}
