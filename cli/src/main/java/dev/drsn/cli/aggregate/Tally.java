package dev.drsn.cli.aggregate;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** What this process has done with records, and how many windows it has closed. */
public final class Tally {

  private final Map<Verdict, AtomicLong> records = new EnumMap<>(Verdict.class);
  private final AtomicLong windows = new AtomicLong();
  private final Consumer<String> say;

  /**
   * Nothing yet.
   *
   * @param say gets a line for the first record that is no result
   */
  public Tally(Consumer<String> say) {
    this.say = say;
    for (Verdict verdict : Verdict.values()) {
      records.put(verdict, new AtomicLong());
    }
  }

  void add(Verdict verdict) {
    records.get(verdict).incrementAndGet();
  }

  void malformed(String where, String why) {
    if (records.get(Verdict.MALFORMED).getAndIncrement() == 0) {
      say.accept(where + ": " + why + "; it is left out, as all that follow will be");
    }
  }

  void closed() {
    windows.incrementAndGet();
  }

  /** How many records had this fate. */
  public long of(Verdict verdict) {
    return records.get(verdict).get();
  }

  /** How many windows are in the topic. */
  public long windows() {
    return windows.get();
  }

  /** All of it in one line; reasons that nothing had are left out. */
  public String line() {
    StringBuilder line = new StringBuilder();
    line.append(windows()).append(windows() == 1 ? " window" : " windows").append(" written; ");
    line.append(of(Verdict.COUNTED)).append(" results counted");
    for (Verdict verdict : Verdict.values()) {
      if (verdict != Verdict.COUNTED && of(verdict) > 0) {
        line.append(", ").append(of(verdict)).append(' ').append(verdict.label());
      }
    }
    return line.toString();
  }
}
