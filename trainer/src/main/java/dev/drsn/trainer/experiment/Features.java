package dev.drsn.trainer.experiment;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.feature.Sift;
import dev.drsn.engine.tensor.Npz;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Features of a data set's pictures. As a file an .npz: {@code numpy.load} opens it, a column of it
 * is read without the others, and it takes no library that drsn does not have (Parquet's brings
 * Hadoop's). In it:
 *
 * <pre>
 *   hog          [N, 1764]
 *   cnn          [N, D]
 *   sift         [n, 128]  descriptors of all pictures, one after the other
 *   sift_counts  [N]       how many of them are each picture's
 *   samples.csv            name, label, subject of each picture
 *   drsn.json              version, labels and how the features were made
 * </pre>
 *
 * <p>SIFT stays as descriptors, because words must be found on the training part alone, which is
 * another in each split.
 *
 * @param labels of the classes
 * @param samples what is known of each picture, in order
 * @param columns rows by kind, as many as samples; SIFT's have a multiple of 128 numbers
 * @param how each kind was made, in words
 */
public record Features(
    List<String> labels,
    List<Row> samples,
    SequencedMap<Kind, List<float[]>> columns,
    SequencedMap<Kind, String> how) {

  /** Of what the file says that it is. */
  private static final String FORMAT = "drsn.features";

  /** Changes whenever the same picture would get other numbers. */
  static final int VERSION = 1;

  private static final String ABOUT = "drsn.json";
  private static final String TABLE = "samples.csv";
  private static final String COUNTS = "sift_counts";

  /** Kinds of features by the names that users give. */
  public enum Kind {
    HOG,
    SIFT,
    CNN;

    /** As users name it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The kind of this name. */
    public static Kind of(String label) {
      for (Kind kind : values()) {
        if (kind.label().equals(label.strip())) {
          return kind;
        }
      }
      throw new DrsnException("there is no feature " + label + "; choose from hog, sift and cnn");
    }
  }

  /**
   * One picture.
   *
   * @param label index of its class
   * @param subject who is in it; empty where nobody knows
   */
  public record Row(String name, int label, String subject) {}

  public Features {
    labels = List.copyOf(labels);
    samples = List.copyOf(samples);
  }

  /** Rows of a kind. */
  public Optional<List<float[]>> column(Kind kind) {
    return Optional.ofNullable(columns.get(kind));
  }

  /** Writes a file: whole or not at all. */
  public void write(Path file) {
    SequencedMap<String, Tensor> arrays = new LinkedHashMap<>();
    columns.forEach(
        (kind, rows) -> {
          int width = kind == Kind.SIFT ? Sift.SIZE : rows.getFirst().length;
          arrays.put(kind.label(), stack(rows, width));
          if (kind == Kind.SIFT) {
            float[] counts = new float[rows.size()];
            for (int i = 0; i < counts.length; i++) {
              counts[i] = (float) rows.get(i).length / Sift.SIZE;
            }
            arrays.put(COUNTS, new Tensor(Shape.of(counts.length), counts));
          }
        });
    ObjectNode about = JsonMapper.shared().createObjectNode();
    about.put("format", FORMAT).put("version", VERSION);
    labels.forEach(about.putArray("labels")::add);
    ObjectNode made = about.putObject("how");
    how.forEach((kind, words) -> made.put(kind.label(), words));
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    texts.put(ABOUT, about.toPrettyString() + "\n");
    texts.put(TABLE, table());
    new Npz(arrays, texts).write(file);
  }

  private static Tensor stack(List<float[]> rows, int width) {
    int numbers = rows.stream().mapToInt(row -> row.length).sum();
    if (numbers == 0) {
      throw new DrsnException("no picture has a keypoint; are they pictures of faces?");
    }
    float[] all = new float[numbers];
    int at = 0;
    for (float[] row : rows) {
      System.arraycopy(row, 0, all, at, row.length);
      at += row.length;
    }
    return new Tensor(Shape.of(numbers / width, width), all);
  }

  private String table() {
    StringWriter text = new StringWriter();
    CsvWriter csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.LF)
            .bufferSize(0)
            .build(text)
            .writeRecord("name", "label", "subject");
    samples.forEach(row -> csv.writeRecord(row.name(), labels.get(row.label()), row.subject()));
    return text.toString();
  }

  /**
   * Reads a file.
   *
   * @throws DrsnException naming the file: missing, damaged, of other software, of another version
   */
  public static Features read(Path file) {
    Npz npz = Npz.read(file);
    JsonNode about;
    try {
      about = JsonMapper.shared().readTree(npz.texts().getOrDefault(ABOUT, "{}"));
    } catch (JacksonException e) {
      throw damaged(file, ABOUT + " is no JSON", e);
    }
    if (!about.path("format").asString("").equals(FORMAT)) {
      throw new DrsnException(file + " holds no features of drsn; make them with drsn features");
    }
    int version = about.path("version").asInt(0);
    if (version != VERSION) {
      throw new DrsnException(
          file
              + " holds features of version "
              + version
              + ", this drsn makes and reads version "
              + VERSION
              + "; run drsn features again");
    }
    List<String> labels = new ArrayList<>();
    about.path("labels").forEach(label -> labels.add(label.asString()));
    List<Row> samples = samples(file, npz.texts().getOrDefault(TABLE, ""), labels);
    SequencedMap<Kind, List<float[]>> columns = new LinkedHashMap<>();
    SequencedMap<Kind, String> how = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      Tensor array = npz.arrays().get(kind.label());
      if (array != null) {
        columns.put(kind, rows(file, kind, array, npz.arrays().get(COUNTS), samples.size()));
        how.put(kind, about.path("how").path(kind.label()).asString(""));
      }
    }
    if (columns.isEmpty()) {
      throw damaged(file, "it has neither hog nor sift nor cnn", null);
    }
    return new Features(labels, samples, columns, how);
  }

  private static List<Row> samples(Path file, String table, List<String> labels) {
    List<Row> samples = new ArrayList<>();
    try (CsvReader<CsvRecord> csv = CsvReader.builder().ofCsvRecord(table)) {
      for (CsvRecord row : csv) {
        if (row.getStartingLineNumber() > 1) {
          int label = row.getFieldCount() == 3 ? labels.indexOf(row.getField(1)) : -1;
          if (label < 0) {
            throw damaged(file, TABLE + ", line " + row.getStartingLineNumber(), null);
          }
          samples.add(new Row(row.getField(0), label, row.getField(2)));
        }
      }
    } catch (IOException e) {
      throw damaged(file, TABLE, e);
    }
    return samples;
  }

  private static List<float[]> rows(Path file, Kind kind, Tensor array, Tensor counts, int n) {
    if (kind == Kind.SIFT && (counts == null || counts.data().length != n)) {
      throw damaged(file, "sift_counts are not one a picture", null);
    }
    int width = array.shape().sampleElements();
    List<float[]> rows = new ArrayList<>(n);
    int at = 0;
    for (int i = 0; i < n; i++) {
      int length = kind == Kind.SIFT ? ((int) counts.data()[i]) * width : width;
      if (length < 0 || at + length > array.data().length) {
        throw damaged(file, kind.label() + " has too few rows", null);
      }
      rows.add(Arrays.copyOfRange(array.data(), at, at + length));
      at += length;
    }
    if (at != array.data().length) {
      throw damaged(file, kind.label() + " has more rows than there are pictures", null);
    }
    return rows;
  }

  private static DrsnException damaged(Path file, String how, Exception cause) {
    return new DrsnException(file + " is damaged: " + how + "; run drsn features again", cause);
  }
}
