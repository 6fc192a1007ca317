package dev.drsn.engine.stream;

import java.util.List;

/**
 * A frame on its way from the analyst to the sinks: its faces are on the device, in one batch or in
 * several.
 */
final class PendingFrame {

  final Frame frame;
  final List<Tracked> faces;
  final float[][] probabilities;
  private final OrderedResults results;
  private int left;
  private boolean failed;

  PendingFrame(Frame frame, List<Tracked> faces, OrderedResults results) {
    this.frame = frame;
    this.faces = faces;
    this.results = results;
    this.probabilities = new float[faces.size()][];
    this.left = faces.size();
  }

  /** A face's probabilities are there; null where the device has failed on them. */
  void classified(int face, float[] p) {
    boolean complete;
    synchronized (this) {
      probabilities[face] = p;
      failed |= p == null;
      left--;
      complete = left == 0;
    }
    if (complete) {
      results.advance();
    }
  }

  /** Whether all its faces are classified. */
  synchronized boolean complete() {
    return left == 0;
  }

  /** Whether one of them could not be. */
  synchronized boolean failed() {
    return failed;
  }
}
