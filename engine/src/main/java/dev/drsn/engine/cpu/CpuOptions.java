package dev.drsn.engine.cpu;

import java.nio.file.Path;

/**
 * What may be decided about the CPU backend.
 *
 * @param threads how many work at once, the caller's among them; 0 for all processors
 * @param algorithm for windows of 3 x 3 and stride 1; {@link Algorithm#DIRECT} is what the command
 *     line calls exact
 * @param tuning whether inference chooses algorithms by their times
 * @param cache the folder where times are remembered; made where it is missing
 */
public record CpuOptions(int threads, Algorithm algorithm, Tuning tuning, Path cache) {

  /** That many threads, everything else as it comes. */
  public static CpuOptions of(int threads) {
    return new CpuOptions(threads, Algorithm.FASTEST, Tuning.OFF, userCache());
  }

  /** The same with another algorithm. */
  public CpuOptions withAlgorithm(Algorithm algorithm) {
    return new CpuOptions(threads, algorithm, tuning, cache);
  }

  /** The same with another tuning. */
  public CpuOptions withTuning(Tuning tuning) {
    return new CpuOptions(threads, algorithm, tuning, cache);
  }

  /** The same with another folder for times. */
  public CpuOptions withCache(Path cache) {
    return new CpuOptions(threads, algorithm, tuning, cache);
  }

  /** {@code $XDG_CACHE_HOME/drsn}, or {@code .cache/drsn} in the user's folder. */
  private static Path userCache() {
    String base = System.getenv("XDG_CACHE_HOME");
    // The standard has relative paths ignored.
    return base != null && base.startsWith("/")
        ? Path.of(base, "drsn")
        : Path.of(System.getProperty("user.home"), ".cache", "drsn");
  }
}
