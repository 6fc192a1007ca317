package dev.drsn.engine.cpu;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * What was found out about algorithms on this machine, remembered in a file: a line a problem, in
 * it each algorithm's time over that of the one chosen by estimate, separated by tabs. The file's
 * name has the processor, the vectors and the threads, its first line Java's version and a checksum
 * of the kernels; what others found out does not count. What cannot be read or written is not
 * remembered, that is all.
 */
final class Ratios {

  private static final long MOST_BYTES = 1 << 20;

  private final Path folder;
  private final int threads;
  private Map<String, Map<String, Double>> known;

  /**
   * Reads nothing yet.
   *
   * @param folder where the file is; made when something is to be remembered
   */
  Ratios(Path folder, int threads) {
    this.folder = folder;
    this.threads = threads;
  }

  /** By algorithm; empty where nothing is known. */
  synchronized Map<String, Double> of(String problem) {
    if (known == null) {
      known = read();
    }
    return known.getOrDefault(problem, Map.of());
  }

  /** Remembers those of one problem, and with them what other processes found out meanwhile. */
  synchronized void put(String problem, Map<String, Double> ratios) {
    Map<String, Map<String, Double>> all = read();
    if (known != null) {
      known.forEach(all::putIfAbsent);
    }
    all.put(problem, ratios);
    known = all;
    StringBuilder text = new StringBuilder(header()).append('\n');
    all.forEach(
        (each, its) -> {
          text.append(each);
          its.forEach((name, ratio) -> text.append('\t').append(name).append('\t').append(ratio));
          text.append('\n');
        });
    try {
      // Java calls the home of a user who has none "?".
      if (!folder.isAbsolute()) {
        return;
      }
      Files.createDirectories(folder);
      AtomicFile.write(file(), text.toString());
    } catch (IOException | DrsnException _) {
      // The next process measures again.
    }
  }

  Path file() {
    String name =
        "tuning-" + Processor.name() + "-" + Lanes.SPECIES.vectorBitSize() + "-" + threads;
    return folder.resolve(name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".tsv");
  }

  private Map<String, Map<String, Double>> read() {
    Map<String, Map<String, Double>> all = new TreeMap<>();
    try {
      Path file = file();
      if (!Files.isRegularFile(file) || Files.size(file) > MOST_BYTES) {
        return all;
      }
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.getFirst().equals(header())) {
        return all;
      }
      for (String line : lines.subList(1, lines.size())) {
        String[] parts = line.split("\t", -1);
        Map<String, Double> its = new TreeMap<>();
        for (int i = 1; i + 1 < parts.length; i += 2) {
          double ratio = Double.parseDouble(parts[i + 1]);
          if (ratio > 0 && ratio < Double.POSITIVE_INFINITY) {
            its.put(parts[i], ratio);
          }
        }
        if (!its.isEmpty()) {
          all.put(parts[0], its);
        }
      }
    } catch (IOException | NumberFormatException _) {
      all.clear();
    }
    return all;
  }

  private static String header() {
    return "drsn, times over that of the estimate\tjava "
        + Runtime.version()
        + "\tkernels "
        + kernels();
  }

  /** A checksum of the code that was timed: nobody must remember to count a revision up. */
  private static String kernels() {
    List<Class<?>> classes = new ArrayList<>();
    for (Class<?> algorithm : Correlation.class.getPermittedSubclasses()) {
      classes.add(algorithm);
      classes.addAll(List.of(algorithm.getDeclaredClasses()));
    }
    classes.addAll(
        List.of(
            MicroKernel.class,
            HiddenCode.class,
            Winograd.class,
            Transform.class,
            TileTransform.class,
            TileOutput.class,
            Workers.class));
    classes.sort(Comparator.comparing(Class::getName));
    CRC32 sum = new CRC32();
    for (Class<?> each : classes) {
      String name = each.getName();
      try (InputStream code =
          each.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
        if (code != null) {
          sum.update(code.readAllBytes());
        }
      } catch (IOException _) {
        // Without its code the name stands for it.
        sum.update(name.hashCode());
      }
    }
    return Long.toHexString(sum.getValue());
  }
}
