package dev.drsn.cli.sink;

import java.io.IOException;
import java.util.List;

/** The other end: takes results one batch after the other. */
public interface Remote extends AutoCloseable {

  /** As errors and counters call it. */
  String name();

  /**
   * Sends results; who cannot tell whether they have arrived throws, and gets them again.
   *
   * @param results as JSON objects, in order for each stream; at least one
   * @throws IOException in one line, without secrets
   */
  void send(List<byte[]> results) throws IOException, InterruptedException;

  @Override
  void close();
}
