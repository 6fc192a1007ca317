package dev.drsn.trainer.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.ImageSource;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.train.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reproduction ends with the same numbers however often it was interrupted. */
class ReproductionTest {

  private static final Protocol PROTOCOL =
      new Protocol(
          List.of(Architecture.RESNET18, Architecture.DRSN18_CW),
          List.of(By.SUBJECT),
          2,
          2,
          8,
          0.01,
          2,
          Preprocess.fixed(1, 8),
          "flip",
          1);

  @TempDir private Path folder;

  /** Dark and bright pictures of ten people. */
  private static DataSet data() {
    SplittableRandom random = new SplittableRandom(1);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      byte[] pixels = new byte[64];
      for (int j = 0; j < 64; j++) {
        pixels[j] = (byte) (random.nextInt(80) + (i % 2 == 0 ? 0 : 90));
      }
      ImageSource source = new ImageSource.InMemory(new Image(8, 8, 1, pixels));
      samples.add(Sample.of("p" + i, source, i % 2, 2, "s" + i / 6, Part.NONE));
    }
    return new DataSet("light", List.of("dark", "bright"), samples);
  }

  private Optional<List<RunResult>> run(String name, Protocol protocol, BooleanSupplier stop) {
    try (Backend backend = new CpuBackend(1)) {
      return new Reproduction(folder.resolve(name), data(), protocol)
          .run(backend, Progress.SILENT, _ -> {}, stop);
    }
  }

  private static BooleanSupplier after(int questions) {
    AtomicInteger left = new AtomicInteger(questions);
    return () -> left.getAndDecrement() <= 0;
  }

  private static void assertSame(List<RunResult> one, List<RunResult> other) {
    assertThat(one).usingRecursiveComparison().isEqualTo(other);
  }

  @Test
  void stoppedAtManyPlacesItGivesTheSame() {
    List<RunResult> whole = run("whole", PROTOCOL, () -> false).orElseThrow();
    assertThat(whole).hasSize(4);
    assertThat(whole.getFirst().network()).isEqualTo("resnet18");
    assertThat(whole.getFirst().noise().keySet()).containsExactly(Corruption.values());
    assertThat(whole.getFirst().matrix().total()).isEqualTo(12);
    int stops = 0;
    Optional<List<RunResult>> parts = Optional.empty();
    // An epoch asks once before it and after each of its six steps: each round does one and a bit.
    while (parts.isEmpty() && stops < 30) {
      parts = run("parts", PROTOCOL, after(9));
      stops++;
    }
    assertThat(stops).isGreaterThan(4);
    assertSame(parts.orElseThrow(), whole);
  }

  @Test
  void whatAKillLeavesIsGoneOnWith() throws IOException {
    List<RunResult> whole = run("whole", PROTOCOL, () -> false).orElseThrow();
    Path one = folder.resolve("killed/runs/resnet18-subject-1");
    Files.createDirectories(one);
    // Killed within the first write of a run; and, another run, before its result was written.
    Files.writeString(one.resolve(".args.json.0000.partial"), "{");
    assertThat(run("killed", PROTOCOL, after(40))).isEmpty();
    Path result = one.resolve("result.json");
    assertThat(result).exists();
    Files.delete(result);
    assertSame(run("killed", PROTOCOL, () -> false).orElseThrow(), whole);
  }

  @Test
  void moreSeedsComeLaterAndOtherSettingsDoNot() {
    List<RunResult> two = run("more", PROTOCOL, () -> false).orElseThrow();
    Protocol three =
        new Protocol(
            PROTOCOL.networks(),
            PROTOCOL.ways(),
            3,
            2,
            8,
            0.01,
            2,
            PROTOCOL.preprocess(),
            "flip",
            1);
    List<RunResult> more = run("more", three, () -> false).orElseThrow();
    assertThat(more).hasSize(6);
    assertSame(more.subList(0, 4), two);
    Protocol other =
        new Protocol(
            PROTOCOL.networks(),
            PROTOCOL.ways(),
            2,
            3,
            8,
            0.02,
            2,
            PROTOCOL.preprocess(),
            "flip",
            1);
    assertThatThrownBy(() -> run("more", other, () -> false))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("was begun otherwise; now: epochs 3; rate 0.02")
        .hasMessageNotContaining("\n");
  }

  @Test
  void partsAreThoseOfTheDataAndSubjectsAreNeverInBoth() {
    By.Parts parts = By.SUBJECT.divide(data(), 3);
    assertThat(parts.test().samples()).hasSize(12);
    assertThat(parts.train().samples().stream().map(Sample::subject))
        .doesNotContainAnyElementsOf(parts.test().samples().stream().map(Sample::subject).toList());
    assertThatThrownBy(() -> By.PARTS.divide(data(), 1))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("has no images in its part train");
    assertThatThrownBy(() -> By.of("mood"))
        .hasMessageContaining("choose from subject, image, parts");
  }

  @Test
  void aDifferenceIsKnownWhereTheSeedsAgree() {
    // By hand: mean 0.02, deviation 0.01, t = 0.02 / (0.01 / sqrt 3) = 3.46 < 4.30.
    Results.Difference vague = Results.Difference.of(List.of(0.01, 0.02, 0.03));
    assertThat(vague.isKnown()).isFalse();
    assertThat(vague.spread().deviation()).isCloseTo(0.01, offset(1e-12));
    // t = 0.02 / (0.005 / sqrt 3) = 6.9
    assertThat(Results.Difference.of(List.of(-0.015, -0.02, -0.025)).isKnown()).isTrue();
    assertThat(Results.Difference.of(List.of(0.5)).isKnown()).isFalse();
  }
}
