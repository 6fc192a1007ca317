package dev.drsn.engine.cuda;

/**
 * One NVIDIA card.
 *
 * @param index its number among the visible ones
 * @param capability compute capability times ten: 75 is Turing, 90 is Hopper
 * @param memory bytes
 */
public record Gpu(int index, String name, int capability, long memory) {

  /** As {@code NVIDIA H200, sm_90, 141 GB}. */
  @Override
  public String toString() {
    return name + ", sm_" + capability + ", " + Math.round(memory / 1e9) + " GB";
  }
}
