package dev.drsn.trainer.train;

import static dev.drsn.trainer.train.PlainProgress.format;

import dev.drsn.trainer.data.Crops;
import java.io.PrintStream;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Progress on a terminal: a bar that is drawn over and over in one line, and the lines of {@link
 * PlainProgress} above it.
 */
public final class BarProgress implements Progress {

  private static final long PAUSE = 100_000_000L;
  private static final int BAR = 12;
  private static final String CLEAR = "\r\u001B[K";
  // A line that is wider than the terminal is cut instead of wrapped: a wrapped one cannot be
  // cleared.
  private static final String NO_WRAP = "\u001B[?7l";
  private static final String WRAP = "\u001B[?7h";
  private static final String GREEN = "\u001B[32m";
  private static final String PLAIN = "\u001B[0m";

  private final PrintStream out;
  private final boolean colour;
  private final LongSupplier clock;
  private final boolean unicode;
  private long last;
  private boolean drawn;

  /**
   * Draws to a terminal.
   *
   * @param colour whether to colour the bar; NO_COLOR forbids it
   */
  public BarProgress(PrintStream out, boolean colour) {
    this(out, colour, System::nanoTime);
  }

  BarProgress(PrintStream out, boolean colour, LongSupplier clock) {
    this.out = out;
    this.colour = colour;
    this.clock = clock;
    unicode = out.charset().newEncoder().canEncode('━');
    last = clock.getAsLong() - PAUSE;
  }

  @Override
  public synchronized void reading(int done, int total) {
    bar(done, total, format("reading images %,d/%,d", done, total));
    if (done == total) {
      clear();
    }
  }

  @Override
  public void rejected(List<Crops.Rejected> rejected) {
    PlainProgress.rejectedLines(rejected).forEach(this::line);
  }

  @Override
  public void warning(String message) {
    line(message);
  }

  @Override
  public void started(Start start) {
    PlainProgress.startLines(start).forEach(this::line);
  }

  @Override
  public synchronized void step(Step s) {
    bar(
        s.step(),
        s.steps(),
        format(
            "epoch %d/%d loss %.3f accuracy %.1f %% %s %s left",
            s.epoch(),
            s.epochs(),
            s.loss(),
            100 * s.accuracy(),
            PlainProgress.pace(s.imagesPerSecond()),
            PlainProgress.time(s.secondsLeft())));
  }

  @Override
  public void epoch(EpochResult result, int epochs, boolean best) {
    line(PlainProgress.epochLine(result, epochs, best));
  }

  @Override
  public void finished(Outcome outcome) {
    line(outcome.summary());
  }

  private synchronized void line(String text) {
    clear();
    out.println(text);
    out.flush();
  }

  private void clear() {
    if (drawn) {
      out.print(CLEAR);
      out.flush();
      drawn = false;
    }
  }

  private void bar(int done, int total, String text) {
    long now = clock.getAsLong();
    if (now - last < PAUSE && done < total) {
      return;
    }
    last = now;
    int filled = (int) ((long) BAR * done / Math.max(1, total));
    String full = (unicode ? "━" : "=").repeat(filled);
    String rest = (unicode ? "╌" : "-").repeat(BAR - filled);
    String bar = (colour ? GREEN + full + PLAIN : full) + rest;
    out.print(CLEAR + NO_WRAP + bar + " " + text + WRAP);
    out.flush();
    drawn = true;
  }
}
