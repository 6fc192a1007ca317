package dev.drsn.engine.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes batches of what many streams want to know. A batch is closed when it is full, when its
 * oldest item has waited long enough, or when no more will come. Where more wait than fit, the
 * streams take turns, beginning with the one whose item was captured first: the oldest is always
 * among them, and a stream of many faces does not keep the others waiting.
 *
 * <p>Items of a stream keep their order. The number of items is bounded by who adds them.
 *
 * @param <T> what is batched
 */
final class DynamicBatcher<T> {

  /** Why a batch was closed. */
  enum Closed {
    FULL,
    DELAY,
    DRAIN;

    /** As in metrics and tables. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Items to be run together.
   *
   * @param waited nanoseconds that the item that waited longest has waited
   */
  record Batch<T>(List<T> items, Closed closed, long waited) {}

  private record Item<T>(T item, long captured, long added) {}

  private final int maxBatch;
  private final long maxDelay;
  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Object, ArrayDeque<Item<T>>> lanes = new LinkedHashMap<>();
  private int size;
  private boolean draining;

  /**
   * An empty batcher.
   *
   * @param maxBatch the most items a batch, at least 1
   * @param maxDelay nanoseconds an item waits at most for company; 0 for not at all
   */
  DynamicBatcher(int maxBatch, long maxDelay, Ticker ticker) {
    this.maxBatch = maxBatch;
    this.maxDelay = maxDelay;
    this.ticker = ticker;
  }

  /**
   * Adds an item.
   *
   * @param stream whose it is; those of one stream keep their order
   * @param captured when its frame was captured
   */
  void add(Object stream, T item, long captured) {
    lock.lock();
    try {
      long now = ticker.nanos();
      lanes.computeIfAbsent(stream, _ -> new ArrayDeque<>()).add(new Item<>(item, captured, now));
      size++;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a batch; null where the batcher is drained and empty. */
  Batch<T> take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Batch<T> batch = poll();
        if (batch != null) {
          return batch;
        }
        if (size > 0) {
          changed.await(untilDue(), TimeUnit.NANOSECONDS);
        } else if (draining) {
          return null;
        } else {
          changed.await();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** A batch if one is due by now, else null. */
  Batch<T> poll() {
    lock.lock();
    try {
      if (size == 0 || (size < maxBatch && !draining && untilDue() > 0)) {
        return null;
      }
      Closed closed = size >= maxBatch ? Closed.FULL : draining ? Closed.DRAIN : Closed.DELAY;
      long oldest = oldest();
      List<T> items = new ArrayList<>(Math.min(size, maxBatch));
      List<ArrayDeque<Item<T>>> turns = new ArrayList<>(lanes.values());
      turns.sort(Comparator.comparingLong(lane -> lane.peek().captured));
      while (items.size() < maxBatch && !turns.isEmpty()) {
        for (ArrayDeque<Item<T>> lane : turns) {
          if (items.size() < maxBatch) {
            items.add(lane.poll().item);
            size--;
          }
        }
        turns.removeIf(ArrayDeque::isEmpty);
      }
      lanes.values().removeIf(ArrayDeque::isEmpty);
      return new Batch<>(items, closed, ticker.nanos() - oldest);
    } finally {
      lock.unlock();
    }
  }

  /** Nanoseconds until the item that has waited longest has waited enough; something is there. */
  private long untilDue() {
    return oldest() + maxDelay - ticker.nanos();
  }

  private long oldest() {
    long oldest = Long.MAX_VALUE;
    for (ArrayDeque<Item<T>> lane : lanes.values()) {
      oldest = Math.min(oldest, lane.peek().added);
    }
    return oldest;
  }

  /** No more will come: what is there is given out at once, then {@link #take} ends. */
  void drain() {
    lock.lock();
    try {
      draining = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
