package dev.drsn.engine.stream;

import java.util.Locale;

/** How a stream is. */
public enum StreamState {
  /** Is being opened, or no frame has come yet. */
  CONNECTING,
  /** Frames come. */
  LIVE,
  /** Is open, and no frame has come for a while. */
  STALLED,
  /** Has failed and will be opened again. */
  BACKOFF,
  /** Is over: the file is at its end, or the stream was taken away. */
  ENDED;

  /** As people read it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
