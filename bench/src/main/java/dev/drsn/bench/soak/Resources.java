package dev.drsn.bench.soak;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process holds, from Linux's {@code /proc}. */
final class Resources {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path FILES = Path.of("/proc/self/fd");
  private static final double MEGA = 1 << 20;
  private static final long LOOK_MILLIS = 25;

  private Resources() {}

  /** Megabytes of memory that are resident. */
  static double residentMb() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw unknown(e);
    }
  }

  /** Megabytes of objects that are in use, after a collection. */
  static double heapMb() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGA;
  }

  /** File descriptors that are open; the one that counts them is not among them. */
  static int files() {
    try (Stream<Path> all = Files.list(FILES)) {
      return (int) all.count() - 1;
    } catch (IOException e) {
      throw unknown(e);
    }
  }

  /**
   * The fewest file descriptors within some time; what was closed a moment ago may take a while.
   *
   * @param enough no need to look on where there are no more than these
   */
  static int fewestFiles(long millis, int enough) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    int fewest = files();
    while (fewest > enough && System.nanoTime() - end < 0) {
      Thread.sleep(LOOK_MILLIS);
      fewest = Math.min(fewest, files());
    }
    return fewest;
  }

  private static DrsnException unknown(IOException e) {
    return new DrsnException("--soak needs Linux: cannot read " + e.getMessage(), e);
  }
}
