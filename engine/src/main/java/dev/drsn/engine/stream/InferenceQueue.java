package dev.drsn.engine.stream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What many callers ask of one device. Callers take turns, with streams as well where these have
 * the same device; what does not fit is refused at once.
 */
public final class InferenceQueue {

  private final Device device;
  private final Ticker ticker;
  private final int capacity;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * An empty queue.
   *
   * @param device the caller closes it after this
   * @param capacity rows that may wait
   */
  public InferenceQueue(Device device, int capacity, Ticker ticker) {
    this.device = device;
    this.capacity = capacity;
    this.ticker = ticker;
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
      this.results = new float[rows * device.classes()];
      this.left = rows;
    }

    void done(int row, float[] probabilities) {
      waiting.decrementAndGet();
      boolean complete;
      synchronized (this) {
        if (probabilities == null) {
          failed = true;
        } else {
          int classes = device.classes();
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
   * @throws RejectedExecutionException where too many rows wait
   */
  public CompletableFuture<float[]> submit(float[] inputs, int n) {
    if (waiting.addAndGet(n) > capacity) {
      waiting.addAndGet(-n);
      throw new RejectedExecutionException(capacity + " rows wait already");
    }
    Call call = new Call(n);
    long now = ticker.nanos();
    for (int row = 0; row < n; row++) {
      device.add(call, new Row(call, inputs, row), now);
    }
    return call;
  }
}
