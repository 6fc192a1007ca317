package dev.drsn.engine.op;

/** Which statistics a batch normalisation divides by. */
public enum Norm {
  /** No normalisation at all. Only a gate may go without. */
  NONE,
  /** The running mean and variance: inference, and frozen layers in training. */
  RUNNING,
  /** The batch's own mean and (biased) variance, which also move the running ones: training. */
  BATCH;

  /** Added to variances before the square root, as torchvision's networks have it. */
  public static final double EPSILON = 1e-5;

  /**
   * The share that a batch has in the running statistics: {@code running = (1 - momentum) running +
   * momentum batch}, where the batch's variance is the unbiased one.
   */
  public static final double MOMENTUM = 0.1;
}
