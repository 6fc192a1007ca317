package dev.drsn.engine.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Initialisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ranges as a profiler sees them: a library of NVTX's name and functions, compiled here, writes
 * down what it is told. The library is looked up once a process, so plans run in processes of their
 * own.
 */
class NvtxTest {
  private static final String RECORDER =
      """
      #include <stdio.h>
      #include <stdlib.h>
      static FILE* log_file() {
        static FILE* file = fopen(getenv("NVTX_LOG"), "w");
        return file;
      }
      extern "C" int nvtxRangePushA(const char* name) {
        fprintf(log_file(), "push %s\\n", name);
        fflush(log_file());
        return 0;
      }
      extern "C" int nvtxRangePop() {
        fprintf(log_file(), "pop\\n");
        fflush(log_file());
        return 0;
      }
      """;

  @TempDir private Path folder;

  @Test
  void aBatchEnclosesItsLayersInTheirOrder() throws Exception {
    List<String> lines = run("inference", recorder());
    assertThat(lines).startsWith("push batch inference", "push upload", "pop");
    assertThat(lines).endsWith("push download", "pop", "pop");
    List<String> pushed = lines.stream().filter(line -> line.startsWith("push")).toList();
    List<String> expected = new ArrayList<>(List.of("push batch inference", "push upload"));
    try (Backend backend = new CpuBackend(1);
        InferencePlan plan = plan(backend)) {
      for (Node node : plan.network().nodes()) {
        expected.add("push " + node.name() + " forward");
      }
    }
    expected.add("push download");
    assertThat(pushed).isEqualTo(expected);
  }

  @Test
  void aStepEnclosesForwardBackwardAndOptimiser() throws Exception {
    List<String> all = run("training", recorder());
    assertThat(all).startsWith("push load weights", "pop");
    List<String> lines = all.subList(2, all.size());
    Deque<String> open = new ArrayDeque<>();
    for (String line : lines) {
      if (line.equals("pop")) {
        open.pop();
      } else {
        assertThat(open.size()).as(line).isEqualTo(line.startsWith("push batch") ? 0 : 1);
        open.push(line);
      }
    }
    assertThat(open).isEmpty();
    assertThat(lines).startsWith("push batch training").endsWith("pop");
    assertThat(lines).contains("push optimiser");
    assertThat(lines).anyMatch(line -> line.endsWith(" backward"));
  }

  @Test
  void aVirtualThreadHasNone() throws Exception {
    assertThat(run("virtual", recorder())).isEmpty();
  }

  @Test
  void withoutTheLibraryEverythingRuns() throws Exception {
    assertThat(run("inference", folder.resolve("missing.so"))).isEmpty();
  }

  @Test
  void anotherLibraryOfThatNameIsNone() throws Exception {
    assertThat(run("inference", compiled("int nothing() { return 0; }"))).isEmpty();
  }

  private Path recorder() throws Exception {
    return compiled(RECORDER);
  }

  private Path compiled(String text) throws Exception {
    Path source = Files.writeString(folder.resolve("nvtx.cpp"), text);
    Path library = folder.resolve("libnvtx.so");
    try {
      Process compiler =
          new ProcessBuilder("g++", "-shared", "-fPIC", "-o", "" + library, "" + source)
              .inheritIO()
              .start();
      assertThat(compiler.waitFor()).isZero();
    } catch (IOException e) {
      assumeTrue(false, "no g++: " + e.getMessage());
    }
    return library;
  }

  private List<String> run(String what, Path library) throws Exception {
    Path log = folder.resolve("log");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Ddrsn.nvtx=" + library,
                "-cp",
                System.getProperty("java.class.path"),
                Runs.class.getName(),
                what)
            .redirectError(err.toFile())
            .redirectOutput(err.toFile());
    builder.environment().put("NVTX_LOG", log.toString());
    Process process = builder.start();
    assertThat(process.waitFor()).as(Files.readString(err, UTF_8)).isZero();
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  private static Network network() {
    return NetworkSpec.of(Architecture.DRSN18_CW, 8, 3, 1, 32).build();
  }

  private static InferencePlan plan(Backend backend) {
    return InferencePlan.compile(network(), Initialisation.of(network(), 1), backend, 2);
  }

  /** What the other process runs once. */
  static final class Runs {
    private Runs() {}

    public static void main(String[] args) throws Exception {
      switch (args[0]) {
        case "inference" -> infer();
        case "virtual" -> Thread.ofVirtual().start(Runs::infer).join();
        default -> train();
      }
    }

    private static void infer() {
      try (Backend backend = new CpuBackend(1);
          InferencePlan plan = plan(backend)) {
        plan.run(new float[2 * 32 * 32], 2, new float[2 * 3]);
      }
    }

    private static void train() {
      TrainingOptions options =
          new TrainingOptions(Optimizer.Adam.standard(false), 0, _ -> false, _ -> 1, 0, false, 0);
      Network network = network();
      try (Backend backend = new CpuBackend(1);
          TrainingPlan plan =
              TrainingPlan.compile(network, Initialisation.of(network, 1), options, backend, 2)) {
        plan.step(new float[2 * 32 * 32], new float[] {1, 0, 0, 0, 1, 0}, 2, 1e-3);
      }
    }
  }
}
