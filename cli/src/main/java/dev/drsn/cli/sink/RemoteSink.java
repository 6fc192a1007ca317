package dev.drsn.cli.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.engine.stream.Backoff;
import dev.drsn.engine.stream.JsonLinesSink;
import dev.drsn.engine.stream.PredictionSink;
import dev.drsn.engine.stream.StreamResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends results to another machine. With a spool they are kept on the disk until the other end has
 * taken them, over ends and kills of this process; without, they are lost when it stays away.
 *
 * <p>The other end may get a result twice, after a time-out or a kill: stream, epoch and sequence
 * are its name.
 */
public final class RemoteSink implements PredictionSink {

  private static final int MOST = 64;
  private static final int MOST_BYTES = 1 << 20;
  private static final long FIRST_WAIT = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long MOST_WAIT = TimeUnit.SECONDS.toNanos(15);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private final Remote remote;
  private final Spool spool;
  private final List<String> labels;
  private final Backoff backoff;
  private final Thread forwarder;
  private final Object changed = new Object();
  private final AtomicLong everSpooled = new AtomicLong();
  private volatile boolean closing;
  private volatile String trouble = "";

  /**
   * Starts sending.
   *
   * @param remote is closed with this
   * @param spool is closed with this; null for none
   * @param labels of the model
   */
  public RemoteSink(Remote remote, Spool spool, List<String> labels) {
    this.remote = remote;
    this.spool = spool;
    this.labels = List.copyOf(labels);
    this.backoff = new Backoff(FIRST_WAIT, MOST_WAIT, new SplittableRandom());
    this.forwarder =
        spool == null
            ? null
            : Thread.ofPlatform().daemon().name("drsn-sink-send").start(this::forward);
  }

  @Override
  public String name() {
    return remote.name();
  }

  @Override
  public boolean mustKeep() {
    return spool != null;
  }

  @Override
  public long spooled() {
    return spool == null ? 0 : spool.waiting();
  }

  @Override
  public long everSpooled() {
    return everSpooled.get();
  }

  @Override
  public String trouble() {
    return trouble;
  }

  @Override
  public void write(List<StreamResult> results) throws IOException {
    List<byte[]> messages = new ArrayList<>(results.size());
    for (StreamResult result : results) {
      messages.add(JsonLinesSink.json(result, labels).toString().getBytes(UTF_8));
    }
    if (spool != null) {
      spool.append(messages);
      everSpooled.addAndGet(messages.size());
      synchronized (changed) {
        changed.notifyAll();
      }
    } else {
      sendSoon(messages);
    }
  }

  /** Several times within some seconds; then whoever has no spool loses them. */
  private void sendSoon(List<byte[]> messages) throws IOException {
    long end = System.nanoTime() + PATIENCE;
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          remote.send(messages);
          trouble = "";
          return;
        } catch (IOException e) {
          long wait = backoff.delay(attempt);
          if (closing || System.nanoTime() + wait > end) {
            throw e;
          }
          trouble = e.getMessage();
          pause(wait);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void pause(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    synchronized (changed) {
      for (long left = nanos; left > 0 && !closing; left = end - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(changed, left);
      }
    }
  }

  /** From the spool, until it is empty and this is closed, or the other end is away then. */
  private void forward() {
    try {
      int failures = 0;
      while (failures == 0 || !closing) {
        try {
          List<byte[]> some = spool.peek(MOST, MOST_BYTES);
          if (some.isEmpty()) {
            if (closing) {
              return;
            }
            await();
          } else {
            remote.send(some);
            spool.taken(some);
            failures = 0;
            trouble = "";
          }
        } catch (IOException | RuntimeException e) {
          failures++;
          trouble = e.getMessage() + "; " + spool.waiting() + " results are on the disk";
          pause(backoff.delay(failures));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void await() throws InterruptedException {
    synchronized (changed) {
      while (spool.waiting() == 0 && !closing) {
        changed.wait();
      }
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (changed) {
      closing = true;
      changed.notifyAll();
    }
    if (forwarder != null) {
      try {
        if (!forwarder.join(Duration.ofNanos(PATIENCE))) {
          forwarder.interrupt();
          forwarder.join(Duration.ofNanos(PATIENCE));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    remote.close();
    if (spool != null) {
      spool.close();
    }
  }
}
