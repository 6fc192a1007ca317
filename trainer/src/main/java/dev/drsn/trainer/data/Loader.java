package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Batches for training and evaluation, made ahead of time by threads of its own in a fixed ring of
 * buffers.
 *
 * <p>The order of samples depends on (seed, epoch) and what augmentation does to one on (seed,
 * epoch, index), so the numbers are the same for any count of workers, and {@link #position()} is
 * all that a later run needs to go on from.
 *
 * <p>For one caller; {@link #close()} ends the threads.
 */
public final class Loader implements AutoCloseable {

  /**
   * What batches are made of.
   *
   * @param batch samples in a batch, at least 1
   * @param shuffle whether each epoch has an order of its own; otherwise the data set's
   * @param dropLast whether an epoch's last batch is left out when it is not full
   * @param labelSmoothing share of each target that is spread evenly over all classes, 0 up to 1
   * @param classWeights factor of each class in the targets; empty for none
   * @param workers threads, at least 1
   */
  public record Options(
      int batch,
      boolean shuffle,
      boolean dropLast,
      long seed,
      Augmentation augmentation,
      double labelSmoothing,
      List<Float> classWeights,
      int workers) {

    public Options {
      if (batch < 1 || workers < 1) {
        throw new DrsnException(
            "batch and workers are at least 1, not " + batch + " and " + workers);
      }
      if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
        throw new DrsnException("label smoothing is 0 up to 1, not " + labelSmoothing);
      }
      classWeights = List.copyOf(classWeights);
      for (float weight : classWeights) {
        if (!(weight >= 0 && weight <= Float.MAX_VALUE)) {
          throw new DrsnException("class weights are 0 or above, not " + classWeights);
        }
      }
    }

    /** Every sample once, in order and unchanged: for evaluation. */
    public static Options inOrder(int batch, int workers) {
      return new Options(batch, false, false, 0, Augmentation.NONE, 0, List.of(), workers);
    }
  }

  /** The batch that comes next: as many as went before it in its epoch. */
  public record Position(int epoch, int batch) {
    /** Where training begins. */
    public static final Position START = new Position(0, 0);
  }

  private final Crops crops;
  private final Options options;
  private final int batches;
  private final Batch[] ring;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All below is guarded by the lock. Batches are numbered through all epochs: batch s of the run
  // is
  // batch s % batches of epoch s / batches and lies in slot s % ring.length.
  private final boolean[] isReady;
  private final Throwable[] failures;
  private final Map<Integer, int[]> orders = new HashMap<>();
  private long claimed;
  private long delivered;
  private boolean isHeld;
  private boolean isEpochOver;
  private boolean isClosed;

  /**
   * Starts the threads.
   *
   * @param start where to begin: {@link Position#START}, or what {@link #position()} gave before
   */
  public Loader(Crops crops, Options options, Position start) {
    int n = crops.size();
    int classes = crops.data().classes();
    if (!options.classWeights.isEmpty() && options.classWeights.size() != classes) {
      throw new DrsnException(
          options.classWeights.size() + " class weights for " + classes + " classes");
    }
    this.crops = crops;
    this.options = options;
    batches = options.dropLast ? n / options.batch : Math.ceilDiv(n, options.batch);
    if (batches == 0) {
      throw new DrsnException(
          "a batch of "
              + options.batch
              + " is larger than the "
              + n
              + " images of "
              + crops.data().source()
              + "; make it smaller");
    }
    if (start.epoch < 0 || start.batch < 0 || start.batch > batches) {
      throw new DrsnException("there is no " + start + " in epochs of " + batches + " batches");
    }
    ring = new Batch[options.workers + 2];
    isReady = new boolean[ring.length];
    failures = new Throwable[ring.length];
    for (int i = 0; i < ring.length; i++) {
      ring[i] = new Batch(options.batch, crops.preprocess().elements(), classes);
    }
    delivered = (long) start.epoch * batches + start.batch;
    isEpochOver = start.batch == batches;
    claimed = delivered;
    for (int i = 0; i < options.workers; i++) {
      threads.add(Thread.ofPlatform().daemon().name("loader-" + i).start(this::work));
    }
  }

  /** Batches in an epoch. */
  public int batches() {
    return batches;
  }

  /** Samples that an epoch delivers. */
  public int samples() {
    return options.dropLast ? batches * options.batch : crops.size();
  }

  /** What {@link #next()} will give, for a later loader of the same crops and options. */
  public Position position() {
    lock.lock();
    try {
      int epoch = (int) (delivered / batches);
      return isEpochOver
          ? new Position(epoch - 1, batches)
          : new Position(epoch, (int) (delivered % batches));
    } finally {
      lock.unlock();
    }
  }

  /**
   * The next batch, or null once at the end of every epoch. It is the caller's until the next call.
   *
   * @throws RuntimeException or Error, the very one that a worker met
   */
  public Batch next() {
    lock.lock();
    try {
      if (isClosed) {
        throw new IllegalStateException("the loader is closed");
      }
      if (isHeld) {
        isHeld = false;
        changed.signalAll();
      }
      if (isEpochOver) {
        isEpochOver = false;
        return null;
      }
      int slot = (int) (delivered % ring.length);
      while (!isReady[slot]) {
        changed.awaitUninterruptibly();
      }
      switch (failures[slot]) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalStateException(failures[slot]);
      }
      isReady[slot] = false;
      isHeld = true;
      delivered++;
      if (delivered % batches == 0) {
        isEpochOver = true;
        orders.remove((int) (delivered / batches) - 1);
      }
      return ring[slot];
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    Chance chance = new Chance(options.seed, 0);
    while (true) {
      long s;
      int[] order;
      lock.lock();
      try {
        // The slot of the batch in the caller's hands is not free yet.
        while (!isClosed && claimed - delivered >= ring.length - (isHeld ? 1 : 0)) {
          changed.awaitUninterruptibly();
        }
        if (isClosed) {
          return;
        }
        s = claimed++;
        order = options.shuffle ? orders.computeIfAbsent(epoch(s), this::order) : null;
      } finally {
        lock.unlock();
      }
      int slot = (int) (s % ring.length);
      Throwable failure = null;
      try {
        fill(ring[slot], epoch(s), (int) (s % batches), order, chance);
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      lock.lock();
      try {
        failures[slot] = failure;
        isReady[slot] = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private int epoch(long s) {
    return (int) (s / batches);
  }

  private int[] order(int epoch) {
    return new Chance(options.seed, epoch).permutation(crops.size());
  }

  private void fill(Batch batch, int epoch, int number, int[] order, Chance chance) {
    int from = number * options.batch;
    int count = Math.min(options.batch, crops.size() - from);
    batch.setCount(count);
    Preprocess preprocess = crops.preprocess();
    int elements = preprocess.elements();
    int classes = crops.data().classes();
    boolean isChanged = !options.augmentation.equals(Augmentation.NONE);
    for (int i = 0; i < count; i++) {
      int index = order == null ? from + i : order[from + i];
      byte[] pixels = crops.pixels(index);
      if (isChanged) {
        // Stream 0 of an epoch is its order.
        chance.restart(options.seed, epoch, 1L + index);
        options.augmentation.apply(
            pixels, preprocess.size(), preprocess.channels(), chance, batch.images(), i * elements);
        preprocess.normalise(batch.images(), i * elements);
      } else {
        preprocess.normalise(pixels, 0, batch.images(), i * elements);
      }
      Sample sample = crops.data().samples().get(index);
      batch.indices()[i] = index;
      batch.labels()[i] = sample.label();
      target(sample.target(), batch.targets(), i * classes);
    }
    Arrays.fill(batch.images(), count * elements, batch.images().length, 0);
    Arrays.fill(batch.targets(), count * classes, batch.targets().length, 0);
    Arrays.fill(batch.indices(), count, options.batch, 0);
    Arrays.fill(batch.labels(), count, options.batch, 0);
  }

  private void target(float[] target, float[] to, int at) {
    float smoothing = (float) options.labelSmoothing;
    for (int k = 0; k < target.length; k++) {
      float weight = options.classWeights.isEmpty() ? 1 : options.classWeights.get(k);
      to[at + k] = ((1 - smoothing) * target[k] + smoothing / target.length) * weight;
    }
  }

  /** Ends the threads; batches that were handed out must not be used any more. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Thread thread : threads) {
      boolean interrupted = Thread.interrupted();
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
