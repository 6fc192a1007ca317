package dev.drsn.bench.contender;

import java.util.List;

/** One side of a comparison: an engine with a network, its weights and its inputs loaded. */
public interface Contender extends AutoCloseable {

  /** As the command line and the results name it. */
  String name();

  /** In which of its forms it runs, for people. */
  String form();

  /** Does the work once: a forward pass, or a whole training step. */
  void run();

  /** What the first run gave, for the comparison before the timing. */
  List<Answer> answers();

  @Override
  void close();
}
