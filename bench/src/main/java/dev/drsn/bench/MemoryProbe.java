package dev.drsn.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.bench.contender.Case;
import dev.drsn.bench.result.Cell;
import dev.drsn.bench.time.Samples;
import dev.drsn.engine.Backends;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.weights.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The most memory that a process has resident while it does nothing but infer: it reads a model
 * file, compiles it and runs it, with the options that the launcher gives to {@code drsn run}.
 */
final class MemoryProbe {
  private static final int RUNS = 100;
  private static final List<String> OF_DRSN_RUN =
      List.of("-XX:+UseSerialGC", "-Xms32m", "-XX:-UseTransparentHugePages");

  private MemoryProbe() {}

  static Measurement.Result measure(Cell cell, int launches) {
    boolean chosen = Processes.options().stream().anyMatch(option -> option.contains("GC"));
    List<String> options = chosen ? List.of() : OF_DRSN_RUN;
    double[] megabytes = new double[launches];
    try {
      Path file = Files.createTempFile("drsn-bench", ".safetensors");
      try {
        Case.of(cell.spec(), 1, 1).model().write(file, DType.F32);
        String job = file + "\n" + cell.batch() + "\n" + cell.threads() + "\n";
        for (int i = 0; i < launches; i++) {
          String out = Processes.java(MemoryProbe.class, options, job, Map.of());
          megabytes[i] = Double.parseDouble(out.strip().lines().toList().getLast());
        }
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    double median = new Samples(megabytes).median();
    ObjectNode json = new JsonMapper().valueToTree(cell);
    json.put("drsn_mb", Math.round(median));
    ArrayNode each = json.putArray("drsn_launches_mb");
    for (double one : megabytes) {
      each.add(Math.round(one));
    }
    String text =
        String.format(
            Locale.ROOT,
            "memory    %s width %d size %d batch %d threads %d: drsn %.0f MB resident at most",
            cell.network(),
            cell.width(),
            cell.size(),
            cell.batch(),
            cell.threads(),
            median);
    return new Measurement.Result(json, text);
  }

  /** The process that is measured: model file, batch and threads on standard input. */
  public static void main(String[] args) throws IOException {
    String[] job = new String(System.in.readAllBytes(), UTF_8).split("\n", 3);
    Model model = Model.read(Path.of(job[0]));
    int batch = Integer.parseInt(job[1]);
    try (Backend backend = Backends.open("cpu", Integer.parseInt(job[2].strip())).backend();
        InferencePlan plan =
            InferencePlan.compile(model.network(), model.weights(), backend, batch)) {
      float[] images = new float[batch * plan.input().elements()];
      float[] logits = new float[batch * plan.outputs()];
      for (int i = 0; i < RUNS; i++) {
        plan.run(images, batch, logits);
      }
    }
    System.out.println(mostResident());
  }

  /** Megabytes, as Linux counts them. */
  private static double mostResident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      throw new DrsnException("--memory needs Linux: there is no " + status);
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }
}
