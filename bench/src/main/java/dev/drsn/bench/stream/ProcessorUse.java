package dev.drsn.bench.stream;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which of this process's threads used the processors, by what they are there for. From Linux's
 * counters of each thread; elsewhere nothing is known.
 */
final class ProcessorUse {

  private static final Path TASKS = Path.of("/proc/self/task");
  private static final double TICK_SECONDS = 0.01;
  private static final int USER = 11;

  private record Use(String role, double seconds) {}

  private final long began = System.nanoTime();
  private final Map<String, Use> before = threads();

  /** Processors used since, on average, by role; roles that used next to nothing are left out. */
  Map<String, Double> processors() {
    double seconds = (System.nanoTime() - began) / 1e9;
    Map<String, Double> sums = new LinkedHashMap<>();
    for (String role : new String[] {"searching", "network", "reading", "results", "java"}) {
      sums.put(role, 0.0);
    }
    threads()
        .forEach(
            (id, use) -> {
              Use old = before.get(id);
              double used = use.seconds - (old == null ? 0 : old.seconds);
              sums.merge(use.role, used / seconds, Double::sum);
            });
    sums.values().removeIf(used -> used < 0.005);
    return sums;
  }

  private static Map<String, Use> threads() {
    Map<String, Use> threads = new HashMap<>();
    if (!Files.isDirectory(TASKS)) {
      return threads;
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        try {
          threads.put(task.getFileName().toString(), use(Files.readString(task.resolve("stat"))));
        } catch (IOException e) {
          // It has ended meanwhile.
        }
      }
    } catch (IOException e) {
      return Map.of();
    }
    return threads;
  }

  /** A line {@code id (name) state ... user system ...}; the name may hold blanks. */
  private static Use use(String line) {
    String name = line.substring(line.indexOf('(') + 1, line.lastIndexOf(')'));
    String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
    double ticks = Double.parseDouble(fields[USER]) + Double.parseDouble(fields[USER + 1]);
    return new Use(role(name), ticks * TICK_SECONDS);
  }

  /** What a thread is for. The virtual threads, which search and prepare, run on a pool's. */
  static String role(String name) {
    if (name.startsWith("ForkJoinPool")) {
      return "searching";
    }
    if (name.startsWith("drsn-device") || name.startsWith("drsn-cpu")) {
      return "network";
    }
    if (name.startsWith("drsn-read")) {
      return "reading";
    }
    return name.startsWith("drsn-sink") ? "results" : "java";
  }
}
