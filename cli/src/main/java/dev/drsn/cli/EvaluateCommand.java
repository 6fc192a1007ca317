package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.evaluate.Evaluation;
import dev.drsn.trainer.evaluate.Evaluator;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drsn evaluate}: how good a model is on a data set. */
@Command(
    name = "evaluate",
    description = {
      "Measures a model on a data set.",
      "Accuracy; precision, recall and F1 of each class; calibration error; confusion matrix."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn evaluate --data faces --part valid",
      "  drsn evaluate --model runs/first/best.safetensors --data faces --json",
      "  drsn evaluate --model runs/first/best.safetensors --data faces --out report"
    })
final class EvaluateCommand implements Callable<Integer> {

  @Mixin private BackendOptions backends;
  @Mixin private TuneOption tune;
  @Mixin private ModelOption model;
  @Mixin private Output output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A folder of class folders, a data set folder, or a manifest.csv.")
  private Path data;

  @Option(
      names = "--part",
      paramLabel = "NAME",
      defaultValue = "all",
      description = "train, valid, test or all; default: ${DEFAULT-VALUE}.")
  private String part;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also write evaluation.json, classes.csv and pictures into this new folder.")
  private Path out;

  @Option(
      names = "--flip",
      description = "Average each image's result with that of its mirror image.")
  private boolean flip;

  @Option(names = "--strict", description = "An image that cannot be read is an error.")
  private boolean strict;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Images at once; default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads that prepare images; default: ${DEFAULT-VALUE}.")
  private int workers;

  @Override
  public Integer call() {
    if (batch < 1 || workers < 1) {
      throw new DrsnException("--batch and --workers are 1 or more; give other numbers");
    }
    Model loaded = model.read();
    DataSet set = DataSet.open(data);
    Counter counter = new Counter(output.err(), "reading", 0);
    Crops crops =
        Evaluator.read(
            loaded,
            part.equals("all") ? set : set.part(Parts.of(part)),
            strict,
            workers,
            counter::at);
    counter.done();
    Rejections.print(crops.rejected(), output.err());
    try (Backend backend = backends.open(output.err(), tune.or(Tuning.OFF))) {
      Evaluation evaluation = Evaluator.evaluate(loaded, crops, backend, batch, flip, workers);
      if (out != null) {
        EvaluationReport.write(evaluation, out);
        if (!Charts.possible()) {
          output.err().println("drsn: " + Charts.IMPOSSIBLE);
        }
      }
      output.print(
          evaluation.toJson().put("rejected", crops.rejected().size()),
          EvaluationReport.text(evaluation));
    }
    return 0;
  }
}
