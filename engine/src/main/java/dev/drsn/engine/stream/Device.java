package dev.drsn.engine.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Runs batch after batch of whatever comes, from streams and from requests alike, on a platform
 * thread of its own: kernels want one that stays theirs.
 */
public final class Device implements AutoCloseable {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

  private final DynamicBatcher<Work> batcher;
  private final BatchRunner runner;
  private final BatchObserver observer;
  private final Ticker ticker;
  private final float[] inputs;
  private final float[] probabilities;
  private final AtomicLongArray sizes;
  private final Map<DynamicBatcher.Closed, AtomicLong> closed =
      new EnumMap<>(DynamicBatcher.Closed.class);
  private final Durations queue = new Durations();
  private final Durations compute = new Durations();
  private final Thread running;
  private volatile String failure = "";

  /**
   * Starts the thread.
   *
   * @param runner runs the model; the caller closes it after this
   * @param maxBatch the most rows a batch; never more than the runner takes
   * @param maxDelay how long a row waits at most for company
   */
  public Device(
      BatchRunner runner, int maxBatch, Duration maxDelay, BatchObserver observer, Ticker ticker) {
    int batch = Math.min(maxBatch, runner.batch());
    this.batcher = new DynamicBatcher<>(batch, maxDelay.toNanos(), ticker);
    this.runner = runner;
    this.observer = observer;
    this.ticker = ticker;
    this.inputs = new float[runner.batch() * runner.inputs()];
    this.probabilities = new float[runner.batch() * runner.classes()];
    this.sizes = new AtomicLongArray(runner.batch() + 1);
    for (DynamicBatcher.Closed why : DynamicBatcher.Closed.values()) {
      closed.put(why, new AtomicLong());
    }
    this.running = Thread.ofPlatform().daemon().name("drsn-device").start(this::runAll);
  }

  /** Numbers of one result. */
  int classes() {
    return runner.classes();
  }

  /**
   * Adds a row.
   *
   * @param lane whose it is: those of one lane keep their order, and lanes take turns
   * @param captured when what it shows was captured
   */
  void add(Object lane, Work work, long captured) {
    batcher.add(lane, work, captured);
  }

  /** Until the batcher is drained. */
  private void runAll() {
    try {
      DynamicBatcher.Batch<Work> batch = batcher.take();
      while (batch != null) {
        run(batch);
        batch = batcher.take();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(DynamicBatcher.Batch<Work> batch) {
    List<Work> rows = batch.items();
    int n = rows.size();
    int each = runner.inputs();
    for (int i = 0; i < n; i++) {
      Work work = rows.get(i);
      System.arraycopy(work.inputs(), work.row() * each, inputs, i * each, each);
    }
    boolean done = false;
    long began = ticker.nanos();
    try {
      runner.run(inputs, n, probabilities);
      done = true;
    } catch (RuntimeException e) {
      // These rows are lost and counted; the next batch may well work.
      failure = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
    long took = ticker.nanos() - began;
    compute.add(took);
    queue.add(batch.waited());
    observer.ran(n, batch.closed().label(), batch.waited(), took);
    sizes.incrementAndGet(n);
    closed.get(batch.closed()).incrementAndGet();
    int classes = runner.classes();
    for (int i = 0; i < n; i++) {
      int row = i * classes;
      rows.get(i).done(done ? Arrays.copyOfRange(probabilities, row, row + classes) : null);
    }
  }

  /** The batches so far. */
  public BatchSnapshot snapshot() {
    List<Long> counts = new ArrayList<>(sizes.length());
    for (int n = 0; n < sizes.length(); n++) {
      counts.add(sizes.get(n));
    }
    Map<String, Long> reasons = new TreeMap<>();
    closed.forEach((why, count) -> reasons.put(why.label(), count.get()));
    return new BatchSnapshot(counts, reasons, queue.snapshot(), compute.snapshot(), failure);
  }

  /** Runs what is there, waits for that, and ends. Nothing may be added any more. */
  @Override
  public void close() {
    batcher.drain();
    try {
      TimeUnit.NANOSECONDS.timedJoin(running, PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
