package dev.drsn.bench.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.bench.contender.Peer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * On what machine and with which versions cells were measured: what a file of results begins with.
 */
public record Provenance(Machine machine, Versions versions) {

  /**
   * A machine.
   *
   * @param cores processors that Java may use
   * @param memoryGb to one gigabyte
   */
  public record Machine(String cpu, int cores, long memoryGb, String os) {}

  /**
   * Versions.
   *
   * @param drsn the last commit that changed what runs; with {@code +} where there are changes on
   *     top of it
   */
  public record Versions(String java, String drsn, String onnxruntime, String libtorch) {}

  private static final List<String> SOURCES =
      List.of(
          "native", "engine", "trainer", "cli", "bench/src", "bench/pom.xml", "pom.xml", "drsn");

  /** This machine, this Java and the libraries on the class path. */
  public static Provenance ofThisRun() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Provenance(
        new Machine(
            processor(),
            Runtime.getRuntime().availableProcessors(),
            Math.round(system.getTotalMemorySize() / 1e9),
            System.getProperty("os.name")
                + " "
                + System.getProperty("os.version").replaceFirst("-.*", "")),
        new Versions(
            Runtime.version() + ", " + System.getProperty("java.vendor"),
            commit(Path.of(System.getProperty("drsn.home", "."))),
            Peer.ONNXRUNTIME.version(),
            Peer.LIBTORCH.version()));
  }

  /** The processor's name as Linux tells it; elsewhere the architecture. */
  private static String processor() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }

  private static String commit(Path home) {
    String last = git(home, "log", "-1", "--format=%h");
    return git(home, "status", "--porcelain").isEmpty() ? last : last + "+";
  }

  /** What git says about the sources, or nothing where there is no repository. */
  private static String git(Path home, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-C", home.toString()));
    command.addAll(List.of(arguments));
    command.add("--");
    command.addAll(SOURCES);
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (InputStream out = process.getInputStream()) {
        return new String(out.readAllBytes(), UTF_8).strip();
      }
    } catch (IOException e) {
      return "";
    }
  }

  /** One line for people. */
  public String text() {
    return String.format(
        "%s, %d cores, %d GB, %s; Java %s; drsn %s, onnxruntime %s, libtorch %s",
        machine.cpu,
        machine.cores,
        machine.memoryGb,
        machine.os,
        versions.java,
        versions.drsn,
        versions.onnxruntime,
        versions.libtorch);
  }
}
