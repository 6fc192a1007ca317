package dev.drsn.trainer.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Imports {@code fer2013.csv} of the ICML 2013 challenge (Goodfellow et al., "Challenges in
 * representation learning", 2013): columns emotion (0 to 6), pixels (48 x 48 greys, spaces between)
 * and Usage (Training, PublicTest, PrivateTest, which become train, valid and test). Image n of the
 * file becomes {@code fer<n>.png}, counted from 0 in seven digits, as FER+ names them.
 */
public final class Fer2013 {
  /** The emotions by their numbers in the file, called as FER+ calls them. */
  public static final List<String> EMOTIONS =
      List.of("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral");

  private static final int SIDE = 48;

  /**
   * What came of an import.
   *
   * @param data the new data set
   * @param images lines of the file
   * @param rejected lines that are no image, named by their line number
   */
  public record Result(DataSet data, int images, List<Crops.Rejected> rejected) {}

  private Fer2013() {}

  /**
   * Makes a data set folder of grey PNG files in class folders inside folders of their parts.
   *
   * @param strict whether a line that is no image is an error; otherwise it is left out
   * @param progress is told how many lines were read
   */
  public static Result read(Path file, Path out, boolean strict, IntConsumer progress) {
    List<Crops.Rejected> rejected = new ArrayList<>();
    int images = 0;
    try (CsvReader<CsvRecord> csv =
            CsvReader.builder()
                .skipEmptyLines(true)
                .detectBomHeader(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(file);
        DataSetWriter writer = new DataSetWriter(out, EMOTIONS)) {
      List<String> heading = null;
      for (CsvRecord row : csv) {
        if (heading == null) {
          heading = heading(file, row);
          continue;
        }
        progress.accept(images + 1);
        try {
          add(row, heading, images, writer);
        } catch (IllegalArgumentException e) {
          String line = file + " line " + row.getStartingLineNumber();
          if (strict) {
            throw new DrsnException(line + ": " + e.getMessage(), e);
          }
          rejected.add(new Crops.Rejected(line, e.getMessage()));
        }
        images++;
      }
      if (images > 0 && images == rejected.size()) {
        throw new DrsnException(
            file + " has no line that is an image; the first: " + rejected.getFirst().reason());
      }
      return new Result(writer.finish(), images, rejected);
    } catch (CsvParseException | UncheckedIOException e) {
      throw new DrsnException(file + " is not proper CSV: " + e.getMessage(), e);
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file, e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static List<String> heading(Path file, CsvRecord row) {
    List<String> heading = row.getFields().stream().map(String::strip).toList();
    for (String column : List.of("emotion", "pixels", "Usage")) {
      if (!heading.contains(column)) {
        throw new DrsnException(
            file + " does not begin with the heading emotion,pixels,Usage; is it fer2013.csv?");
      }
    }
    return heading;
  }

  private static void add(CsvRecord row, List<String> heading, int n, DataSetWriter writer) {
    if (row.getFieldCount() != heading.size()) {
      throw new IllegalArgumentException("has " + row.getFieldCount() + " columns");
    }
    String emotion = row.getField(heading.indexOf("emotion")).strip();
    if (!emotion.matches("[0-6]")) {
      throw new IllegalArgumentException("emotion is 0 to 6, not '" + emotion + "'");
    }
    int label = Integer.parseInt(emotion);
    String usage = row.getField(heading.indexOf("Usage")).strip();
    Part part =
        switch (usage) {
          case "Training" -> Part.TRAIN;
          case "PublicTest" -> Part.VALID;
          case "PrivateTest" -> Part.TEST;
          default ->
              throw new IllegalArgumentException(
                  "Usage is Training, PublicTest or PrivateTest, not '" + usage + "'");
        };
    byte[] pixels = pixels(row.getField(heading.indexOf("pixels")));
    byte[] png = new Image(SIDE, SIDE, 1, pixels).toPng();
    float[] target = Sample.oneHot(label, EMOTIONS.size());
    writer.add(part, String.format("fer%07d.png", n), png, label, target, "");
  }

  private static byte[] pixels(String text) {
    String[] numbers = text.strip().split("\\s+");
    if (numbers.length != SIDE * SIDE) {
      throw new IllegalArgumentException("has " + numbers.length + " pixels instead of 48 x 48");
    }
    byte[] pixels = new byte[numbers.length];
    for (int i = 0; i < pixels.length; i++) {
      if (!numbers[i].matches("\\d{1,3}") || Integer.parseInt(numbers[i]) > 255) {
        throw new IllegalArgumentException("pixel '" + numbers[i] + "' is not 0 to 255");
      }
      pixels[i] = (byte) Integer.parseInt(numbers[i]);
    }
    return pixels;
  }
}
