package dev.drsn.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.trainer.train.TrainOptions.Descent;
import dev.drsn.trainer.train.TrainOptions.Objective;
import dev.drsn.trainer.train.TrainOptions.Rule;
import dev.drsn.trainer.train.TrainOptions.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Four epochs at one go are what every interrupted way to four epochs must give, to the bit. */
class ResumeTest {

  private static final List<String> FILES =
      List.of("checkpoint.safetensors", "last.safetensors", "best.safetensors");
  // Everything that has a state: Adam's moments, an average, centres, the order, augmentation and a
  // rate that changes with every step.
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults()
          .withEpochs(4)
          .withBatch(8)
          .withAugment("flip,crop=1,noise=0.05")
          .with(
              Descent.defaults()
                  .with(Rule.ADAM, 0.005)
                  .with(Schedule.of(Schedule.Kind.CONSTANT, 3.5))
                  .withAverage(0.95))
          .with(
              new Objective(
                  true, 0.05, false, 0.003, true, Schedule.of(Schedule.Kind.CONSTANT, 2.5)));

  private static final int STEPS = 4;

  @TempDir private static Path whole;
  @TempDir private Path folder;

  @BeforeAll
  static void fourEpochs() {
    try (Backend backend = new CpuBackend(1)) {
      Trainer.train(
          Bars.task(OPTIONS), whole.resolve("run"), backend, Progress.SILENT, () -> false);
    }
  }

  private Outcome train(TrainOptions options, BooleanSupplier stop) {
    try (Backend backend = new CpuBackend(1)) {
      return Trainer.train(
          Bars.task(options), folder.resolve("run"), backend, Progress.SILENT, stop);
    }
  }

  private Outcome resume(TrainOptions options) {
    try (Backend backend = new CpuBackend(1)) {
      return Trainer.resume(
          Bars.task(options), folder.resolve("run"), backend, Progress.SILENT, () -> false);
    }
  }

  private void assertSameAsWhole() {
    for (String file : FILES) {
      assertThat(folder.resolve("run").resolve(file))
          .hasSameBinaryContentAs(whole.resolve("run").resolve(file));
    }
    List<EpochResult> here = EpochResult.read(folder.resolve("run/results.csv"));
    List<EpochResult> there = EpochResult.read(whole.resolve("run/results.csv"));
    assertThat(here).extracting(EpochResult::epoch).containsExactly(1, 2, 3, 4);
    assertThat(here)
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("imagesPerSecond", "seconds")
        .isEqualTo(there);
  }

  /** Says stop once it was asked this many times. */
  private static BooleanSupplier after(int questions) {
    AtomicInteger left = new AtomicInteger(questions);
    return () -> left.getAndDecrement() <= 0;
  }

  @Test
  void twoAndTwoEpochs() {
    train(OPTIONS.withEpochs(2), () -> false);
    assertThat(Checkpoint.read(folder.resolve("run/checkpoint.safetensors")).epoch()).isEqualTo(2);
    Outcome outcome = resume(OPTIONS);
    assertThat(outcome.epochs()).isEqualTo(4);
    assertSameAsWhole();
  }

  @Test
  void stoppedWithinAnEpoch() {
    // Asked before each epoch and after each step: this is the second step of the third epoch.
    Outcome stopped = train(OPTIONS, after(2 * (STEPS + 1) + 2));
    assertThat(stopped.end()).isEqualTo(Outcome.End.STOPPED);
    assertThat(stopped.epochs()).isEqualTo(2);
    assertThat(stopped.summary())
        .isEqualTo("stopped at epoch 2; resume with --resume " + folder.resolve("run"));
    resume(OPTIONS);
    assertSameAsWhole();
  }

  @Test
  void stoppedBeforeAnythingWasSaved() {
    Outcome stopped = train(OPTIONS, after(3));
    assertThat(stopped.epochs()).isZero();
    assertThat(folder.resolve("run/checkpoint.safetensors")).doesNotExist();
    resume(OPTIONS);
    assertSameAsWhole();
  }

