package dev.drsn.cli.aggregate;

import java.util.Locale;

/** What becomes of a record. */
public enum Verdict {
  /** It is in the shares. */
  COUNTED,
  /** It has come before, or another process had the camera at that moment. */
  REPEATED,
  /** Its window is closed. */
  LATE,
  /** It was captured later than now. */
  AHEAD,
  /** Its classes are not those of the window's first result. */
  OTHER_CLASSES,
  /** It is no result. */
  MALFORMED;

  /** As people read it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
