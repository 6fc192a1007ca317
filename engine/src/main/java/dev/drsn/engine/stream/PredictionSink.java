package dev.drsn.engine.stream;

import java.io.IOException;
import java.util.List;

/** Where results go. Each sink has a queue and a thread of its own. */
public interface PredictionSink extends AutoCloseable {

  /** As errors and counters call it. */
  String name();

  /**
   * Takes results, in order for each stream: all of them, or none if it throws.
   *
   * @param results at least one
   */
  void write(List<StreamResult> results) throws IOException;

  /** Whether no result may be lost: rather than that, cameras drop frames and files wait. */
  boolean mustKeep();

  /** Whether it wants the frames themselves, which costs memory. */
  default boolean wantsImages() {
    return false;
  }

  @Override
  void close() throws IOException;
}
