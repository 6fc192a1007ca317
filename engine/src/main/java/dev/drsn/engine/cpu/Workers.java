package dev.drsn.engine.cpu;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The backend's threads. A task of n independent items is cut into contiguous shares, one a thread,
 * the caller's among them; the same thread gets the same share in each layer, so its samples are
 * still in its cache. Between tasks a worker spins for a short while, because the next layer
 * follows within microseconds, and then parks: an idle engine uses no CPU.
 *
 * <p>Two plans may run at once: who finds the threads taken works through its items alone.
 */
final class Workers implements AutoCloseable {

  /** Independent items of work. Implementations keep results independent of who runs which item. */
  interface Task {
    /**
     * Runs one item.
     *
     * @param item 0 to items - 1
     * @param thread 0 to threads - 1: which per-thread scratch to use
     */
    void run(int item, int thread);
  }

  /** About 50 microseconds of spinning. */
  private static final int SPINS = 4000;

  private final int threads;
  private final Worker[] workers;
  private final AtomicBoolean taken = new AtomicBoolean();
  private final AtomicInteger pending = new AtomicInteger();
  private Task task;
  private int items;
  private final AtomicInteger generation = new AtomicInteger();
  private volatile boolean closed;
  private volatile Throwable failure;

  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads " + threads + " is below 1");
    }
    this.threads = threads;
    this.workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  int threads() {
    return threads;
  }

  /** Runs all items and returns when they are done. What an item throws is thrown here. */
  void run(Task task, int items) {
    if (closed) {
      throw new IllegalStateException("the backend is closed");
    }
    if (threads == 1 || items <= 1 || !taken.compareAndSet(false, true)) {
      for (int i = 0; i < items; i++) {
        task.run(i, 0);
      }
      return;
    }
    try {
      this.task = task;
      this.items = items;
      failure = null;
      pending.set(workers.length);
      generation.incrementAndGet();
      for (Worker worker : workers) {
        if (worker.parked) {
          LockSupport.unpark(worker);
        }
      }
      Throwable thrown = null;
      try {
        share(task, items, 0);
      } catch (Throwable t) {
        thrown = t;
      }
      int spins = 0;
      while (pending.get() != 0) {
        if (++spins < SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
      this.task = null;
      rethrow(thrown != null ? thrown : failure);
    } finally {
      taken.set(false);
    }
  }

  private void share(Task task, int items, int thread) {
    int first = (int) ((long) items * thread / threads);
    int last = (int) ((long) items * (thread + 1) / threads);
    for (int i = first; i < last; i++) {
      task.run(i, thread);
    }
  }

  private static void rethrow(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    if (thrown instanceof Error e) {
      throw e;
    }
  }

  @Override
  public void close() {
    closed = true;
    generation.incrementAndGet();
    for (Worker worker : workers) {
      LockSupport.unpark(worker);
    }
  }

  private final class Worker extends Thread {
    private final int index;
    private volatile boolean parked;

    Worker(int index) {
      super("drsn-cpu-" + index);
      this.index = index;
      setDaemon(true);
    }

    @Override
    public void run() {
      int seen = 0;
      while (true) {
        seen = await(seen);
        if (closed) {
          return;
        }
        try {
          share(task, items, index);
        } catch (Throwable t) {
          failure = t;
        } finally {
          pending.decrementAndGet();
        }
      }
    }

    /** Waits until the generation differs from the one seen and returns it. */
    private int await(int seen) {
      for (int i = 0; i < SPINS; i++) {
        int now = generation.get();
        if (now != seen) {
          return now;
        }
        Thread.onSpinWait();
      }
      parked = true;
      try {
        int now = generation.get();
        while (now == seen) {
          LockSupport.park(this);
          now = generation.get();
        }
        return now;
      } finally {
        parked = false;
      }
    }
  }
}
