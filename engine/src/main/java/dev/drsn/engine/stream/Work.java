package dev.drsn.engine.stream;

/** One row for the network. */
interface Work {

  /** Rows, one after the other, of which this is one. */
  float[] inputs();

  /** Which of them. */
  int row();

  /** Takes the result, or null where the run has failed. */
  void done(float[] probabilities);
}
