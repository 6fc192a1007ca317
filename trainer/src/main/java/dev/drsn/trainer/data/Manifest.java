package dev.drsn.trainer.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A table of samples: UTF-8 CSV with a heading. Columns {@code path} (relative to the table's
 * folder) and {@code label}; where wanted {@code subject}, {@code split} ({@code train}, {@code
 * valid}, {@code test} or nothing) and soft labels, a column {@code p_<label>} for each class,
 * whose order is then the order of the classes. Other columns are passed over.
 */
final class Manifest {
  private static final String SOFT = "p_";

  /** A line before the classes are known. */
  private record Line(
      long number, String path, String label, String subject, Part part, float[] target) {}

  private Manifest() {}

  static DataSet read(Path file) {
    List<Line> lines = new ArrayList<>();
    List<String> soft = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder()
            .skipEmptyLines(true)
            .detectBomHeader(true)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofNamedCsvRecord(file)) {
      for (NamedCsvRecord row : csv) {
        if (lines.isEmpty()) {
          checkHeading(file, row.getHeader());
          row.getHeader().stream()
              .filter(c -> c.startsWith(SOFT))
              .forEach(c -> soft.add(c.substring(SOFT.length())));
        }
        lines.add(line(file, row, soft));
      }
    } catch (CsvParseException e) {
      throw new DrsnException(file + " is not proper CSV: " + oneLine(e), e);
    } catch (IOException | UncheckedIOException e) {
      throw new DrsnException(file + " cannot be read: " + oneLine(e), e);
    }
    return samples(file, lines, soft);
  }

  /**
   * Writes the table of a data set whose samples' names are paths relative to the table's folder.
   */
  static void write(Path file, List<String> labels, List<Sample> samples) {
    AtomicFile.write(
        file,
        out -> {
          OutputStreamWriter text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
          List<String> row = new ArrayList<>(List.of("path", "label", "subject", "split"));
          labels.forEach(label -> row.add(SOFT + label));
          csv.writeRecord(row);
          for (Sample sample : samples) {
            row.clear();
            row.add(sample.name());
            row.add(labels.get(sample.label()));
            row.add(sample.subject());
            row.add(sample.part().toString());
            for (float p : sample.target()) {
              row.add(p == (int) p ? Integer.toString((int) p) : Float.toString(p));
            }
            csv.writeRecord(row);
          }
          csv.flush();
        });
  }

  private static void checkHeading(Path file, List<String> columns) {
    for (String needed : List.of("path", "label")) {
      if (!columns.contains(needed)) {
        throw new DrsnException(
            file + " has no column " + needed + " in its heading " + columns + "; add it");
      }
    }
  }

  private static Line line(Path file, NamedCsvRecord row, List<String> soft) {
    long number = row.getStartingLineNumber();
    if (row.getFieldCount() != row.getHeader().size()) {
      throw error(
          file,
          number,
          "has " + row.getFieldCount() + " columns, the heading " + row.getHeader().size());
    }
    String path = row.getField("path").strip();
    String label = row.getField("label").strip();
    if (path.isEmpty() || label.isEmpty()) {
      throw error(file, number, "path and label must not be empty");
    }
    String split = row.findField("split").orElse("");
    Part part = Part.of(split);
    if (part == null) {
      throw error(file, number, "split is train, valid, test or empty, not " + split);
    }
    float[] target = soft.isEmpty() ? null : new float[soft.size()];
    double sum = 0;
    for (int k = 0; k < soft.size(); k++) {
      String text = row.getField(SOFT + soft.get(k));
      float p;
      try {
        p = Float.parseFloat(text);
      } catch (NumberFormatException e) {
        throw new DrsnException(
            error(file, number, SOFT + soft.get(k) + " is not a number: " + text).getMessage(), e);
      }
      if (!(p >= 0 && p <= Float.MAX_VALUE)) {
        throw error(file, number, SOFT + soft.get(k) + " must be 0 or above, not " + text);
      }
      target[k] = p;
      sum += p;
    }
    if (target != null && sum <= 0) {
      throw error(file, number, "all " + SOFT + " columns are 0");
    }
    for (int k = 0; target != null && k < target.length; k++) {
      target[k] = (float) (target[k] / sum);
    }
    String subject = row.findField("subject").orElse("").strip();
    return new Line(number, path, label, subject, part, target);
  }

  private static DataSet samples(Path file, List<Line> lines, List<String> soft) {
    List<String> labels = soft;
    if (soft.isEmpty()) {
      Set<String> all = new TreeSet<>();
      lines.forEach(line -> all.add(line.label));
      labels = List.copyOf(all);
    }
    Path folder = file.toAbsolutePath().getParent();
    Set<String> names = new HashSet<>();
    List<Sample> samples = new ArrayList<>(lines.size());
    for (Line line : lines) {
      int label = labels.indexOf(line.label);
      if (label < 0) {
        throw error(file, line.number, "label " + line.label + " has no column p_" + line.label);
      }
      if (!names.add(line.path)) {
        throw error(file, line.number, line.path + " is listed a second time");
      }
      float[] target = line.target == null ? Sample.oneHot(label, labels.size()) : line.target;
      ImageSource source = new ImageSource.OnDisk(folder.resolve(line.path));
      samples.add(new Sample(line.path, source, label, target, line.subject, line.part));
    }
    return new DataSet(file.toString(), labels, samples);
  }

  private static DrsnException error(Path file, long line, String what) {
    return new DrsnException(file + " line " + line + ": " + what);
  }

  private static String oneLine(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
  }
}
