package dev.drsn.bench;

import dev.drsn.bench.soak.Soak;
import dev.drsn.bench.soak.SoakCell;
import dev.drsn.bench.soak.SoakRow;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** Soaks cameras in a process of its own. */
final class SoakProbe {

  // A heap that is resident as a whole from the beginning: what grows then is the rest. And as the
  // launcher has it for commands that run for long: what was freed is given back.
  private static final List<String> OPTIONS =
      List.of("-Xms384m", "-Xmx384m", "-XX:+AlwaysPreTouch", "-XX:TrimNativeHeapInterval=60000");

  private SoakProbe() {}

  /** One cell. */
  static SoakRow measure(SoakCell cell) {
    JsonMapper json = new JsonMapper();
    String out = Processes.java(SoakProbe.class, OPTIONS, json.writeValueAsString(cell), Map.of());
    SoakRow row = json.readValue(out.strip().lines().toList().getLast(), SoakRow.class);
    if (row.error() != null) {
      throw new DrsnException(row.error());
    }
    return row;
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process that is watched: a cell on standard input, a row on standard output. */
  public static void main(String[] args) throws IOException, InterruptedException {
    JsonMapper json = new JsonMapper();
    SoakCell cell = json.readValue(System.in, SoakCell.class);
    Path folder = Files.createTempDirectory("drsn-soak");
    SoakRow row;
    try {
      row = Soak.run(cell, folder);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      row = SoakRow.failed(cell, String.valueOf(e.getMessage()));
    } finally {
      delete(folder);
    }
    System.out.println();
    System.out.println(json.writeValueAsString(row));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
