package dev.drsn.bench.time;

import dev.drsn.bench.contender.Contender;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Times contenders in turn: A B A B. Between turns it waits until the threads of the one before
 * have stopped spinning; then an untimed run brings the own threads and caches back, so that nobody
 * pays for the others.
 */
public final class Rounds {

  /** Rounds there are at least. */
  public static final int LEAST = 4;

  private static final long SETTLED_NANOS = 2_000_000;
  private static final long SETTLING_NANOS = 300_000_000;
  private static final com.sun.management.OperatingSystemMXBean SYSTEM =
      (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Effort effort;
  private final LongSupplier nanos;

  /** Rounds of this effort. */
  public Rounds(Effort effort) {
    this(effort, System::nanoTime);
  }

  /**
   * Rounds by another clock.
   *
   * @param nanos nanoseconds since any moment
   */
  Rounds(Effort effort, LongSupplier nanos) {
    this.effort = effort;
    this.nanos = nanos;
  }

  /** Each contender's times, in order. */
  public List<Samples> run(List<Contender> contenders) {
    List<Samples> all = new ArrayList<>();
    for (Contender contender : contenders) {
      settle();
      warm(contender, effort.warmRuns(), effort.warmSeconds());
      all.add(new Samples());
    }
    long began = nanos.getAsLong();
    for (int round = 0; round < LEAST || seconds(began) < effort.seconds(); round++) {
      for (int i = 0; i < contenders.size(); i++) {
        turn(contenders.get(i), all.get(i), effort.turnSeconds());
      }
    }
    return all;
  }

  /** The fastest of several forms of one contender; the others are closed. */
  public Contender fastest(List<Contender> forms) {
    int best = 0;
    double bestTime = Double.POSITIVE_INFINITY;
    for (int i = 0; i < forms.size(); i++) {
      Contender form = forms.get(i);
      settle();
      warm(form, 6, effort.warmSeconds() / forms.size());
      Samples samples = new Samples();
      for (int turn = 0; turn < 3; turn++) {
        turn(form, samples, effort.turnSeconds());
      }
      if (samples.median() < bestTime) {
        best = i;
        bestTime = samples.median();
      }
    }
    for (int i = 0; i < forms.size(); i++) {
      if (i != best) {
        forms.get(i).close();
      }
    }
    return forms.get(best);
  }

  private void turn(Contender contender, Samples samples, double seconds) {
    settle();
    contender.run();
    long began = nanos.getAsLong();
    do {
      long start = nanos.getAsLong();
      contender.run();
      samples.add((nanos.getAsLong() - start) / 1e6);
    } while (seconds(began) < seconds);
  }

  /**
   * Runs until the compiler has done its work: enough runs, and no more gain from block to block.
   */
  private void warm(Contender contender, int runs, double seconds) {
    Samples samples = new Samples();
    int block = Math.max(1, runs / 4);
    long began = nanos.getAsLong();
    double before = Double.POSITIVE_INFINITY;
    while (seconds(began) < seconds) {
      long start = nanos.getAsLong();
      contender.run();
      samples.add((nanos.getAsLong() - start) / 1e6);
      if (samples.count() % block == 0) {
        double now = samples.latest(block).median();
        if (samples.count() >= runs && now > 0.98 * before) {
          return;
        }
        before = now;
      }
    }
  }

  /** Waits until this process uses next to no processor, or for a third of a second. */
  private static void settle() {
    long began = System.nanoTime();
    while (System.nanoTime() - began < SETTLING_NANOS) {
      long used = SYSTEM.getProcessCpuTime();
      long start = System.nanoTime();
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (System.nanoTime() - start >= SETTLED_NANOS
          && SYSTEM.getProcessCpuTime() - used < (System.nanoTime() - start) / 10) {
        return;
      }
    }
  }

  private double seconds(long since) {
    return (nanos.getAsLong() - since) / 1e9;
  }
}
