package dev.drsn.cli;

import dev.drsn.engine.stream.JsonLinesSink;
import dev.drsn.engine.stream.PredictionSink;
import dev.drsn.engine.stream.StreamResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** Results as JSON lines on standard output. */
final class PrintedSink implements PredictionSink {

  private final PrintWriter out;
  private final List<String> labels;

  PrintedSink(PrintWriter out, List<String> labels) {
    this.out = out;
    this.labels = labels;
  }

  @Override
  public String name() {
    return "stdout";
  }

  @Override
  public void write(List<StreamResult> results) throws IOException {
    results.forEach(result -> out.println(JsonLinesSink.json(result, labels)));
    if (out.checkError()) {
      throw new IOException("nobody reads it any more");
    }
  }

  @Override
  public boolean mustKeep() {
    return true;
  }

  @Override
  public void close() {
    // Standard output is not this sink's.
  }
}
