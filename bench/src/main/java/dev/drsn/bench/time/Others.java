package dev.drsn.bench.time;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many processors the rest of the machine used while this process measured: other processes
 * and, on a virtual machine, its neighbours. From Linux's counters; elsewhere nothing is known.
 */
public final class Others {
  private static final Path COUNTERS = Path.of("/proc/stat");
  private static final double TICK_SECONDS = 0.01;
  private static final int IDLE = 4;
  private static final int WAITING = 5;
  private static final int STOLEN = 8;

  private final long began = System.nanoTime();
  private final double all = busySeconds();
  private final double own = ownSeconds();

  /** Begins to count. */
  public Others() {}

  /** Processors that others have used since, on average; NaN where nobody counts. */
  public double processors() {
    double seconds = (System.nanoTime() - began) / 1e9;
    return Math.max(0, busySeconds() - all - (ownSeconds() - own)) / seconds;
  }

  private static double ownSeconds() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }

  private static double busySeconds() {
    if (!Files.isReadable(COUNTERS)) {
      return Double.NaN;
    }
    try {
      return busySeconds(Files.readAllLines(COUNTERS).getFirst());
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  /** All that is neither idle nor waiting in a line {@code cpu user nice system idle ...}. */
  static double busySeconds(String line) {
    String[] fields = line.strip().split("\\s+");
    double ticks = 0;
    for (int i = 1; i <= Math.min(STOLEN, fields.length - 1); i++) {
      if (i != IDLE && i != WAITING) {
        ticks += Double.parseDouble(fields[i]);
      }
    }
    return ticks * TICK_SECONDS;
  }
}
