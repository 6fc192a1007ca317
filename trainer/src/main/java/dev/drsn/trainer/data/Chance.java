package dev.drsn.trainer.data;

/**
 * Random numbers that depend on a seed and on nothing else: the SplitMix64 generator of Steele, Lea
 * and Flood ("Fast splittable pseudorandom number generators", OOPSLA 2014). The stream of a sample
 * in an epoch is found from (seed, epoch, sample) directly, so that it does not matter which thread
 * works on it, in which order, or where a run was resumed; and integer arithmetic is the same
 * everywhere.
 */
final class Chance {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  Chance(long seed, long stream) {
    restart(seed, stream, 0);
  }

  /** Starts over at the beginning of one of 2^64 streams for each seed. */
  void restart(long seed, long stream, long substream) {
    state = mix(mix(mix(seed + GAMMA) ^ (stream + GAMMA)) ^ (substream + GAMMA));
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** From 0 up to, but not, 1. */
  float uniform() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /** Between the bounds. */
  float uniform(float low, float high) {
    return low + (high - low) * uniform();
  }

  /** From 0 up to, but not, n. */
  int below(int n) {
    return (int) Math.multiplyHigh(nextLong() >>> 1, 2L * n);
  }

  /**
   * Zero mean, unit variance: the sum of four uniform numbers, which reaches 3.5 standard
   * deviations. Nothing here calls a logarithm, whose last bit may differ between processors.
   */
  float normal() {
    long bits = nextLong();
    long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
    return (sum - 131070) * (float) (1.7320508075688772 / 65536);
  }

  /** A permutation of 0 ... n-1 (Fisher and Yates). */
  int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
