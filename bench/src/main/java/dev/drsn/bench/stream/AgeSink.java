package dev.drsn.bench.stream;

import dev.drsn.bench.time.Samples;
import dev.drsn.engine.stream.PredictionSink;
import dev.drsn.engine.stream.StreamResult;
import java.util.List;

/** Keeps the ages of all results, in milliseconds, once it is told to. */
final class AgeSink implements PredictionSink {

  private Samples ages;

  /** From now on. */
  synchronized void begin() {
    ages = new Samples();
  }

  /** Those since {@link #begin}; no more are kept. */
  synchronized Samples end() {
    Samples all = ages;
    ages = null;
    return all;
  }

  @Override
  public synchronized void write(List<StreamResult> results) {
    if (ages != null) {
      results.forEach(result -> ages.add(result.ageNanos() / 1e6));
    }
  }

  @Override
  public String name() {
    return "ages";
  }

  @Override
  public boolean mustKeep() {
    return false;
  }

  @Override
  public void close() {}
}
