package dev.drsn.cli;

import java.io.PrintWriter;

/**
 * Some lines that are drawn over and over on a terminal, with remarks above them; printed one below
 * the other elsewhere.
 */
final class LiveLines {

  // Lines that are wider than the terminal are cut: wrapped ones could not be drawn over.
  private static final String NO_WRAP = "\u001B[?7l";
  private static final String WRAP = "\u001B[?7h";
  private static final String CLEAR_BELOW = "\u001B[J";

  private final PrintWriter err;
  private final boolean terminal;
  private String drawn = "";

  LiveLines(PrintWriter err) {
    this(err, Terminal.interactive());
  }

  LiveLines(PrintWriter err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** Shows these lines, on a terminal in place of the earlier ones. */
  void show(String lines) {
    clear();
    if (terminal) {
      err.print(NO_WRAP + lines + WRAP);
      drawn = lines;
    } else {
      err.print(lines);
    }
    err.flush();
  }

  /** Prints a line that stays. */
  void say(String line) {
    String below = drawn;
    clear();
    err.println(line);
    if (!below.isEmpty()) {
      show(below);
    }
    err.flush();
  }

  /** Takes the lines away. */
  void clear() {
    if (!drawn.isEmpty()) {
      err.print("\u001B[" + drawn.lines().count() + "A\r" + CLEAR_BELOW);
      err.flush();
      drawn = "";
    }
  }
}
