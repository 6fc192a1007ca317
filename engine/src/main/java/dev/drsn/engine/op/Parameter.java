package dev.drsn.engine.op;

import dev.drsn.engine.tensor.Shape;

/**
 * One array that an operation learns or keeps.
 *
 * @param name its name below the operation's own, as torchvision has it: {@code weight}, {@code
 *     running_mean}, {@code fc1.weight}
 * @param shape {@code [K, C, R, S]} for convolution weights, {@code [K, D]} for linear weights,
 *     {@code [C]} for what belongs to channels
 * @param role what the array is to training
 */
public record Parameter(String name, Shape shape, Role role) {

  /** What an array is to initialisation, to the optimiser and to weight decay. */
  public enum Role {
    /** Convolution weights: He-normal over fan-out, decays. */
    CONVOLUTION_WEIGHT,
    /** Linear weights: uniform within 1 / sqrt(fan-in), decays. */
    LINEAR_WEIGHT,
    /** Biases of convolutions and linear layers: start at 0, no decay. */
    BIAS,
    /** The bias that decides how large a shrinkage gate's thresholds begin. */
    THRESHOLD_BIAS,
    /** Scale of a normalisation: starts at 1, no decay. */
    SCALE,
    /** Shift of a normalisation: starts at 0, no decay. */
    SHIFT,
    /** Class centres: standard normal, no decay. */
    CENTRE,
    /** Running mean: starts at 0, no gradient. */
    RUNNING_MEAN,
    /** Running variance: starts at 1, no gradient. */
    RUNNING_VARIANCE;

    /** Whether gradients reach the array; running statistics are updated by forward instead. */
    public boolean trainable() {
      return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
    }

    /** Whether weight decay applies. */
    public boolean decays() {
      return this == CONVOLUTION_WEIGHT || this == LINEAR_WEIGHT;
    }
  }
}
