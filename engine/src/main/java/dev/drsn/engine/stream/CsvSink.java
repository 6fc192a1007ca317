package dev.drsn.engine.stream;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.image.Box;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Results as a table, a row a face, in a new file; a frame without faces is a row whose fields from
 * {@code track} on are empty.
 */
public final class CsvSink extends LineSink {

  private static final List<String> COLUMNS =
      List.of(
          "stream",
          "sequence",
          "captured",
          "age_ms",
          "width",
          "height",
          "track",
          "x",
          "y",
          "w",
          "h",
          "score",
          "detected",
          "label",
          "probability");
  private static final int OF_FRAME = 6;

  private final List<String> labels;

  /**
   * Creates the file.
   *
   * @param labels of the model
   */
  public CsvSink(Path file, List<String> labels) {
    super("csv", file);
    this.labels = List.copyOf(labels);
  }

  @Override
  String lines(List<StreamResult> results, boolean first) throws IOException {
    StringWriter text = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text)) {
      if (first) {
        List<String> columns = new ArrayList<>(COLUMNS);
        labels.forEach(label -> columns.add("p_" + label));
        csv.writeRecord(columns);
      }
      for (StreamResult result : results) {
        if (result.faces().isEmpty()) {
          csv.writeRecord(row(result, null));
        }
        for (FaceResult face : result.faces()) {
          csv.writeRecord(row(result, face));
        }
      }
    }
    return text.toString();
  }

  private List<String> row(StreamResult result, FaceResult face) {
    List<String> row = new ArrayList<>(COLUMNS.size() + labels.size());
    row.add(result.stream());
    row.add(Long.toString(result.sequence()));
    row.add(result.captured().truncatedTo(ChronoUnit.MILLIS).toString());
    row.add(String.format(Locale.ROOT, "%.2f", result.ageNanos() / 1e6));
    row.add(Integer.toString(result.width()));
    row.add(Integer.toString(result.height()));
    if (face == null) {
      for (int i = OF_FRAME; i < COLUMNS.size() + labels.size(); i++) {
        row.add("");
      }
      return row;
    }
    Prediction prediction = face.prediction();
    Box box = prediction.face().box();
    row.add(face.track());
    row.add(Integer.toString(box.x()));
    row.add(Integer.toString(box.y()));
    row.add(Integer.toString(box.width()));
    row.add(Integer.toString(box.height()));
    row.add(Float.toString(prediction.face().score()));
    row.add(Boolean.toString(face.detected()));
    row.add(labels.get(prediction.label()));
    row.add(Float.toString(prediction.probability()));
    prediction.probabilities().forEach(p -> row.add(Float.toString(p)));
    return row;
  }
}
