package dev.drsn.trainer.collect;

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
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** UTF-8 CSV with a heading, read by the names of its columns and written whole or not at all. */
final class Table {

  private Table() {}

  /** A line, whose fields are asked for by name; what is wrong with one names file and line. */
  record Line(Path file, NamedCsvRecord fields) {

    String text(String column) {
      String text = fields.findField(column).orElse("").strip();
      if (text.isEmpty()) {
        throw wrong(column + " is empty", null);
      }
      return text;
    }

    double number(String column) {
      String text = text(column);
      try {
        double number = Double.parseDouble(text);
        if (Double.isFinite(number)) {
          return number;
        }
      } catch (NumberFormatException _) {
        // Said below, as of other texts that are no numbers.
      }
      throw wrong(column + " is not a number: " + text, null);
    }

    /** The same, NaN where there is nothing. */
    double numberOrNone(String column) {
      return fields.findField(column).orElse("").isBlank() ? Double.NaN : number(column);
    }

    long whole(String column) {
      double number = number(column);
      if (number != (long) number) {
        throw wrong(column + " is not a whole number: " + number, null);
      }
      return (long) number;
    }

    DrsnException wrong(String what, Exception cause) {
      return new DrsnException(
          file + " line " + fields.getStartingLineNumber() + ": " + what, cause);
    }
  }

  static <T> List<T> read(Path file, List<String> columns, Function<Line, T> row) {
    List<T> rows = new ArrayList<>();
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder()
            .skipEmptyLines(true)
            .detectBomHeader(true)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .ofNamedCsvRecord(file)) {
      for (NamedCsvRecord fields : csv) {
        for (String column : rows.isEmpty() ? columns : List.<String>of()) {
          if (!fields.getHeader().contains(column)) {
            throw new DrsnException(
                file + " has no column " + column + "; put it back, or build the set anew");
          }
        }
        Line line = new Line(file, fields);
        if (fields.getFieldCount() != fields.getHeader().size()) {
          throw line.wrong(
              "has "
                  + fields.getFieldCount()
                  + " columns, the heading "
                  + fields.getHeader().size(),
              null);
        }
        rows.add(row.apply(line));
      }
    } catch (CsvParseException | UncheckedIOException | IOException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String reason = String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
      throw new DrsnException(file + " is damaged: " + reason + "; restore it from a copy", e);
    }
    return rows;
  }

  static <T> void write(
      Path file, List<String> columns, List<T> rows, Function<T, List<String>> fields) {
    AtomicFile.write(
        file,
        out -> {
          OutputStreamWriter text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
          csv.writeRecord(columns);
          for (T row : rows) {
            csv.writeRecord(fields.apply(row));
          }
          csv.flush();
        });
  }

  /** A number as tables have it, empty for NaN. */
  static String number(String format, double number) {
    return Double.isNaN(number) ? "" : String.format(Locale.ROOT, format, number);
  }
}
