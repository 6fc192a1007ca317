package dev.drsn.engine.stream;

/**
 * A stream's state machine. It only notes what its reader reports, so that asking never waits for a
 * reader that hangs; that a stream has stalled is seen by whoever asks.
 *
 * <pre>
 *   CONNECTING, STALLED   to LIVE        with a frame
 *   LIVE                  to STALLED     without one for a while
 *   any of these          to BACKOFF     with a failure; to ENDED if it does not come back
 *   BACKOFF               to CONNECTING  after the wait
 *   any                   to ENDED       at the end
 * </pre>
 */
final class Lifecycle {

  private final Backoff backoff;
  private final boolean reconnects;
  private final long stalledAfter;
  private final long stableAfter;
  private StreamState state = StreamState.CONNECTING;
  private String reason = "";
  private boolean failed;
  private long firstFrame;
  private long lastFrame;
  private int attempts;
  private long reconnections;

  /**
   * A stream that is about to be opened.
   *
   * @param reconnects whether it is opened again after a failure, as cameras are and files are not
   * @param stalledAfter nanoseconds without a frame after which it has stalled
   * @param stableAfter nanoseconds of frames after which a failure counts as the first one again
   */
  Lifecycle(Backoff backoff, boolean reconnects, long stalledAfter, long stableAfter) {
    this.backoff = backoff;
    this.reconnects = reconnects;
    this.stalledAfter = stalledAfter;
    this.stableAfter = stableAfter;
  }

  /** A frame has come. */
  synchronized void frame(long now) {
    if (state != StreamState.LIVE) {
      state = StreamState.LIVE;
      reason = "";
      firstFrame = now;
    }
    lastFrame = now;
  }

  /**
   * Opening or reading has failed.
   *
   * @param why one line
   * @return nanoseconds to wait before opening it again, or -1 if it is over
   */
  synchronized long failed(long now, String why) {
    reason = why;
    if (!reconnects || state == StreamState.ENDED) {
      failed = true;
      state = StreamState.ENDED;
      return -1;
    }
    if (state == StreamState.LIVE && now - firstFrame >= stableAfter) {
      attempts = 0;
    }
    attempts++;
    state = StreamState.BACKOFF;
    return backoff.delay(attempts);
  }

  /** The wait is over, it is being opened again. */
  synchronized void reconnecting() {
    if (state == StreamState.BACKOFF) {
      reconnections++;
      state = StreamState.CONNECTING;
    }
  }

  /** It is over, and nothing is wrong with that. */
  synchronized void ended() {
    state = StreamState.ENDED;
  }

  /** How the stream is now. */
  synchronized StreamState state(long now) {
    boolean silent = state == StreamState.LIVE && now - lastFrame > stalledAfter;
    return silent ? StreamState.STALLED : state;
  }

  /** What went wrong last, or an empty text where it has been put right. */
  synchronized String reason() {
    return reason;
  }

  /** Whether the stream ended with a failure. */
  synchronized boolean endedByFailure() {
    return failed && state == StreamState.ENDED;
  }

  /** How often the stream was opened again. */
  synchronized long reconnections() {
    return reconnections;
  }
}
