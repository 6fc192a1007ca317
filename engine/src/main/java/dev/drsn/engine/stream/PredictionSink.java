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

  /** Results that it has taken and that have yet to arrive at the other end. */
  default long spooled() {
    return 0;
  }

  /** Results that it has put on a disk since it was opened, whether they have left it or not. */
  default long everSpooled() {
    return 0;
  }

  /** What is wrong at the other end although results are taken, or an empty text. */
  default String trouble() {
    return "";
  }

  @Override
  void close() throws IOException;
}
