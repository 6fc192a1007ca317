package dev.drsn.trainer.evaluate;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.file.AtomicFile;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model's results on a data set.
 *
 * @param loss mean cross-entropy of the true class, natural logarithm
 * @param topTwoAccuracy the fraction whose true class is one of the two likeliest
 * @param imagesPerSecond loading included
 */
public record Evaluation(
    ConfusionMatrix confusion,
    Calibration calibration,
    double loss,
    double topTwoAccuracy,
    double imagesPerSecond) {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  public double accuracy() {
    return confusion.accuracy();
  }

  public double macroF1() {
    return confusion.macroF1();
  }

  /** Everything, for {@code --json}: one object. */
  public ObjectNode toJson() {
    ObjectNode all = JSON.objectNode();
    all.put("accuracy", accuracy());
    all.put("macro_f1", macroF1());
    all.put("images", confusion.total());
    all.put("balanced_accuracy", confusion.balancedAccuracy());
    all.put("top2_accuracy", topTwoAccuracy);
    all.put("weighted_f1", confusion.weightedF1());
    all.put("macro_precision", confusion.macroPrecision());
    all.put("macro_recall", confusion.macroRecall());
    all.put("loss", loss);
    all.put("calibration_error", calibration.error());
    all.put("images_per_second", imagesPerSecond);
    all.set("classes", classesJson());
    ArrayNode rows = all.putArray("confusion");
    for (long[] row : confusion.counts()) {
      ArrayNode counts = rows.addArray();
      for (long count : row) {
        counts.add(count);
      }
    }
    return all;
  }

  private ArrayNode classesJson() {
    ArrayNode classes = JSON.arrayNode();
    for (int k = 0; k < confusion.classes(); k++) {
      classes
          .addObject()
          .put("label", confusion.labels().get(k))
          .put("precision", confusion.precision(k))
          .put("recall", confusion.recall(k))
          .put("f1", confusion.f1(k))
          .put("support", confusion.support(k));
    }
    return classes;
  }

  /**
   * A line a class: label, precision, recall, F1, support, then its row of the confusion matrix.
   */
  public void writeCsv(Path file) {
    List<String> labels = confusion.labels();
    List<String> header = new ArrayList<>(List.of("label", "precision", "recall", "f1", "support"));
    labels.forEach(label -> header.add("predicted " + label));
    StringWriter text = new StringWriter();
    CsvWriter csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.LF)
            .bufferSize(0)
            .build(text)
            .writeRecord(header);
    for (int k = 0; k < labels.size(); k++) {
      List<String> row = new ArrayList<>();
      row.add(labels.get(k));
      row.add(decimal(confusion.precision(k)));
      row.add(decimal(confusion.recall(k)));
      row.add(decimal(confusion.f1(k)));
      row.add(Long.toString(confusion.support(k)));
      for (long count : confusion.counts()[k]) {
        row.add(Long.toString(count));
      }
      csv.writeRecord(row);
    }
    AtomicFile.write(file, text.toString());
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.6f", value);
  }
}
