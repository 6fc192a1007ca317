package dev.drsn.engine.stream;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Brings a stream's frames back into order: a frame without faces overtakes one whose faces wait
 * for the device, and faces of one frame may be in two batches.
 */
final class OrderedResults {

  private final ArrayDeque<PendingFrame> pending = new ArrayDeque<>();
  private final Consumer<PendingFrame> receiver;

  /**
   * @param receiver gets the frames in order, one at a time
   */
  OrderedResults(Consumer<PendingFrame> receiver) {
    this.receiver = receiver;
  }

  /** A frame is on its way; in order. */
  synchronized void begin(PendingFrame frame) {
    pending.add(frame);
  }

  /** Hands out what is complete, up to the first frame that is not. */
  synchronized void advance() {
    while (!pending.isEmpty() && pending.peek().complete()) {
      receiver.accept(pending.poll());
    }
  }
}
