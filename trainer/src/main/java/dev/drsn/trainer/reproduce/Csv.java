package dev.drsn.trainer.reproduce;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.evaluate.ConfusionMatrix;
import dev.drsn.trainer.train.EpochResult;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Every figure as CSV, one kind a file, a line each, fractions from 0 to 1. */
public final class Csv {

  private static final List<String> RUN = List.of("network", "split", "seed");

  private final Path folder;

  /** Into a folder that is there. */
  public Csv(Path folder) {
    this.folder = folder;
  }

  /** runs.csv, split.csv, classes.csv, confusion.csv and noise.csv. */
  public void results(List<RunResult> results) {
    List<List<String>> runs = new ArrayList<>();
    List<List<String>> split = new ArrayList<>();
    List<List<String>> classes = new ArrayList<>();
    List<List<String>> confusion = new ArrayList<>();
    List<List<String>> noise = new ArrayList<>();
    for (RunResult r : results) {
      ConfusionMatrix matrix = r.matrix();
      runs.add(
          row(r, matrix.accuracy(), matrix.macroF1(), r.bestEpoch(), r.best(), Results.noisy(r)));
      for (int k = 0; k < r.labels().size(); k++) {
        String label = r.labels().get(k);
        split.add(row(r, label, r.train().get(k), matrix.support(k)));
        classes.add(
            row(r, label, matrix.precision(k), matrix.recall(k), matrix.f1(k), matrix.support(k)));
        for (int j = 0; j < r.labels().size(); j++) {
          confusion.add(row(r, label, r.labels().get(j), r.confusion()[k][j]));
        }
      }
      for (Corruption corruption : Corruption.values()) {
        for (int level = 1; level <= Corruption.LEVELS; level++) {
          noise.add(
              row(
                  r,
                  corruption.label(),
                  level,
                  corruption.strength(level),
                  r.noise().get(corruption).get(level - 1)));
        }
      }
    }
    write(
        "runs",
        runs,
        "accuracy",
        "macro_f1",
        "best_epoch",
        "best_accuracy",
        "mean_accuracy_under_noise");
    write("split", split, "class", "train", "test");
    write("classes", classes, "class", "precision", "recall", "f1", "images");
    write("confusion", confusion, "class", "predicted", "images");
    write("noise", noise, "corruption", "level", "strength", "accuracy");
  }

  /** curves.csv: a line an epoch. */
  public void curves(List<RunResult> results, Function<RunResult, List<EpochResult>> epochs) {
    List<List<String>> rows = new ArrayList<>();
    for (RunResult r : results) {
      for (EpochResult e : epochs.apply(r)) {
        rows.add(
            row(
                r,
                e.epoch(),
                e.crossEntropy(),
                e.trainAccuracy(),
                e.validLoss(),
                e.validAccuracy(),
                e.seconds()));
      }
    }
    write(
        "curves",
        rows,
        "epoch",
        "train_loss",
        "train_accuracy",
        "test_loss",
        "test_accuracy",
        "seconds");
  }

  /**
   * networks.csv: sizes and speeds.
   *
   * @param speeds in the protocol's order; empty where none were measured
   */
  public void networks(Protocol protocol, int classes, List<Speed> speeds) {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < protocol.networks().size(); i++) {
      Architecture architecture = protocol.networks().get(i);
      Network network = protocol.spec(architecture, classes).build();
      List<String> row =
          texts(
              architecture.label(),
              network.parameterCount(),
              network.multiplyAccumulates().values().stream().mapToLong(n -> n).sum(),
              Math.round(1e9 * Paper.counted(architecture)));
      if (speeds.isEmpty()) {
        row.addAll(List.of("", "", "", ""));
      } else {
        Speed speed = speeds.get(i);
        row.addAll(
            texts(
                speed.milliseconds(),
                speed.batch(),
                speed.imagesPerSecond(),
                speed.trainedPerSecond()));
      }
      rows.add(row);
    }
    write(
        "networks",
        List.of(
            "network",
            "parameters",
            "multiply_accumulates",
            "multiply_accumulates_of_the_papers_size",
            "milliseconds_of_one_image",
            "batch",
            "images_per_second",
            "trained_images_per_second"),
        rows);
  }

  private static List<String> row(RunResult r, Object... values) {
    List<String> row = new ArrayList<>(texts(r.network(), r.by().label(), r.seed()));
    row.addAll(texts(values));
    return row;
  }

  private static List<String> texts(Object... values) {
    List<String> texts = new ArrayList<>();
    for (Object value : values) {
      // Seven digits: all that a float had.
      texts.add(value instanceof Double d ? Float.toString(d.floatValue()) : value.toString());
    }
    return texts;
  }

  private void write(String name, List<List<String>> rows, String... columns) {
    List<String> header = new ArrayList<>(RUN);
    header.addAll(List.of(columns));
    write(name, header, rows);
  }

  private void write(String name, List<String> header, List<List<String>> rows) {
    StringWriter text = new StringWriter();
    CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).bufferSize(0).build(text);
    csv.writeRecord(header);
    rows.forEach(csv::writeRecord);
    AtomicFile.write(folder.resolve(name + ".csv"), text.toString());
  }
}
