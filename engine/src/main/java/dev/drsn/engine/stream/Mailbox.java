package dev.drsn.engine.stream;

/**
 * Room for one frame between a reader and its analyst. Live readers put a newer frame in the older
 * one's place, so that nobody ever looks at an old picture; readers of files wait for room.
 */
final class Mailbox {

  private Frame frame;
  private boolean ended;
  private boolean closed;

  /**
   * Puts a frame in.
   *
   * @param wait whether to wait for room; else a frame that is there is thrown out
   * @return the frame that was thrown out: an earlier one, this one where the box is closed, or
   *     null
   */
  synchronized Frame put(Frame newer, boolean wait) throws InterruptedException {
    while (wait && frame != null && !closed) {
      wait();
    }
    if (closed) {
      return newer;
    }
    Frame older = frame;
    frame = newer;
    notifyAll();
    return older;
  }

  /** Takes the frame out, waiting for one; null where no more will come. */
  synchronized Frame take() throws InterruptedException {
    while (frame == null && !ended && !closed) {
      wait();
    }
    Frame taken = frame;
    frame = null;
    notifyAll();
    return taken;
  }

  /** No more frames will be put in; what is there may still be taken. */
  synchronized void end() {
    ended = true;
    notifyAll();
  }

  /**
   * Nothing goes in or out any more.
   *
   * @return the frame that was still there, or null
   */
  synchronized Frame close() {
    closed = true;
    Frame left = frame;
    frame = null;
    notifyAll();
    return left;
  }
}
