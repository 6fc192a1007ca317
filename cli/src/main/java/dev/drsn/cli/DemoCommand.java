package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.evaluate.Evaluation;
import dev.drsn.trainer.evaluate.Evaluator;
import dev.drsn.trainer.synth.ContactSheet;
import dev.drsn.trainer.synth.LearningExpression;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.SynthDataset;
import dev.drsn.trainer.train.Outcome;
import dev.drsn.trainer.train.RunFolder;
import dev.drsn.trainer.train.TrainOptions;
import dev.drsn.trainer.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn demo}: the main job from end to end, on drawn faces, in a minute or two. */
@Command(
    name = "demo",
    description = {
      "Runs the main job on drawn faces: train, evaluate, classify, report.",
      "Draws a small data set of students' faces, trains a small shrinkage network on it,",
      "evaluates it on people it has not seen, finds and classifies the faces in a few frames, and",
      "writes a page with pictures. Fails if the network is not well above chance."
    })
final class DemoCommand implements Callable<Integer> {

  private static final int COUNT = 3000;
  private static final int SUBJECTS = 100;
  private static final int SIZE = 48;
  private static final int WIDTH = 8;
  private static final int EPOCHS = 14;
  private static final int FRAMES = 4;

  /** A detector's box holds the face; the drawn pictures show some hair and chin around it. */
  private static final double FRAME_MARGIN = 0.16;

  /** Chance is one in six. */
  private static final double WELL_ABOVE_CHANCE = 0.6;

  @Mixin private BackendOptions backends;
  @Mixin private Output output;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "A new folder; default: drsn-demo, or drsn-demo-2, ... if that exists.")
  private Path out;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Other seeds draw other people; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Override
  public Integer call() throws Exception {
    long began = System.nanoTime();
    Path folder = out != null ? out : unused();
    if (Files.exists(folder)) {
      throw new DrsnException(folder + " exists; name a new folder with --out");
    }
    Files.createDirectories(folder);
    SynthDataset synth = draw(folder);
    try (Backend backend = backends.open(output.err());
        Interrupt interrupt = new Interrupt()) {
      Outcome outcome = train(folder, backend, interrupt);
      if (outcome.end() == Outcome.End.STOPPED) {
        output.print(
            Output.object().put("end", "stopped"), "stopped; what is there is in " + folder);
        return TrainCommand.INTERRUPTED;
      }
      Model model = Model.read(new RunFolder(folder.resolve("run")).best());
      step(3, "evaluating on people that the network has not seen");
      Crops crops =
          Evaluator.read(
              model,
              DataSet.open(folder.resolve("faces"), LearningExpression.labels()).part(Part.TEST),
              true,
              2,
              done -> {});
      Evaluation evaluation = Evaluator.evaluate(model, crops, backend, 64, false, 2);
      EvaluationReport.write(evaluation, folder.resolve("evaluation"));
      step(4, "finding and classifying the faces in " + FRAMES + " drawn webcam frames");
      DemoFrames frames =
          DemoFrames.classify(model, backend, seed, FRAMES, folder.resolve("frames"));
      step(5, "writing the page");
      if (Charts.possible()) {
        ContactSheet.write(folder.resolve("faces.png"), DatasetSynthCommand.rows(synth), 72);
      }
      double seconds = (System.nanoTime() - began) / 1e9;
      DemoPage.write(folder, model, evaluation, frames, seconds);
      return verdict(folder, evaluation, frames, seconds);
    }
  }

  private static Path unused() {
    Path folder = Path.of("drsn-demo");
    for (int i = 2; Files.exists(folder); i++) {
      folder = Path.of("drsn-demo-" + i);
    }
    return folder;
  }

  private void step(int number, String what) {
    output.err().println(number + "/5  " + what);
    output.err().flush();
  }

  private SynthDataset draw(Path folder) {
    step(1, "drawing " + COUNT + " faces of " + SUBJECTS + " students in six expressions");
    SynthDataset synth =
        new SynthDataset(new SynthDataset.Options(COUNT, SUBJECTS, SIZE, seed, Levels.DEFAULT));
    Counter counter = new Counter(output.err(), "drawing", COUNT);
    synth.write(folder.resolve("faces"), counter::one);
    counter.done();
    return synth;
  }

  private Outcome train(Path folder, Backend backend, Interrupt interrupt) {
    step(2, "training a DRSN of width " + WIDTH + " for " + EPOCHS + " epochs");
    DataSet faces = DataSet.open(folder.resolve("faces"), LearningExpression.labels());
    TrainOptions options =
        TrainOptions.defaults()
            .withEpochs(EPOCHS)
            .withSeed(seed)
            .withAugment("flip,crop=3,rotate=8,brightness=0.1")
            .with(TrainOptions.Descent.defaults().with(TrainOptions.Rule.ADAMW, 4e-3));
    Trainer.Task task =
        new Trainer.Task(
            NetworkSpec.of(NetworkSpec.Architecture.DRSN18_CW, WIDTH, faces.classes(), 1, SIZE),
            Preprocess.fixed(1, SIZE).withMargin(FRAME_MARGIN),
            faces.part(Part.TRAIN),
            faces.part(Part.VALID),
            true,
            Optional.empty(),
            options,
            "drsn demo --seed " + seed,
            Map.of());
    return Trainer.train(task, folder.resolve("run"), backend, Terminal.progress(), interrupt);
  }

  private int verdict(Path folder, Evaluation evaluation, DemoFrames frames, double seconds) {
    boolean good = evaluation.accuracy() >= WELL_ABOVE_CHANCE;
    Path page = folder.resolve("index.html");
    ObjectNode json =
        Output.object()
            .put("accuracy", evaluation.accuracy())
            .put("macro_f1", evaluation.macroF1())
            .put("images", evaluation.confusion().total())
            .put("faces_found", frames.found())
            .put("faces_drawn", frames.drawn())
            .put("seconds", seconds)
            .put("page", page.toString());
    output.print(
        json,
        EvaluationReport.text(evaluation)
            + String.format(
                Locale.ROOT,
                "%n%d of %d faces in the frames found, %d of them classified right%n"
                    + "done in %s; open %s",
                frames.found(),
                frames.drawn(),
                frames.right(),
                Terminal.duration(seconds),
                page));
    if (!good) {
      throw new DrsnException(
          String.format(
              Locale.ROOT,
              "an accuracy of %.1f %% is not well above chance (16.7 %%): something is broken here;"
                  + " try another --seed or --backend reference and report it",
              100 * evaluation.accuracy()));
    }
    return 0;
  }
}
