package dev.drsn.trainer.train;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.evaluate.Evaluation;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One epoch in numbers: a line of results.csv.
 *
 * @param epoch from 1
 * @param trainLoss mean of what was minimised: cross-entropy plus weighted centre loss
 * @param crossEntropy its first part
 * @param centreLoss its second part, unweighted
 * @param trainAccuracy of augmented training images, each before the step it took part in
 * @param validLoss mean cross-entropy of the valid images, of the averaged weights where they are
 *     kept; likewise the two that follow
 * @param learningRate of the epoch's last step
 * @param imagesPerSecond training images, without validation
 * @param seconds of training and validation
 */
public record EpochResult(
    int epoch,
    double trainLoss,
    double crossEntropy,
    double centreLoss,
    double trainAccuracy,
    double validLoss,
    double validAccuracy,
    double validMacroF1,
    double learningRate,
    double imagesPerSecond,
    double seconds) {

  private static final List<String> HEADER =
      List.of(
          "epoch",
          "train_loss",
          "cross_entropy",
          "centre_loss",
          "train_accuracy",
          "valid_loss",
          "valid_accuracy",
          "valid_macro_f1",
          "learning_rate",
          "images_per_second",
          "seconds");

  /** An epoch before its validation. */
  static EpochResult trained(
      int epoch,
      double trainLoss,
      double crossEntropy,
      double centreLoss,
      double trainAccuracy,
      double learningRate,
      double imagesPerSecond) {
    return new EpochResult(
        epoch,
        trainLoss,
        crossEntropy,
        centreLoss,
        trainAccuracy,
        0,
        0,
        0,
        learningRate,
        imagesPerSecond,
        0);
  }

  /** The same with its validation. */
  EpochResult validated(Evaluation evaluation, double seconds) {
    return new EpochResult(
        epoch,
        trainLoss,
        crossEntropy,
        centreLoss,
        trainAccuracy,
        evaluation.loss(),
        evaluation.accuracy(),
        evaluation.macroF1(),
        learningRate,
        imagesPerSecond,
        seconds);
  }

  /** Writes results.csv whole: a reader never meets half a line. */
  static void write(Path file, List<EpochResult> results) {
    StringWriter text = new StringWriter();
    CsvWriter csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.LF)
            .bufferSize(0)
            .build(text)
            .writeRecord(HEADER);
    results.forEach(result -> csv.writeRecord(result.fields()));
    AtomicFile.write(file, text.toString());
  }

  private List<String> fields() {
    List<String> fields = new ArrayList<>();
    fields.add(Integer.toString(epoch));
    for (double value :
        new double[] {
          trainLoss,
          crossEntropy,
          centreLoss,
          trainAccuracy,
          validLoss,
          validAccuracy,
          validMacroF1,
          learningRate,
          imagesPerSecond,
          seconds
        }) {
      // Six digits tell all there is to tell and read back as the same number that was written.
      fields.add(Float.toString((float) value));
    }
    return fields;
  }

  /** Reads what {@link #write} wrote. */
  static List<EpochResult> read(Path file) {
    List<EpochResult> results = new ArrayList<>();
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder().ofCsvRecord(Files.newBufferedReader(file))) {
      for (CsvRecord row : csv) {
        if (row.getStartingLineNumber() > 1) {
          double[] v = row.getFields().stream().mapToDouble(Double::parseDouble).toArray();
          v = Arrays.copyOf(v, HEADER.size());
          results.add(
              new EpochResult(
                  (int) v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
    return results;
  }
}
