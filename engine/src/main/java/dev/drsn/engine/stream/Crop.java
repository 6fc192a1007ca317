package dev.drsn.engine.stream;

/**
 * A face of a stream that is ready for the network.
 *
 * @param face which of its frame's
 * @param inputs the preprocessed faces of the frame, one after the other
 */
record Crop(PendingFrame frame, int face, float[] inputs) implements Work {

  @Override
  public int row() {
    return face;
  }

  @Override
  public void done(float[] probabilities) {
    frame.classified(face, probabilities);
  }
}
