package dev.drsn.cli;

import dev.drsn.trainer.train.BarProgress;
import dev.drsn.trainer.train.PlainProgress;
import dev.drsn.trainer.train.Progress;
import java.util.Locale;

/** What the terminal can do, and times as people read them. */
final class Terminal {

  private Terminal() {}

  /**
   * Whether standard error is a terminal that may be drawn over. The launcher looks, because the VM
   * only knows of standard input and output.
   */
  static boolean interactive() {
    return Boolean.getBoolean("drsn.terminal") && !"dumb".equals(System.getenv("TERM"));
  }

  /** How a training tells of its progress: a bar on a terminal, lines elsewhere. */
  static Progress progress() {
    return interactive()
        ? new BarProgress(System.err, System.getenv("NO_COLOR") == null)
        : new PlainProgress(System.err);
  }

  /** As {@code 42 s}, {@code 3 min 05 s} or {@code 2 h 10 min}. */
  static String duration(double seconds) {
    long s = Math.round(seconds);
    if (s < 60) {
      return s + " s";
    }
    return s < 3600
        ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
        : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s / 60 % 60);
  }
}
