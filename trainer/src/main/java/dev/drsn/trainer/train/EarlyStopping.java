package dev.drsn.trainer.train;

/**
 * Remembers the best epoch and counts those since.
 *
 * @param best the largest metric so far; below every metric before the first epoch
 * @param bestEpoch its epoch, counted from 1; 0 before the first
 * @param waited epochs since then
 */
public record EarlyStopping(double best, int bestEpoch, int waited) {

  /** Before the first epoch. */
  public static final EarlyStopping START = new EarlyStopping(-1, 0, 0);

  /** After one more epoch; an equal metric is no improvement. */
  public EarlyStopping after(int epoch, double metric) {
    return metric > best
        ? new EarlyStopping(metric, epoch, 0)
        : new EarlyStopping(best, bestEpoch, waited + 1);
  }

  /** Whether the latest epoch was the best. */
  public boolean improved() {
    return bestEpoch > 0 && waited == 0;
  }

  /**
   * Whether to stop.
   *
   * @param patience epochs without improvement that are borne; 0 never stops
   */
  public boolean exhausted(int patience) {
    return patience > 0 && waited >= patience;
  }
}
