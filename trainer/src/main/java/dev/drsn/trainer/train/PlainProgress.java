package dev.drsn.trainer.train;

import dev.drsn.trainer.data.Crops;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Progress as lines of text: a line an epoch, and one more wherever half a minute would pass in
 * silence. For log files, pipes and terminals that cannot move the cursor.
 */
public final class PlainProgress implements Progress {

  private static final long SILENCE = 30_000_000_000L;
  private static final int SHOWN = 5;

  private final PrintStream out;
  private final LongSupplier clock;
  private long last;

  /** Writes to a stream. */
  public PlainProgress(PrintStream out) {
    this(out, System::nanoTime);
  }

  /**
   * Writes to a stream.
   *
   * @param clock nanoseconds from anywhere
   */
  PlainProgress(PrintStream out, LongSupplier clock) {
    this.out = out;
    this.clock = clock;
    last = clock.getAsLong();
  }

  private synchronized void print(String line) {
    out.println(line);
    out.flush();
    last = clock.getAsLong();
  }

  private synchronized boolean silent() {
    return clock.getAsLong() - last >= SILENCE;
  }

  @Override
  public void reading(int done, int total) {
    if (silent()) {
      print(format("reading images %,d/%,d", done, total));
    }
  }

  @Override
  public void rejected(List<Crops.Rejected> rejected) {
    rejectedLines(rejected).forEach(this::print);
  }

  static List<String> rejectedLines(List<Crops.Rejected> rejected) {
    List<String> lines = new ArrayList<>();
    lines.add(
        format(
            "%,d %s left out because %s cannot be read:",
            rejected.size(),
            rejected.size() == 1 ? "image is" : "images are",
            rejected.size() == 1 ? "it" : "they"));
    rejected.stream().limit(SHOWN).forEach(r -> lines.add("  " + r.reason()));
    if (rejected.size() > SHOWN) {
      lines.add(format("  and %,d more", rejected.size() - SHOWN));
    }
    return lines;
  }

  @Override
  public void warning(String message) {
    print(message);
  }

  @Override
  public void started(Start start) {
    startLines(start).forEach(this::print);
  }

  static List<String> startLines(Start start) {
    return List.of(
        format("%s, %,d parameters, on %s", start.network(), start.parameters(), start.backend()),
        format(
            "%,d images to train on, %,d valid, %d classes; %s %s",
            start.train(),
            start.valid(),
            start.labels().size(),
            start.firstEpoch() > 1
                ? "going on at epoch " + start.firstEpoch() + " in"
                : "everything goes to",
            start.folder()));
  }

  @Override
  public void step(Step step) {
    if (silent()) {
      print(
          format(
              "epoch %d/%d step %d/%d, loss %.4f, accuracy %.1f %%, %s, %s left",
              step.epoch(),
              step.epochs(),
              step.step(),
              step.steps(),
              step.loss(),
              100 * step.accuracy(),
              pace(step.imagesPerSecond()),
              time(step.secondsLeft())));
    }
  }

  @Override
  public void epoch(EpochResult result, int epochs, boolean best) {
    print(epochLine(result, epochs, best));
  }

  static String epochLine(EpochResult result, int epochs, boolean best) {
    return format(
        "epoch %d/%d: train loss %.4f, accuracy %.1f %%; valid loss %.4f, accuracy %.2f %%,"
            + " macro F1 %.2f %%; %s, %s%s",
        result.epoch(),
        epochs,
        result.trainLoss(),
        100 * result.trainAccuracy(),
        result.validLoss(),
        100 * result.validAccuracy(),
        100 * result.validMacroF1(),
        pace(result.imagesPerSecond()),
        time(result.seconds()),
        best ? " *" : "");
  }

  @Override
  public void finished(Outcome outcome) {
    print(outcome.summary());
  }

  static String pace(double imagesPerSecond) {
    return format(imagesPerSecond < 10 ? "%.1f images/s" : "%,.0f images/s", imagesPerSecond);
  }

  /** A duration as 0:07, 12:34 or 1:02:03. */
  static String time(double seconds) {
    long s = Math.round(Math.min(seconds, 359_999));
    return s < 3600
        ? format("%d:%02d", s / 60, s % 60)
        : format("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
  }

  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
