package dev.drsn.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Weights;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.train.TrainOptions.Descent;
import dev.drsn.trainer.train.TrainOptions.Metric;
import dev.drsn.trainer.train.TrainOptions.Objective;
import dev.drsn.trainer.train.TrainOptions.Rule;
import dev.drsn.trainer.train.TrainOptions.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

  private static final Schedule CONSTANT = Schedule.of(Schedule.Kind.CONSTANT, 0);
  private static final TrainOptions OPTIONS =
      TrainOptions.defaults()
          .withEpochs(1)
          .withBatch(8)
          .with(Descent.defaults().with(CONSTANT).with(Rule.ADAMW, 0.01));

  @TempDir private Path folder;

  private Outcome train(String name, Trainer.Task task) {
    return train(name, task, 1);
  }

  private Outcome train(String name, Trainer.Task task, int threads) {
    try (Backend backend = new CpuBackend(threads)) {
      return Trainer.train(task, folder.resolve(name), backend, Progress.SILENT, () -> false);
    }
  }

  private Model last(String name) {
    return Model.read(folder.resolve(name).resolve("last.safetensors"));
  }

  private static Trainer.Task from(Weights weights, String allowMissing, TrainOptions options) {
    Trainer.Task task = Bars.task(options);
    return new Trainer.Task(
        task.network(),
        task.preprocess(),
        task.train(),
        task.valid(),
        false,
        Optional.of(new Trainer.Start("other.pth", weights, Pattern.compile(allowMissing))),
        options,
        "",
        Map.of());
  }

  @Test
  void learnsWhatIsEasy() {
    Outcome outcome = train("run", Bars.task(OPTIONS.withEpochs(10)));
    assertThat(outcome.end()).isEqualTo(Outcome.End.COMPLETE);
    assertThat(outcome.epochs()).isEqualTo(10);
    assertThat(outcome.evaluation().accuracy()).isGreaterThan(0.95);
    assertThat(outcome.summary()).startsWith("finished after 10 epochs; epoch ");
  }

  @Test
  void anyNumberOfThreadsAndWorkersGivesTheSameBits() throws Exception {
    TrainOptions options = OPTIONS.withEpochs(2).withAugment("flip,crop=1,noise=0.05");
    train("one", Bars.task(options.withWorkers(1)), 1);
    train("two", Bars.task(options.withWorkers(3)), 2);
    for (String file : List.of("checkpoint.safetensors", "best.safetensors")) {
      assertThat(folder.resolve("two").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("one").resolve(file));
    }
  }

  @Test
  void anotherSeedGivesOtherWeights() throws Exception {
    train("one", Bars.task(OPTIONS));
    train("two", Bars.task(OPTIONS.withSeed(2)));
    assertThat(last("one").weights().get("fc.weight"))
        .isNotEqualTo(last("two").weights().get("fc.weight"));
  }

  @Test
  void frozenParametersKeepTheirBits() {
    String frozen = "^(conv1|bn1|layer1)\\.";
    train("run", Bars.task(OPTIONS.with(OPTIONS.descent().with(frozen, Map.of()))));
    NetworkSpec spec = Bars.network(NetworkSpec.Architecture.DRSN18_CW);
    Weights before = Initialisation.of(spec.build(), OPTIONS.seed());
    Weights after = last("run").weights();
    Pattern pattern = Pattern.compile(frozen);
    int kept = 0;
    for (String name : before.tensors().keySet()) {
      if (pattern.matcher(name).find()) {
        kept++;
        assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
      } else {
        assertThat(after.get(name)).as(name).isNotEqualTo(before.get(name));
      }
    }
    assertThat(kept).isGreaterThan(20);
  }

  @Test
  void groupRatesScaleTheStep() {
    // One step of plain gradient descent: a group's change is proportional to its factor.
    TrainOptions step =
        OPTIONS.withBatch(64).with(new Descent(Rule.SGD, 0.5, 0, 0, CONSTANT, "", Map.of(), 0));
    train("one", Bars.task(step));
    train("half", Bars.task(step.with(step.descent().with("", Map.of("^fc", 0.5)))));
    Weights before =
        Initialisation.of(Bars.network(NetworkSpec.Architecture.DRSN18_CW).build(), OPTIONS.seed());
    float[] start = before.get("fc.weight").data();
    float[] one = last("one").weights().get("fc.weight").data();
    float[] half = last("half").weights().get("fc.weight").data();
    for (int i = 0; i < start.length; i++) {
      assertThat(half[i] - start[i])
          .isCloseTo((one[i] - start[i]) / 2, org.assertj.core.api.Assertions.within(1e-6f));
      assertThat(one[i]).isNotEqualTo(start[i]);
    }
    assertThat(last("half").weights().get("conv1.weight"))
        .isEqualTo(last("one").weights().get("conv1.weight"));
  }

  @Test
  void stopsEarlyAndKeepsTheBest() {
    // Nothing learns at this rate, so that no epoch is better than the first.
    Outcome outcome =
        train(
            "run",
            Bars.task(
                OPTIONS
                    .withEpochs(9)
                    .with(OPTIONS.descent().with(Rule.SGD, 1e-12).with("bn|gate", Map.of()))
                    .with(new Selection(Metric.MACRO_F1, 2))));
    assertThat(outcome.end()).isEqualTo(Outcome.End.EARLY);
    assertThat(outcome.epochs()).isEqualTo(3);
    assertThat(outcome.stopping().bestEpoch()).isEqualTo(1);
    assertThat(Model.read(outcome.folder().resolve("best.safetensors")).notes())
        .containsEntry("epoch", "1");
  }

  @Test
  void averagedWeightsAreWhatIsValidatedAndSaved() throws Exception {
    TrainOptions averaged = OPTIONS.with(OPTIONS.descent().withAverage(0.9));
    train("plain", Bars.task(OPTIONS));
    train("averaged", Bars.task(averaged));
    assertThat(last("averaged").weights().get("fc.weight"))
        .isNotEqualTo(last("plain").weights().get("fc.weight"));
    Checkpoint plain = Checkpoint.read(folder.resolve("plain/checkpoint.safetensors"));
    Checkpoint average = Checkpoint.read(folder.resolve("averaged/checkpoint.safetensors"));
    assertThat(average.parameters().w()).isEqualTo(plain.parameters().w());
    assertThat(average.parameters().average()).isNotEmpty();
  }

  @Test
  void transferTakesWhatFitsAndBeginsTheRestAtRandom() {
    NetworkSpec trunk = NetworkSpec.of(NetworkSpec.Architecture.RESNET18, 2, 7, 1, Bars.SIZE);
    Weights other = Initialisation.of(trunk.build(), 99);
    TrainOptions frozen = OPTIONS.with(OPTIONS.descent().with("^conv1", Map.of()));
    train("run", from(other, "gate|fc", frozen));
    assertThat(last("run").weights().get("conv1.weight")).isEqualTo(other.get("conv1.weight"));
    assertThatThrownBy(() -> train("strict", from(other, "gate", frozen)))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("other.pth")
        .hasMessageContaining("fc.weight");
    assertThat(folder.resolve("strict/last.safetensors")).doesNotExist();
  }

  @Test
  void centreLossAndSmoothingAreReported() throws Exception {
    train(
        "run",
        Bars.task(
            OPTIONS
                .with(
                    new Objective(
                        true, 0.1, false, 0.01, true, Schedule.of(Schedule.Kind.CONSTANT, 0)))
                .withEpochs(2)));
    List<EpochResult> results = EpochResult.read(folder.resolve("run/results.csv"));
    assertThat(results).extracting(EpochResult::epoch).containsExactly(1, 2);
    EpochResult first = results.getFirst();
    assertThat(first.centreLoss()).isPositive();
    assertThat(first.trainLoss())
        .isCloseTo(
            first.crossEntropy() + 0.01 * first.centreLoss(),
            org.assertj.core.api.Assertions.within(1e-5));
    assertThat(first.learningRate()).isEqualTo(0.01);
  }

  @Test
  void theCentreLossHasAScheduleOfItsOwn() {
    Schedule halves = new Schedule(Schedule.Kind.STEP, 0, 1, 0.5);
    Objective objective = Objective.defaults().withCentres(0.4, true, halves);
    train("run", Bars.task(OPTIONS.with(objective).withEpochs(3)));
    for (EpochResult r : EpochResult.read(folder.resolve("run/results.csv"))) {
      double weight = 0.4 * Math.pow(0.5, r.epoch() - 1);
      assertThat(r.trainLoss())
          .isCloseTo(
              r.crossEntropy() + weight * r.centreLoss(),
              org.assertj.core.api.Assertions.within(1e-5));
      assertThat(r.learningRate()).isEqualTo(0.01);
    }
  }

  @Test
  void aRunFolderIsNeverReused() throws Exception {
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.writeString(run.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> train("run", Bars.task(OPTIONS)))
        .isInstanceOf(DrsnException.class)
        .hasMessage("run folder " + run + " exists; choose another --out or --resume " + run);
    assertThat(run).isDirectoryContaining("glob:**notes.txt");
    Files.delete(run.resolve("notes.txt"));
    train("run", Bars.task(OPTIONS));
  }

  @Test
  void aRunFolderIsComplete() throws Exception {
    Trainer.Task task = Bars.task(OPTIONS);
    train("run", task);
    Path run = folder.resolve("run");
    assertThat(List.of("args.json", "results.csv", "best.safetensors", "last.safetensors"))
        .allSatisfy(name -> assertThat(run.resolve(name)).isNotEmptyFile());
    assertThat(List.of("curves.png", "confusion.png", "classes.png", "calibration.png"))
        .allSatisfy(name -> assertThat(run.resolve(name)).isNotEmptyFile());
    assertThat(run.resolve("evaluation.json")).content().contains("\"macro_f1\"");
    assertThat(run.resolve("MODEL.md"))
        .content()
        .contains("# drsn18-cw of width 2 for 3 classes")
        .contains("| across | 11 | 5 |")
        .contains("33 images to train on, 15 valid ones")
        .contains("not what a person feels");
    assertThat(run).isDirectoryNotContaining("glob:**.partial");
    Model model = Model.read(run.resolve("best.safetensors"));
    assertThat(model.labels()).isEqualTo(Bars.LABELS);
    assertThat(model.preprocess()).isEqualTo(task.preprocess());
    assertThat(model.spec()).isEqualTo(task.network());
  }

  @Test
  void divergenceIsAnErrorThatSaysWhatToDo() {
    TrainOptions wild = OPTIONS.with(OPTIONS.descent().with(Rule.SGD, 1e30));
    assertThatThrownBy(() -> train("run", Bars.task(wild)))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("in epoch 1, step ")
        .hasMessageContaining("lower --lr (now 1.00e+30)")
        .hasMessageContaining("nothing was saved yet");
    assertThat(folder.resolve("run/checkpoint.safetensors")).doesNotExist();
  }

  @Test
  void aLastBatchOfOneImageIsLeftOut() {
    // 33 images in batches of 8 and 16 leave one over; a batch of 11 does not.
    for (int batch : new int[] {8, 11, 16}) {
      train("batch" + batch, Bars.task(OPTIONS.withBatch(batch)));
      Checkpoint end = Checkpoint.read(folder.resolve("batch" + batch + "/checkpoint.safetensors"));
      assertThat(end.parameters().step()).isEqualTo(batch == 11 ? 3 : 32 / batch);
    }
    Trainer.Task task = Bars.task(OPTIONS);
    assertThatThrownBy(
            () ->
                train(
                    "single",
                    Trainer.Task.of(
                        task.network(),
                        task.preprocess(),
                        Bars.draw(Part.TRAIN, 1, 1),
                        task.valid(),
                        OPTIONS)))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("one image cannot be trained on");
  }
}
