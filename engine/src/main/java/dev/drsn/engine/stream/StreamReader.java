package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import java.time.Instant;

/**
 * Opens a stream's source, reads it, and opens it again when it fails, until it ends or is stopped.
 * A platform thread of its own: a native read that waits would hold one of the few carriers of the
 * virtual threads, and two dead cameras would stop all on a machine of two cores.
 */
final class StreamReader implements Runnable {

  private final StreamSpec spec;
  private final FrameSource.Opener opener;
  private final Lifecycle life;
  private final Mailbox mailbox;
  private final StreamCounters counters;
  private final Ticker ticker;
  private final Deadline deadline = new Deadline();
  private final FpsCap cap;
  private final boolean waits;
  private final boolean played;
  private volatile boolean stopped;
  private volatile FrameSource source;
  private long sequence;

  StreamReader(
      StreamSpec spec,
      FrameSource.Opener opener,
      Lifecycle life,
      Mailbox mailbox,
      StreamCounters counters,
      Ticker ticker) {
    this.spec = spec;
    this.opener = opener;
    this.life = life;
    this.mailbox = mailbox;
    this.counters = counters;
    this.ticker = ticker;
    this.cap = new FpsCap(spec.fps());
    this.waits = spec.waits();
    // A file that waits for nobody has to keep its own time.
    this.played = !waits && !spec.live();
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        try {
          readAll();
          life.ended();
          return;
        } catch (RuntimeException e) {
          pauseAfter(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (stopped) {
        life.ended();
      }
      mailbox.end();
      deadline.close();
    }
  }

  private void pauseAfter(RuntimeException e) throws InterruptedException {
    if (stopped) {
      return;
    }
    boolean told = e instanceof DrsnException;
    long wait = life.failed(ticker.nanos(), told ? e.getMessage() : spec.id() + ": " + e);
    if (wait < 0) {
      stopped = true;
    }
    if (!stopped) {
      ticker.sleep(wait);
      life.reconnecting();
    }
  }

  /** Until the source ends; a live one does not, so its end is a failure. */
  private void readAll() throws InterruptedException {
    try (FrameSource opened = opener.open(spec, deadline)) {
      source = opened;
      long anchor = ticker.nanos();
      Instant wall = ticker.instant();
      long corrupt = 0;
      while (!stopped) {
        FrameSource.Shot shot = opened.read();
        counters.corrupt(opened.corrupt() - corrupt);
        corrupt = opened.corrupt();
        counters.decoder = opened.decoder();
        if (shot == null) {
          break;
        }
        if (played) {
          ticker.sleep(Math.max(0, anchor + nanos(shot.position()) - ticker.nanos()));
        }
        long now = ticker.nanos();
        // Of a live stream the wall clock is asked once, so that its jumps do not show.
        long since = spec.live() ? now - anchor : nanos(shot.position());
        life.frame(now);
        counters.captured.incrementAndGet();
        deliver(new Frame(shot.image(), sequence++, now, wall.plusNanos(since)), since);
      }
      if (spec.reconnects() && !stopped) {
        throw new DrsnException(spec + " has ended; is the camera still there?");
      }
    } finally {
      source = null;
    }
  }

  private void deliver(Frame frame, long since) throws InterruptedException {
    if (!cap.admits(since / 1e9)) {
      counters.drop(Drop.FPS_CAP);
      return;
    }
    Frame thrown = mailbox.put(frame, waits);
    if (thrown != null) {
      counters.drop(thrown.sequence() == frame.sequence() ? Drop.SHUTDOWN : Drop.SUPERSEDED);
    }
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  /** Ends it soon. From any thread; the reader's own thread is to be interrupted as well. */
  void stop() {
    stopped = true;
    deadline.cancel();
    FrameSource open = source;
    if (open != null) {
      open.cancel();
    }
  }
}