  @Test
  void killedBetweenTwoFilesOfAnEpoch() throws IOException {
    train(OPTIONS.withEpochs(2), () -> false);
    // All of a later epoch is there but the checkpoint, which is written last.
    for (String file : List.of("last.safetensors", "best.safetensors", "results.csv")) {
      Files.copy(
          whole.resolve("run").resolve(file),
          folder.resolve("run").resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    resume(OPTIONS);
    assertSameAsWhole();
  }

  @Test
  void divergenceLeavesTheLastEpochAsItWas() throws IOException {
    TrainOptions wild = OPTIONS.with(OPTIONS.descent().with(Rule.ADAM, 1e30));
    train(OPTIONS.withEpochs(2), () -> false);
    Path arguments = folder.resolve("run/args.json");
    String text = Files.readString(arguments);
    Files.writeString(arguments, text.replace("0.005", "1.0E30"));
    byte[] before = Files.readAllBytes(folder.resolve("run/checkpoint.safetensors"));
    assertThatThrownBy(() -> resume(wild))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("in epoch 3")
        .hasMessageContaining(folder.resolve("run") + " keeps epoch 2");
    assertThat(folder.resolve("run/checkpoint.safetensors")).hasBinaryContent(before);
  }

  @Test
  void changedSettingsAreListed() {
    train(OPTIONS.withEpochs(1), () -> false);
    TrainOptions changed =
        OPTIONS.withSeed(7).with(OPTIONS.descent().with(Rule.SGD, 0.005)).withWorkers(1);
    assertThatThrownBy(() -> resume(changed))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("options.seed was 1, is 7")
        .hasMessageContaining("options.descent.optimizer was adam, is sgd")
        .hasMessageNotContaining("workers");
  }

  @Test
  void aScheduleThatDependsOnTheEpochsKeepsThem() {
    TrainOptions cosine =
        OPTIONS.withEpochs(1).with(OPTIONS.descent().with(Schedule.of(Schedule.Kind.COSINE, 0)));
    train(cosine, () -> false);
    assertThatThrownBy(() -> resume(cosine.withEpochs(2)))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("cosine schedule depends on them");
    assertThatThrownBy(() -> resume(cosine.with(new Selection(TrainOptions.Metric.ACCURACY, 5))))
        .hasMessageContaining("options.selection.patience was 0, is 5");
    assertThat(resume(cosine).epochs()).isEqualTo(1);
  }

  @Test
  void runsFromBeforeCentreSchedulesGoOn() throws IOException {
    TrainOptions plain = OPTIONS.with(new Objective(false, 0, false, 0.003, true, null));
    train(plain.withEpochs(1), () -> false);
    Path arguments = folder.resolve("run/args.json");
    JsonMapper json = JsonMapper.shared();
    ObjectNode all = (ObjectNode) json.readTree(arguments);
    JsonNode removed = ((ObjectNode) all.at("/options/objective")).remove("centre_schedule");
    assertThat(removed.path("kind").asString()).isEqualTo("constant");
    Files.writeString(arguments, all.toString());
    assertThat(resume(plain.withEpochs(2)).epochs()).isEqualTo(2);
    Files.writeString(arguments, all.toString());
    Schedule cosine = Schedule.of(Schedule.Kind.COSINE, 0);
    assertThatThrownBy(() -> resume(plain.with(plain.objective().withCentres(0.003, true, cosine))))
        .hasMessageContaining("options.objective.centre_schedule.kind was constant, is cosine");
  }

  @Test
  void aCentreScheduleThatDependsOnTheEpochsKeepsThem() {
    Objective falling =
        Objective.defaults().withCentres(0.01, true, Schedule.of(Schedule.Kind.COSINE, 0));
    TrainOptions one = OPTIONS.with(falling).withEpochs(1);
    train(one, () -> false);
    assertThatThrownBy(() -> resume(one.withEpochs(2)))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("its cosine schedule depends on them");
  }

  @Test
  void onlyRunFoldersResume() {
    assertThatThrownBy(() -> resume(OPTIONS))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("is no run folder");
  }
}
