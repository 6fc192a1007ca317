package dev.drsn.engine.stream;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A bounded queue in front of a sink, and the thread that empties it. Adding never waits. When it
 * is full, a sink that must keep everything closes the gate through which frames go to be looked at
 * ({@link #awaitRoom}), so the queue grows beyond its bound by the frames on their way only; any
 * other sink loses the result, counted.
 *
 * <p>A sink that fails is tried again until it works or the program ends; one that need not keep
 * everything loses what it failed on.
 */
final class SinkQueue implements AutoCloseable {

  private static final int AT_ONCE = 64;

  private final PredictionSink sink;
  private final int capacity;
  private final long retryNanos;
  private final ArrayDeque<StreamResult> queue = new ArrayDeque<>();
  private final Thread thread;
  private long sent;
  private long lost;
  private String failure = "";
  private boolean open;
  private boolean closing;
  private boolean abandoned;

  /**
   * Starts the thread.
   *
   * @param capacity results that may wait
   * @param retryNanos between attempts of a sink that fails
   */
  SinkQueue(PredictionSink sink, int capacity, long retryNanos) {
    this.sink = sink;
    this.capacity = capacity;
    this.retryNanos = retryNanos;
    this.thread = Thread.ofPlatform().daemon().name("drsn-sink-" + sink.name()).start(this::run);
  }

  /** The counters of a sink, and what is wrong with it, or an empty text. */
  synchronized SinkSnapshot snapshot() {
    String trouble = failure.isEmpty() ? sink.trouble() : failure;
    return new SinkSnapshot(
        sink.name(), sent, lost, queue.size(), sink.spooled(), sink.everSpooled(), trouble);
  }

  /** Adds a result. */
  synchronized void add(StreamResult result) {
    if (abandoned || (!sink.mustKeep() && queue.size() >= capacity)) {
      lost++;
      return;
    }
    queue.add(result);
    notifyAll();
  }

  /** Waits while a sink that must keep everything has no room. */
  synchronized void awaitRoom() throws InterruptedException {
    while (sink.mustKeep() && queue.size() >= capacity && !open) {
      wait();
    }
  }

  /** Nobody waits for room any more: the end is near, and no new frames come. */
  synchronized void openGate() {
    open = true;
    notifyAll();
  }

  private void run() {
    try {
      List<StreamResult> some = next();
      while (some != null) {
        write(some);
        some = next();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized List<StreamResult> next() throws InterruptedException {
    while (queue.isEmpty() && !closing) {
      wait();
    }
    List<StreamResult> some = new ArrayList<>(AT_ONCE);
    while (!queue.isEmpty() && some.size() < AT_ONCE) {
      some.add(queue.poll());
    }
    notifyAll();
    return some.isEmpty() ? null : some;
  }

  private void write(List<StreamResult> some) throws InterruptedException {
    while (true) {
      try {
        sink.write(some);
        synchronized (this) {
          sent += some.size();
          failure = "";
        }
        return;
      } catch (IOException | RuntimeException e) {
        if (failed(e, some.size())) {
          return;
        }
      }
    }
  }

  /** Notes a failure; true where the results are given up, false after the wait for another try. */
  private synchronized boolean failed(Exception e, int results) throws InterruptedException {
    failure = sink.name() + " cannot be written: " + e.getMessage();
    if (!abandoned && sink.mustKeep()) {
      // A notification only means that more has come, or that it is time to end.
      long end = System.nanoTime() + retryNanos;
      for (long left = retryNanos; left > 0 && !abandoned; left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    }
    if (abandoned || !sink.mustKeep()) {
      lost += results;
      return true;
    }
    return false;
  }

  /** Writes what is there and ends; see {@link #close(long)}. */
  @Override
  public void close() {
    close(TimeUnit.SECONDS.toNanos(10));
  }

  /** Writes what is there, for so long at most, and ends. What remains is lost, counted. */
  void close(long patienceNanos) {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    boolean interrupted = join(patienceNanos);
    synchronized (this) {
      abandoned = true;
      lost += queue.size();
      queue.clear();
      notifyAll();
    }
    interrupted |= join(patienceNanos);
    try {
      sink.close();
    } catch (IOException | RuntimeException e) {
      synchronized (this) {
        failure = sink.name() + " cannot be closed: " + e.getMessage();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the thread; true where the waiting was interrupted. */
  private boolean join(long nanos) {
    try {
      TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }
}
