package dev.drsn.bench.time;

/**
 * How long to measure.
 *
 * @param warmRuns runs of a contender before the first that counts
 * @param warmSeconds most time of a contender's warming up
 * @param turnSeconds time of a turn; at least one run is timed
 * @param seconds time of all turns together; there are at least {@link Rounds#LEAST} rounds
 */
public record Effort(int warmRuns, double warmSeconds, double turnSeconds, double seconds) {

  /** A cell in less than a minute. */
  public static final Effort QUICK = new Effort(40, 6, 0.15, 9);

  /** A launch in about a minute. */
  public static final Effort FULL = new Effort(60, 12, 0.3, 15);
}
