package dev.drsn.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times are invented here: what a machine measures must not decide whether a test passes. */
class TuningTest {

  private static final String PROBLEM = "2x16x8x8 to 2x16x8x8, 8 x 8";

  @TempDir private Path folder;

  private final List<String> duels = new ArrayList<>();

  private record Named(String name, double ratio) implements Duel.Side {
    @Override
    public void prepare() {}

    @Override
    public void run() {}
  }

  private double duel(Duel.Side champion, Duel.Side challenger) {
    duels.add(((Named) champion).name + " " + ((Named) challenger).name);
    return ((Named) challenger).ratio;
  }

  private String chosen(Tuning tuning, double directRatio, double otherRatio) {
    Choice choice = new Choice(Algorithm.FASTEST, tuning, new Ratios(folder, 2), this::duel);
    List<Choice.Candidate<Named>> candidates =
        List.of(
            new Choice.Candidate<>("direct", 2, () -> new Named("direct", directRatio)),
            new Choice.Candidate<>("estimated", 1, () -> new Named("estimated", 1)),
            new Choice.Candidate<>("hopeless", 3, () -> new Named("hopeless", 0.1)),
            new Choice.Candidate<>("other", 2.4, () -> new Named("other", otherRatio)));
    return choice.of(PROBLEM, candidates, named -> named).name;
  }

  @Test
  void onlyWhoIsClearlyFasterReplacesTheEstimate() throws IOException {
    assertThat(chosen(Tuning.MEASURE, 0.95, 1.3)).isEqualTo("estimated");
    Files.delete(new Ratios(folder, 2).file());
    assertThat(chosen(Tuning.MEASURE, 0.85, 0.8)).isEqualTo("other");
    assertThat(duels)
        .containsExactly(
            "estimated direct", "estimated other", "estimated direct", "estimated other");
  }

  @Test
  void whatIsKnownIsNotMeasuredAgain() {
    assertThat(chosen(Tuning.MEASURE, 0.5, 1)).isEqualTo("direct");
    assertThat(chosen(Tuning.MEASURE, 9, 9)).isEqualTo("direct");
    assertThat(chosen(Tuning.KNOWN, 9, 9)).isEqualTo("direct");
    assertThat(chosen(Tuning.OFF, 9, 9)).isEqualTo("estimated");
    assertThat(duels).hasSize(2);
  }

  @Test
  void whatIsNotKnownIsMeasuredOnlyWhereThatWasAskedFor() throws IOException {
    assertThat(chosen(Tuning.KNOWN, 0.1, 0.1)).isEqualTo("estimated");
    assertThat(duels).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void processesThatRememberAtOnceLoseNothingButTime() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int thread = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    Ratios ratios = new Ratios(folder, 2);
                    for (int i = 0; i < 20; i++) {
                      ratios.put(thread + " " + i, Map.of("direct", 1.0 + i));
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    // The last one to write has all of its own, and the file is whole.
    Ratios after = new Ratios(folder, 2);
    assertThat(
            threads.stream()
                .filter(t -> after.of(threads.indexOf(t) + " 19").equals(Map.of("direct", 20.0))))
        .isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "[]",
        "HEADER\n\t\t\t\n\n" + PROBLEM,
        "HEADER\n" + PROBLEM + "\tdirect\tfast\tother\t0.1",
        "HEADER\n" + PROBLEM + "\tdirect\t-1\tother\tNaN",
        "HEADER\n" + PROBLEM + "\tdirect\t0\tother\tInfinity\t7",
        "HEADER of another Java\n" + PROBLEM + "\tdirect\t0.1\tother\t0.1"
      })
  void aDamagedFileIsMeasuredAgain(String content) throws IOException {
    chosen(Tuning.MEASURE, 0.5, 1);
    Path file = new Ratios(folder, 2).file();
    String header = Files.readAllLines(file).getFirst();
    Files.writeString(file, content.replace("HEADER", header));
    assertThat(chosen(Tuning.KNOWN, 9, 9)).isEqualTo("estimated");
    assertThat(chosen(Tuning.MEASURE, 1, 0.5)).isEqualTo("other");
    assertThat(chosen(Tuning.KNOWN, 9, 9)).isEqualTo("other");
  }

  @Test
  void bytesThatAreNoTextAreMeasuredAgain() throws IOException {
    Files.write(new Ratios(folder, 2).file(), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(chosen(Tuning.MEASURE, 1, 0.5)).isEqualTo("other");
  }

  @Test
  void whereNothingCanBeRememberedEverythingWorks() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    folder = file.resolve("below a file");
    assertThat(chosen(Tuning.MEASURE, 0.5, 1)).isEqualTo("direct");
    folder = Path.of("?", ".cache");
    assertThat(chosen(Tuning.MEASURE, 0.5, 1)).isEqualTo("direct");
    assertThat(Path.of("?")).doesNotExist();
    folder = file.getParent();
    Files.createDirectories(new Ratios(folder, 2).file());
    assertThat(chosen(Tuning.MEASURE, 0.5, 1)).isEqualTo("direct");
  }

  @Test
  void aTunedPlanComputesTheSameAndTrainingMeasuresNothing() {
    Network network = NetworkSpec.of(Architecture.RESNET18, 16, 5, 1, 16).build();
    Weights weights = Initialisation.of(network, 1);
    float[] images = new float[2 * 16 * 16];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) Math.sin(i);
    }
    float[] plain = new float[10];
    float[] tuned = new float[10];
    List<String> algorithms;
    CpuOptions options = CpuOptions.of(2).withCache(folder);
    try (Backend off = new CpuBackend(options);
        Backend measuring = new CpuBackend(options.withTuning(Tuning.MEASURE))) {
      TrainingOptions training = TrainingOptions.of(Optimizer.Adam.standard(false));
      TrainingPlan.compile(network, weights, training, measuring, 2).close();
      assertThat(folder).isEmptyDirectory();
      try (InferencePlan one = InferencePlan.compile(network, weights, off, 2);
          InferencePlan other = InferencePlan.compile(network, weights, measuring, 2)) {
        one.run(images, 2, plain);
        other.run(images, 2, tuned);
        algorithms = other.algorithms();
      }
    }
    assertThat(tuned).containsExactly(plain, within(1e-4f));
    assertThat(new Ratios(folder, 2).file()).isNotEmptyFile();
    try (Backend knowing = new CpuBackend(options.withTuning(Tuning.KNOWN));
        InferencePlan plan = InferencePlan.compile(network, weights, knowing, 2)) {
      assertThat(plan.algorithms()).isEqualTo(algorithms);
    }
  }
}
