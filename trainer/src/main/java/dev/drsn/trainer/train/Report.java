package dev.drsn.trainer.train;

import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Weights;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.evaluate.Evaluation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/** Writes what people and {@code classify} read of a run: models, pictures, card. */
final class Report {

  private final Arguments arguments;
  private final RunFolder folder;
  private final Progress progress;

  Report(Arguments arguments, RunFolder folder, Progress progress) {
    this.arguments = arguments;
    this.folder = folder;
    this.progress = progress;
  }

  /** Writes a model file that says how it was made. */
  void model(Path file, Weights weights, int epoch, Evaluation valid) {
    SequencedMap<String, String> notes = new LinkedHashMap<>();
    notes.put("epoch", Integer.toString(epoch));
    notes.put("seed", Long.toString(arguments.options().seed()));
    notes.put("data", arguments.data().hash());
    notes.put("valid_accuracy", String.format(Locale.ROOT, "%.4f", valid.accuracy()));
    notes.put("valid_macro_f1", String.format(Locale.ROOT, "%.4f", valid.macroF1()));
    new Model(
            arguments.network(), arguments.data().labels(), arguments.preprocess(), weights, notes)
        .write(file, DType.F32);
  }

  /** Writes what the run has to say of its best model, and draws it where that is possible. */
  void write(List<EpochResult> results, int epochs, int bestEpoch, Evaluation best) {
    AtomicFile.write(folder.evaluation(), best.toJson().toPrettyString() + "\n");
    AtomicFile.write(folder.card(), new ModelCard(arguments, epochs, bestEpoch, best).text());
    if (Charts.possible()) {
      Charts.write(best, folder.path());
      if (!results.isEmpty()) {
        Curves.draw(results, bestEpoch, folder.curves());
      }
    } else {
      progress.warning(Charts.IMPOSSIBLE);
    }
  }
}
