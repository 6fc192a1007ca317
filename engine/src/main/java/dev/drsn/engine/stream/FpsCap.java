package dev.drsn.engine.stream;

/**
 * Lets so many frames a second through, evenly. A frame may come a little early, else a camera of
 * 10 frames a second with some jitter would be cut to 5 by a cap of 10.
 */
final class FpsCap {

  private static final double EARLY = 0.25;

  private final double period;
  private double due = Double.NEGATIVE_INFINITY;

  /**
   * @param fps frames a second; 0 lets all through
   */
  FpsCap(double fps) {
    this.period = fps > 0 ? 1 / fps : 0;
  }

  /**
   * Whether the frame of this moment is wanted.
   *
   * @param seconds never smaller than before, but for a source that begins anew
   */
  boolean admits(double seconds) {
    boolean again = seconds < due - 2 * period;
    if (period > 0 && !again && seconds < due - EARLY * period) {
      return false;
    }
    // Counted from when it was due, so that the rate is kept; from now after a pause.
    boolean late = !(seconds - due < period);
    due = (late || again ? seconds : due) + period;
    return true;
  }
}
