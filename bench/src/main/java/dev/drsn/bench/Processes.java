package dev.drsn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Java processes like this one: the same Java, options and class path, another main class. */
final class Processes {
  private Processes() {}

  /**
   * Runs a main class to its end.
   *
   * @param more options of the Java VM besides this one's
   * @param input what it gets on standard input
   * @param environment what to set where the user has not
   * @return its standard output
   * @throws DrsnException where it ends with another code than 0
   */
  static String java(
      Class<?> main, List<String> more, String input, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options());
    command.addAll(more);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    try {
      Path err = Files.createTempFile("drsn-bench", ".err");
      try {
        return run(command, input, environment, err);
      } finally {
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** This process's options of the Java VM, as a child may have them. */
  static List<String> options() {
    // The descriptor that standard error was kept in is not the child's.
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-Ddrsn.stderr="))
        .toList();
  }

  private static String run(
      List<String> command, String input, Map<String, String> environment, Path err)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    environment.forEach(builder.environment()::putIfAbsent);
    Process process = builder.start();
    Thread ending = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(ending);
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(UTF_8));
    }
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    int code;
    try {
      code = process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new DrsnException("bench was interrupted");
    }
    Runtime.getRuntime().removeShutdownHook(ending);
    if (code != 0) {
      throw new DrsnException(
          "a measuring process ended with code " + code + ": " + why(Files.readString(err)));
    }
    return out;
  }

  private static String why(String err) {
    return err.lines()
        .filter(line -> !line.isBlank() && !line.contains("incubator"))
        .findFirst()
        .orElse("it said nothing");
  }
}
