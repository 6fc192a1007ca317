package dev.drsn.engine.stream;

import org.bytedeco.ffmpeg.avformat.AVIOInterruptCB;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The moment at which a native read must give up. FFmpeg asks for it, through its interrupt
 * callback, whenever it waits; so neither a silent host nor a {@link #cancel} leaves a thread
 * hanging.
 */
public final class Deadline implements AutoCloseable {

  /**
   * One for all: JavaCPP has room for ten callbacks of a kind only. Which deadline it is about
   * stands in the memory that FFmpeg hands back.
   */
  private static final class Passed extends AVIOInterruptCB.Callback_Pointer {
    @Override
    public int call(Pointer deadline) {
      // The memory belongs to the Deadline, this is a view of it.
      return passed(new LongPointer(deadline)) ? 1 : 0;
    }
  }

  private static final class Callback {
    static final Passed PASSED = new Passed();
  }

  // [0] is the moment by System.nanoTime, [1] is 1 once it was cancelled.
  private final LongPointer memory = new LongPointer(2);
  private boolean closed;

  /** A deadline that is far away. */
  public Deadline() {
    memory.put(0, System.nanoTime() + Long.MAX_VALUE / 2).put(1, 0);
  }

  private static boolean passed(LongPointer memory) {
    return memory.get(1) != 0 || System.nanoTime() - memory.get(0) > 0;
  }

  /** Moves it to so many nanoseconds from now. */
  synchronized void in(long nanos) {
    memory.put(0, System.nanoTime() + nanos);
  }

  /** Makes it pass now and for good. From any thread. */
  public synchronized void cancel() {
    if (!closed) {
      memory.put(1, 1);
    }
  }

  /** Whether somebody called it off. */
  synchronized boolean cancelled() {
    return closed || memory.get(1) != 0;
  }

  /** Whether it is over. */
  synchronized boolean passed() {
    return closed || passed(memory);
  }

  /** Has FFmpeg ask. The deadline must outlive what it is attached to. */
  void attach(AVIOInterruptCB interrupt) {
    interrupt.callback(Callback.PASSED).opaque(memory);
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      memory.close();
    }
  }
}
