package dev.drsn.cli;

import java.io.PrintWriter;

/** Counts pieces of work on one line of the terminal; says nothing elsewhere. */
final class Counter {

  private static final long OFTEN = 100_000_000L;

  private final PrintWriter err;
  private final String what;
  private final int total;
  private final boolean shown = Terminal.interactive();
  private int count;
  private long last;

  /**
   * @param total how many pieces there are, 0 if that is not known
   */
  Counter(PrintWriter err, String what, int total) {
    this.err = err;
    this.what = what;
    this.total = total;
  }

  /** One more piece is done; from any thread. */
  synchronized void one() {
    at(count + 1);
  }

  /** So many pieces are done. */
  synchronized void at(int done) {
    count = done;
    long now = System.nanoTime();
    if (shown && now - last > OFTEN) {
      last = now;
      err.print("\r" + what + " " + count + (total > 0 ? "/" + total : "") + " ");
      err.flush();
    }
  }

  /** Wipes the line. */
  synchronized void done() {
    if (shown && last != 0) {
      err.print("\r" + " ".repeat(what.length() + 24) + "\r");
      err.flush();
    }
  }
}
