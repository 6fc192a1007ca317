package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.tensor.Npy;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What users come for, from data to answers, through the commands. */
class MainJobTest {

  @TempDir static Path folder;
  private static Path data;
  private static Path run;

  @BeforeAll
  static void drawAndTrain() {
    data = folder.resolve("faces");
    run = folder.resolve("run");
    Cli.run("dataset", "synth", "--count", 240, "--subjects", 12, "--size", 24, "--out", data).ok();
    JsonNode result = json(train(run, 4));
    assertThat(result.get("epochs").intValue()).isEqualTo(4);
    assertThat(result.get("accuracy").doubleValue()).isBetween(0.0, 1.0);
  }

  private static Cli train(Path out, int epochs, Object... more) {
    Object[] arguments = {
      "train",
      "--data",
      data,
      "--width",
      4,
      "--size",
      24,
      "--epochs",
      epochs,
      "--batch",
      16,
      "--schedule",
      "constant",
      "--lr",
      0.004,
      "--average",
      0.9,
      "--json",
      "--out",
      out
    };
    return Cli.run(Stream.concat(Stream.of(arguments), Stream.of(more)).toArray());
  }

  private static JsonNode json(Cli result) {
    return JsonMapper.shared().readTree(result.ok());
  }

  @Test
  void theRunFolderHasEverything() throws IOException {
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .contains(
              "args.json",
              "results.csv",
              "best.safetensors",
              "last.safetensors",
              "checkpoint.safetensors",
              "MODEL.md");
    }
    assertThat(Files.readAllLines(run.resolve("results.csv"))).hasSize(5);
  }

  @Test
  void fourEpochsEqualTwoAndTwoResumed() throws IOException {
    Path halves = folder.resolve("halves");
    train(halves, 2).ok();
    JsonNode result = json(Cli.run("train", "--resume", halves, "--epochs", 4, "--json"));
    assertThat(result.get("epochs").intValue()).isEqualTo(4);
    for (String file : List.of("best.safetensors", "last.safetensors")) {
      assertThat(tensors(halves.resolve(file))).isEqualTo(tensors(run.resolve(file)));
    }
    Cli.run("train", "--resume", halves, "--lr", 1).failsWith(2, "--lr");
  }

  @Test
  void aResumedRunStaysExact() throws IOException {
    Path exact = folder.resolve("exact");
    Path halves = folder.resolve("exact-halves");
    train(exact, 2, "--exact").ok();
    train(halves, 1, "--exact").ok();
    Cli.run("train", "--resume", halves, "--epochs", 2).ok();
    String file = "last.safetensors";
    assertThat(tensors(halves.resolve(file))).isEqualTo(tensors(exact.resolve(file)));
    Path fast = folder.resolve("fast");
    train(fast, 2).ok();
    assertThat(tensors(fast.resolve(file))).isNotEqualTo(tensors(exact.resolve(file)));
  }

  private static byte[] tensors(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    long header = java.nio.ByteBuffer.wrap(all).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
    return java.util.Arrays.copyOfRange(all, (int) header + 8, all.length);
  }

  @Test
  void evaluateGivesFiguresAndFiles() {
    Path out = folder.resolve("evaluation");
    JsonNode result =
        json(
            Cli.run(
                "evaluate",
                "--model",
                run.resolve("best.safetensors"),
                "--data",
                data,
                "--part",
                "test",
                "--out",
                out,
                "--json"));
    assertThat(result.get("accuracy").doubleValue()).isBetween(0.0, 1.0);
    assertThat(result.get("macro_f1").doubleValue()).isBetween(0.0, 1.0);
    assertThat(result.get("images").intValue()).isPositive();
    assertThat(out.resolve("evaluation.json")).isNotEmptyFile();
    assertThat(out.resolve("classes.csv")).isNotEmptyFile();
  }

  @Test
  void classifyPrintsALineAFace() {
    Path model = run.resolve("best.safetensors");
    Cli result =
        Cli.run("classify", "--model", model, "--face", "none", "--json", data.resolve("happy"));
    List<String> lines = result.ok().lines().toList();
    assertThat(lines).hasSize(40);
    JsonNode first = JsonMapper.shared().readTree(lines.getFirst());
    assertThat(first.get("image").stringValue()).endsWith(".png");
    assertThat(first.get("box").get("width").intValue()).isEqualTo(24);
    double sum = 0;
    for (JsonNode probability : first.get("probabilities")) {
      sum += probability.doubleValue();
    }
    assertThat(sum).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-5));
    // The reference backend, loop by loop in double, says the same.
    Cli exact =
        Cli.run(
            "classify",
            "--backend",
            "reference",
            "--model",
            model,
            "--face",
            "none",
            "--json",
            data.resolve("happy/" + first.get("image").stringValue().replaceAll(".*/", "")));
    JsonNode judged = JsonMapper.shared().readTree(exact.ok());
    assertThat(judged.get("label")).isEqualTo(first.get("label"));
    assertThat(judged.get("probability").doubleValue())
        .isCloseTo(
            first.get("probability").doubleValue(), org.assertj.core.data.Offset.offset(1e-4));
  }

  @Test
  void inspectAndSplitTellTheParts() {
    Path sheet = folder.resolve("sheet.png");
    JsonNode found =
        json(Cli.run("dataset", "inspect", "--data", data, "--sheet", sheet, "--json"));
    assertThat(found.get("images").intValue()).isEqualTo(240);
    assertThat(found.get("leaking")).isEmpty();
    assertThat(found.get("shared_subjects")).isEmpty();
    assertThat(sheet).isNotEmptyFile();
    Path split = data.resolve("split.csv");
    JsonNode parts =
        json(
            Cli.run(
                "dataset", "split", "--data", data, "--valid", 0.25, "--test", 0, "--out", split,
                "--json"));
    assertThat(parts.get("by_subject").booleanValue()).isTrue();
    assertThat(parts.get("parts").get("valid").intValue()).isEqualTo(60);
    Cli.run("dataset", "split", "--data", data, "--out", split).failsWith(1, "split.csv");
  }

  @Test
  void runGivesLogitsOfRawTensors() {
    Path x = folder.resolve("x.npy");
    Path y = folder.resolve("y.npy");
    Npy.write(x, Tensor.filled(Shape.of(5, 1, 24, 24), 0.25f));
    Path model = run.resolve("best.safetensors");
    Cli.run("run", "--model", model, "--input", x, "--output", y, "--batch", 2).ok();
    Tensor logits = Npy.read(y);
    assertThat(logits.shape()).isEqualTo(Shape.of(5, 6));
    assertThat(logits.data()[24]).isEqualTo(logits.data()[0]);
  }

  @Test
  void exportAndImportKeepTheModel() {
    Path model = run.resolve("best.safetensors");
    Path onnx = folder.resolve("model.onnx");
    Path half = folder.resolve("half.safetensors");
    Path again = folder.resolve("again.safetensors");
    Cli.run("export", "--model", model, "--format", "onnx", "--out", onnx).ok();
    assertThat(onnx).isNotEmptyFile();
    Cli.run(
            "export",
            "--model",
            model,
            "--format",
            "safetensors",
            "--precision",
            "f16",
            "--out",
            half)
        .ok();
    assertThat(half.toFile().length()).isLessThan(model.toFile().length());
    JsonNode summary =
        json(
            Cli.run(
                "import",
                "--weights",
                half,
                "--network",
                "drsn18-cw",
                "--size",
                24,
                "--json",
                "--out",
                again));
    assertThat(summary.get("width").intValue()).isEqualTo(4);
    assertThat(summary.get("labels")).hasSize(6);
  }

  @Test
  void anInterruptedTrainingStandsAndResumes() throws Exception {
    Path cut = folder.resolve("cut");
    // A build that runs in the background hands its children a SIGINT that is ignored.
    Process process =
        new ProcessBuilder(
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.drsn.cli.Drsn",
                "train",
                "--data",
                data.toString(),
                "--width",
                "4",
                "--size",
                "24",
                "--epochs",
                "24",
                "--schedule",
                "constant",
                "--out",
                cut.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("cut.log").toFile())
            .start();
    try {
      Path rows = cut.resolve("results.csv");
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
      while (!(Files.exists(rows) && Files.readAllLines(rows).size() > 2)) {
        assertThat(process.isAlive()).as(Files.readString(folder.resolve("cut.log"))).isTrue();
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.sleep(100);
      }
      // What Ctrl-C sends.
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(130);
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(folder.resolve("cut.log"))).contains("--resume " + cut);
    Path results = cut.resolve("results.csv");
    assertThat(Files.readAllLines(results)).hasSizeLessThan(25);
    JsonNode whole = json(Cli.run("train", "--resume", cut, "--json"));
    assertThat(whole.get("epochs").intValue()).isEqualTo(24);
    assertThat(Files.readAllLines(results)).hasSize(25);
  }
}
