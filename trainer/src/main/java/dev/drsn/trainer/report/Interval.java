package dev.drsn.trainer.report;

import java.util.List;

/**
 * A stretch of a lesson.
 *
 * @param from seconds since the lesson's first frame
 * @param to seconds since the same
 * @param frames that have results
 * @param group how many persons were in view at least half of the time, over all streams
 * @param state whether its figures may be shown
 * @param shares one a class, or none where they may not be shown; they add up to 1
 * @param index the engagement index, or null without weights or where it may not be shown
 */
public record Interval(
    double from, double to, long frames, int group, State state, List<Share> shares, Share index) {

  /** Whether there are figures. */
  public enum State {
    SHOWN("shown"),
    NO_DATA("no data"),
    TOO_FEW("group too small");

    private final String label;

    State(String label) {
      this.label = label;
    }

    /** As people read it. */
    public String label() {
      return label;
    }
  }

  public Interval {
    shares = List.copyOf(shares);
  }
}
