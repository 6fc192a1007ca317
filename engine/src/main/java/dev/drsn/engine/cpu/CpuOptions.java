package dev.drsn.engine.cpu;

/**
 * What may be decided about the CPU backend.
 *
 * @param threads how many work at once, the caller's among them; 0 for all processors
 * @param algorithm for windows of 3 x 3 and stride 1; {@link Algorithm#DIRECT} is what the command
 *     line calls exact
 */
public record CpuOptions(int threads, Algorithm algorithm) {

  /** That many threads, everything else as it comes. */
  public static CpuOptions of(int threads) {
    return new CpuOptions(threads, Algorithm.FASTEST);
  }

  /** The same with another algorithm. */
  public CpuOptions withAlgorithm(Algorithm algorithm) {
    return new CpuOptions(threads, algorithm);
  }
}
