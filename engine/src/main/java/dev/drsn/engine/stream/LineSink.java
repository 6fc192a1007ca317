package dev.drsn.engine.stream;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Results as lines in a new file. Keeps every result. */
abstract sealed class LineSink implements PredictionSink permits CsvSink, JsonLinesSink {

  private final String name;
  private final LineFile file;

  LineSink(String name, Path file) {
    this.name = name;
    this.file = new LineFile(file);
  }

  /**
   * The lines of some results.
   *
   * @param first whether nothing has been written yet
   */
  abstract String lines(List<StreamResult> results, boolean first) throws IOException;

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final void write(List<StreamResult> results) throws IOException {
    file.append(lines(results, file.isEmpty()));
  }

  @Override
  public final boolean mustKeep() {
    return true;
  }

  @Override
  public final void close() throws IOException {
    file.close();
  }
}
