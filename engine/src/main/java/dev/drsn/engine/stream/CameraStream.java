package dev.drsn.engine.stream;

import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.plan.Softmax;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One stream with its two threads, from its source to its results. */
final class CameraStream {

  private static final long STABLE = TimeUnit.SECONDS.toNanos(10);
  private static final long FORGET = TimeUnit.SECONDS.toNanos(30);

  private final StreamSpec spec;
  private final long epoch;
  private final Ticker ticker;
  private final boolean keepImages;
  private final Smoothing smoothing;
  private final Consumer<StreamResult> receiver;
  private final Lifecycle life;
  private final Mailbox mailbox = new Mailbox();
  private final Semaphore credits;
  private final StreamCounters counters = new StreamCounters();
  private final StreamReader reader;
  private final StreamAnalyst analyst;
  private Thread reading;
  private Thread analysing;

  /**
   * @param epoch its results carry
   * @param receiver gets the results in order
   * @param keepImages whether results carry their frames
   */
  CameraStream(
      StreamSpec spec,
      long epoch,
      PipelineOptions options,
      Preprocess preprocess,
      Supplier<FaceDetector> detectors,
      FrameSource.Opener opener,
      StreamAnalyst.Gate gate,
      SearchTurns searches,
      Device device,
      Consumer<StreamResult> receiver,
      boolean keepImages,
      SplittableRandom random,
      Ticker ticker) {
    this.spec = spec;
    this.epoch = epoch;
    this.ticker = ticker;
    this.receiver = receiver;
    this.keepImages = keepImages;
    this.smoothing = options.smoothing() > 0 ? new Smoothing(options.smoothing()) : null;
    this.credits = new Semaphore(options.inFlight());
    Backoff backoff =
        new Backoff(
            options.firstBackoff().toNanos(), options.mostBackoff().toNanos(), random.split());
    this.life = new Lifecycle(backoff, spec.reconnects(), options.stalledAfter().toNanos(), STABLE);
    this.reader = new StreamReader(spec, opener, life, mailbox, counters, ticker);
    this.analyst =
        new StreamAnalyst(
            spec,
            options,
            preprocess,
            detectors,
            mailbox,
            gate,
            credits,
            new Tracker(random.split()),
            searches,
            device,
            new OrderedResults(this::finished),
            counters,
            ticker);
  }

  void start() {
    analysing = Thread.ofVirtual().name("drsn-look-" + spec.id()).start(analyst);
    reading = Thread.ofPlatform().daemon().name("drsn-read-" + spec.id()).start(reader);
  }

  /** A frame has gone through the device, in its order; the lock of the results is held. */
  private void finished(PendingFrame pending) {
    try {
      if (pending.failed()) {
        counters.drop(Drop.FAILED);
        return;
      }
      Frame frame = pending.frame;
      List<FaceResult> faces = new ArrayList<>(pending.faces.size());
      for (int i = 0; i < pending.faces.size(); i++) {
        faces.add(face(pending.faces.get(i), pending.probabilities[i], frame.nanos()));
      }
      if (smoothing != null) {
        smoothing.forget(frame.nanos() - FORGET);
      }
      long age = ticker.nanos() - frame.nanos();
      counters.age.add(age);
      counters.inferred.incrementAndGet();
      counters.faces.addAndGet(faces.size());
      receiver.accept(
          new StreamResult(
              spec.id(),
              spec.course(),
              epoch,
              frame.sequence(),
              frame.captured(),
              age,
              frame.image().width(),
              frame.image().height(),
              faces,
              keepImages ? frame.image() : null));
    } finally {
      credits.release();
    }
  }

  private FaceResult face(Tracked tracked, float[] p, long nanos) {
    if (smoothing != null) {
      smoothing.apply(tracked.track(), p, nanos);
    }
    List<Float> probabilities = new ArrayList<>(p.length);
    for (float each : p) {
      probabilities.add(each);
    }
    Face face = tracked.face();
    int label = Softmax.argmax(p, 0, p.length);
    return new FaceResult(
        tracked.track(), tracked.detected(), new Prediction(face, label, probabilities));
  }

  /** How it is. */
  StreamSnapshot snapshot() {
    String reason = life.reason().isEmpty() ? analyst.problem() : life.reason();
    return new StreamSnapshot(
        spec.id(),
        Address.masked(spec.url()),
        life.state(ticker.nanos()),
        reason,
        counters.decoder,
        life.endedByFailure(),
        counters.captured.get(),
        counters.inferred.get(),
        counters.faces.get(),
        counters.drops(),
        life.reconnections(),
        counters.age.snapshot(),
        counters.detection.snapshot());
  }

  /** Whether it is over and all its results are out. */
  boolean ended() {
    return !analysing.isAlive() && life.state(ticker.nanos()) == StreamState.ENDED;
  }

  /** Has it end soon: frames that are being looked at still get their results. */
  void stop() {
    reader.stop();
    if (mailbox.close() != null) {
      counters.drop(Drop.SHUTDOWN);
    }
    reading.interrupt();
  }

  /** Waits for the end after {@link #stop}, for so long at most. */
  void await(long nanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.timedJoin(analysing, nanos);
  }
}
