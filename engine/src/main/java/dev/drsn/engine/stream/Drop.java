package dev.drsn.engine.stream;

import java.util.Locale;

/** Why a frame that was captured has no result. */
public enum Drop {
  /** A newer one came before it was its turn. */
  SUPERSEDED,
  /** More a second came than are wanted. */
  FPS_CAP,
  /** It was damaged. */
  CORRUPT,
  /** Looking at it failed. */
  FAILED,
  /** The stream was taken away or the program ended. */
  SHUTDOWN;

  /** As in metrics and tables. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
