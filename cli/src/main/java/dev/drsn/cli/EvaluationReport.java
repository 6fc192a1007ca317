package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.evaluate.ConfusionMatrix;
import dev.drsn.trainer.evaluate.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** An evaluation for people: a table on the terminal, files in a folder. */
final class EvaluationReport {

  private EvaluationReport() {}

  /** A line a class, then the whole. */
  static String text(Evaluation evaluation) {
    ConfusionMatrix matrix = evaluation.confusion();
    List<String> labels = matrix.labels();
    int width = Math.max(9, labels.stream().mapToInt(String::length).max().orElse(0));
    StringBuilder text = new StringBuilder();
    String row = "%-" + width + "s  %9s  %9s  %9s  %8s%n";
    text.append(String.format(row, "class", "precision", "recall", "F1", "images"));
    for (int k = 0; k < matrix.classes(); k++) {
      text.append(
          String.format(
              row,
              labels.get(k),
              percent(matrix.precision(k)),
              percent(matrix.recall(k)),
              percent(matrix.f1(k)),
              matrix.support(k)));
    }
    text.append(
        String.format(
            row,
            "macro",
            percent(matrix.macroPrecision()),
            percent(matrix.macroRecall()),
            percent(matrix.macroF1()),
            matrix.total()));
    text.append(
        String.format(
            Locale.ROOT,
            "accuracy %s, balanced %s, calibration error %s, %.0f images/s",
            percent(evaluation.accuracy()),
            percent(matrix.balancedAccuracy()),
            percent(evaluation.calibration().error()),
            evaluation.imagesPerSecond()));
    return text.toString();
  }

  /**
   * Writes evaluation.json, classes.csv and, where this machine can draw, the pictures into a new
   * or empty folder.
   */
  static void write(Evaluation evaluation, Path folder) {
    try {
      if (Files.exists(folder)) {
        try (Stream<Path> content = Files.list(folder)) {
          if (content.findAny().isPresent()) {
            throw new DrsnException(folder + " is not empty; name a new folder with --out");
          }
        }
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DrsnException("folder " + folder + " cannot be made: " + e.getMessage(), e);
    }
    AtomicFile.write(
        folder.resolve("evaluation.json"), evaluation.toJson().toPrettyString() + "\n");
    evaluation.writeCsv(folder.resolve("classes.csv"));
    if (Charts.possible()) {
      Charts.write(evaluation, folder);
    }
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }
}
