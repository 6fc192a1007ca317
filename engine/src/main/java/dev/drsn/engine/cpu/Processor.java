package dev.drsn.engine.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What Linux tells of the processor; guesses elsewhere. */
public final class Processor {

  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");
  private static final Path CACHE = Path.of("/sys/devices/system/cpu/cpu0/cache/index3/size");

  /** What a desktop processor has, where nobody tells. */
  private static final long USUAL_CACHE = 16 << 20;

  private Processor() {}

  /** Its model; the architecture where that is unknown. */
  public static String name() {
    try (Stream<String> lines = Files.lines(DESCRIPTION)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  /** Bytes of the largest cache, which all cores share. */
  static long sharedCache() {
    try {
      return bytes(Files.readString(CACHE).strip());
    } catch (IOException | NumberFormatException e) {
      return USUAL_CACHE;
    }
  }

  /** As the kernel writes sizes: {@code 32768K}. */
  private static long bytes(String size) {
    int end = size.length() - 1;
    return switch (size.isEmpty() ? ' ' : size.charAt(end)) {
      case 'K' -> Long.parseLong(size.substring(0, end)) << 10;
      case 'M' -> Long.parseLong(size.substring(0, end)) << 20;
      default -> Long.parseLong(size);
    };
  }
}
