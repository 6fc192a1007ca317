package dev.drsn.engine.stream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Batches what many callers ask of one model. Callers take turns; what does not fit is refused at
 * once.
 */
public final class InferenceQueue implements AutoCloseable {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  private final DynamicBatcher<Work> batcher;
  private final BatchRunner runner;
  private final Device device;
  private final Thread running;
  private final Ticker ticker;
  private final int capacity;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile boolean closed;

  /**
   * Starts the device's thread.
   *
   * @param runner runs the model; the caller closes it after this
   * @param maxDelay how long a row waits at most for company
   * @param capacity rows that may wait
   */
  public InferenceQueue(
      BatchRunner runner, Duration maxDelay, int capacity, BatchObserver observer, Ticker ticker) {
    this.runner = runner;
    this.capacity = capacity;
    this.ticker = ticker;
    this.batcher = new DynamicBatcher<>(runner.batch(), maxDelay.toNanos(), ticker);
    this.device = new Device(batcher, runner, observer, ticker);
    this.running = Thread.ofPlatform().daemon().name("drsn-device").start(device);
  }

  /** One row of a call. */
  private record Row(Call call, float[] inputs, int row) implements Work {
    @Override
    public void done(float[] probabilities) {
      call.done(row, probabilities);
    }
  }

  /** Rows that were asked for together. */
  private final class Call extends CompletableFuture<float[]> {
    private final float[] results;
    private int left;
    private boolean failed;

    Call(int rows) {
      this.results = new float[rows * runner.classes()];
      this.left = rows;
    }

    void done(int row, float[] probabilities) {
      waiting.decrementAndGet();
      boolean complete;
      synchronized (this) {
        if (probabilities == null) {
          failed = true;
        } else {
          int classes = runner.classes();
          System.arraycopy(probabilities, 0, results, row * classes, classes);
        }
        left--;
        complete = left == 0;
      }
      if (complete && failed) {
        completeExceptionally(new IllegalStateException(device.snapshot().failure()));
      } else if (complete) {
        complete(results);
      }
    }
  }

  /**
   * Asks for results.
   *
   * @param inputs n rows of {@link BatchRunner#inputs()} numbers; not to be changed until it is
   *     done
   * @param n at least 1
   * @return n rows of {@link BatchRunner#classes()} probabilities
   * @throws RejectedExecutionException where too many rows wait, or this is closed
   */
  public CompletableFuture<float[]> submit(float[] inputs, int n) {
    if (closed || waiting.addAndGet(n) > capacity) {
      if (!closed) {
        waiting.addAndGet(-n);
      }
      throw new RejectedExecutionException(closed ? "closed" : capacity + " rows wait already");
    }
    Call call = new Call(n);
    long now = ticker.nanos();
    for (int row = 0; row < n; row++) {
      batcher.add(call, new Row(call, inputs, row), now);
    }
    return call;
  }

  /** Rows that wait or run. */
  public int waiting() {
    return waiting.get();
  }

  /** The batches so far. */
  public BatchSnapshot batches() {
    return device.snapshot();
  }

  /** Takes no more, and waits for what is there. */
  @Override
  public void close() {
    closed = true;
    batcher.drain();
    try {
      TimeUnit.NANOSECONDS.timedJoin(running, PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
