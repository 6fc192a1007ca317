package dev.drsn.trainer.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * Imports FER+ (Barsoum, Zhang, Canton Ferrer, Zhang: "Training deep networks for facial expression
 * recognition with crowd-sourced label distribution", ICMI 2016): images, and for each the votes of
 * ten people over eight emotions, "unknown" and "not a face".
 *
 * <p>A sample's label is the emotion with most votes, its target the votes for the eight emotions
 * divided by their sum. An image where "unknown" or "not a face" alone has most votes is left out.
 * Where several have equally many, the first in the order of the columns counts, and emotions come
 * first.
 */
public final class FerPlus {
  /** The emotions in the order of the votes file's columns. */
  public static final List<String> EMOTIONS =
      List.of(
          "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt");

  private static final int CHOICES = 10;
  private static final int COLUMNS = 2 + CHOICES;

  /** When the votes of an image count. */
  public enum Rule {
    /** Most votes decide. */
    PLURALITY,
    /**
     * As the data set's authors prepared it for their paper's majority labels: single votes are
     * taken for slips and dropped, then more than half of the rest must agree, or the image is left
     * out.
     */
    AUTHORS
  }

  /**
   * Some images and their votes.
   *
   * @param images a folder or a tar archive of them
   * @param votes lines of file name, box, ten votes; null where it lies beside the images as {@code
   *     *-votes.csv} or {@code label.csv}
   * @param part what they are for
   */
  public record Input(Path images, Path votes, Part part) {}

  /**
   * What came of an import.
   *
   * @param data the new data set
   * @param images that the votes name
   * @param left out, since their votes name no emotion
   * @param tied images whose label was decided by the order of the columns
   * @param rejected images that are missing or cannot be read
   */
  public record Result(
      DataSet data, int images, int left, int tied, List<Crops.Rejected> rejected) {}

  /** Reads a file of the images' folder or archive by name; null where there is none. */
  private interface Reader {
    byte[] read(String name) throws IOException;
  }

  private final Rule rule;
  private final boolean strict;
  private final List<Crops.Rejected> rejected = new ArrayList<>();
  private int images;
  private int left;
  private int tied;

  private FerPlus(Rule rule, boolean strict) {
    this.rule = rule;
    this.strict = strict;
  }

  /**
   * Makes a data set folder: the images byte for byte in class folders, labels and targets in its
   * manifest.
   *
   * @param strict whether an image that is missing or cannot be read is an error
   * @param progress is told how many images were looked at
   */
  public static Result read(
      List<Input> inputs, Path out, Rule rule, boolean strict, IntConsumer progress) {
    FerPlus ferPlus = new FerPlus(rule, strict);
    try (DataSetWriter writer = new DataSetWriter(out, EMOTIONS)) {
      for (Input input : inputs) {
        ferPlus.add(input, writer, progress);
      }
      if (!ferPlus.rejected.isEmpty() && ferPlus.images == ferPlus.rejected.size() + ferPlus.left) {
        throw new DrsnException(
            "no image of the votes can be read; the first: "
                + ferPlus.rejected.getFirst().reason());
      }
      return new Result(
          writer.finish(), ferPlus.images, ferPlus.left, ferPlus.tied, ferPlus.rejected);
    }
  }

  private void add(Input input, DataSetWriter writer, IntConsumer progress) {
    try {
      if (Files.isDirectory(input.images)) {
        List<String> names;
        try (Stream<Path> files = Files.list(input.images)) {
          names = files.map(f -> f.getFileName().toString()).sorted().toList();
        }
        add(input, names, name -> fromFolder(input.images, name), writer, progress);
      } else if (Files.isRegularFile(input.images)) {
        try (Tar tar = new Tar(input.images)) {
          add(input, tar.names(), tar::read, writer, progress);
        }
      } else {
        throw new DrsnException("there is no folder or archive " + input.images);
      }
    } catch (IOException e) {
      throw new DrsnException(input.images + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static byte[] fromFolder(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    return Files.isRegularFile(file) ? Files.readAllBytes(file) : null;
  }

  private void add(
      Input input,
      Iterable<String> names,
      Reader reader,
      DataSetWriter writer,
      IntConsumer progress)
      throws IOException {
    Map<String, int[]> votes = votes(input, names, reader);
    for (Map.Entry<String, int[]> entry : votes.entrySet()) {
      progress.accept(++images);
      int[] counted = count(entry.getValue());
      int label = label(counted);
      if (label < 0) {
        left++;
        continue;
      }
      String name = entry.getKey();
      byte[] file = reader.read(name);
      try {
        if (file == null) {
          throw new DrsnException(input.images + " has no image " + name);
        }
        Image.decode(file, name);
      } catch (DrsnException e) {
        if (strict) {
          throw e;
        }
        rejected.add(new Crops.Rejected(name, e.getMessage()));
        continue;
      }
      writer.add(input.part, name, file, label, target(counted), "");
    }
  }

  private Map<String, int[]> votes(Input input, Iterable<String> names, Reader reader)
      throws IOException {
    if (input.votes != null) {
      try (InputStream in = Files.newInputStream(input.votes)) {
        return votes(input.votes.toString(), in);
      } catch (java.nio.file.NoSuchFileException e) {
        throw new DrsnException("there is no votes file " + input.votes, e);
      }
    }
    List<String> found = new ArrayList<>();
    for (String name : names) {
      if (name.endsWith("-votes.csv") || name.equals("label.csv")) {
        found.add(name);
      }
    }
    if (found.size() != 1) {
      throw new DrsnException(
          input.images
              + (found.isEmpty() ? " has no votes file" : " has votes files " + found)
              + "; name the one to use with --votes");
    }
    String name = input.images + "/" + found.getFirst();
    return votes(name, new ByteArrayInputStream(reader.read(found.getFirst())));
  }

  private static Map<String, int[]> votes(String file, InputStream in) throws IOException {
    Map<String, int[]> votes = new LinkedHashMap<>();
    try (CsvReader<CsvRecord> csv =
        CsvReader.builder().skipEmptyLines(true).detectBomHeader(true).ofCsvRecord(in)) {
      for (CsvRecord row : csv) {
        String where = file + " line " + row.getStartingLineNumber() + ": ";
        if (row.getFieldCount() != COLUMNS) {
          throw new DrsnException(
              where + "has " + row.getFieldCount() + " columns; FER+ has file, box and ten votes");
        }
        String name = row.getField(0).strip();
        if (name.isEmpty() || name.contains("/") || name.contains("\\")) {
          throw new DrsnException(where + "'" + name + "' is not the name of an image file");
        }
        int[] counts = new int[CHOICES];
        for (int k = 0; k < CHOICES; k++) {
          counts[k] = count(row.getField(k + 2), where);
        }
        if (votes.put(name, counts) != null) {
          throw new DrsnException(where + name + " is listed a second time");
        }
      }
    } catch (CsvParseException | UncheckedIOException e) {
      throw new DrsnException(file + " is not proper CSV: " + e.getMessage(), e);
    }
    if (votes.isEmpty()) {
      throw new DrsnException(file + " has no votes in it");
    }
    return votes;
  }

  private static int count(String text, String where) {
    try {
      int votes = Integer.parseInt(text.strip());
      if (votes >= 0 && votes <= 1_000_000) {
        return votes;
      }
    } catch (NumberFormatException _) {
      // The message below says it.
    }
    throw new DrsnException(where + "'" + text + "' is not a number of votes");
  }

  /** The votes that count under the rule. */
  private int[] count(int[] votes) {
    int[] counted = votes.clone();
    for (int k = 0; rule == Rule.AUTHORS && k < CHOICES; k++) {
      counted[k] = counted[k] == 1 ? 0 : counted[k];
    }
    return counted;
  }

  /** The emotion that wins, or -1. */
  private int label(int[] counted) {
    int best = 0;
    boolean isTied = false;
    int sum = counted[0];
    for (int k = 1; k < CHOICES; k++) {
      sum += counted[k];
      if (counted[k] > counted[best]) {
        best = k;
        isTied = false;
      } else if (counted[k] == counted[best]) {
        isTied = true;
      }
    }
    boolean wins = rule == Rule.AUTHORS ? 2 * counted[best] > sum : counted[best] > 0;
    if (best >= EMOTIONS.size() || !wins) {
      return -1;
    }
    tied += isTied ? 1 : 0;
    return best;
  }

  private static float[] target(int[] counted) {
    float sum = 0;
    float[] target = new float[EMOTIONS.size()];
    for (int k = 0; k < target.length; k++) {
      sum += counted[k];
    }
    for (int k = 0; k < target.length; k++) {
      target[k] = counted[k] / sum;
    }
    return target;
  }
}
