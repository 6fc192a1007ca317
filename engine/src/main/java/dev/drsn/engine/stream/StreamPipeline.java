package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Preprocess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs any number of streams through one model on one device; streams come and go while it runs.
 * What happens to one of them is not noticed by the others.
 */
public final class StreamPipeline implements AutoCloseable {

  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final long RETRY = TimeUnit.SECONDS.toNanos(1);

  private static final Duration SEARCH_PATIENCE = Duration.ofMillis(100);

  private final PipelineOptions options;
  private final Preprocess preprocess;
  private final Supplier<FaceDetector> detectors;
  private final FrameSource.Opener opener;
  private final Ticker ticker;
  private final SplittableRandom random;
  private final SearchTurns searches = new SearchTurns(SEARCH_PATIENCE);
  private final Device device;
  private final boolean owner;
  private final List<SinkQueue> sinks;
  private final boolean keepImages;
  private final Map<String, CameraStream> streams = new LinkedHashMap<>();
  private long epoch;
  private boolean closed;

  /**
   * A pipeline without streams, on a device of its own.
   *
   * @param runner runs the model; the caller closes it after this
   * @param preprocess of the model
   * @param detectors makes a detector a stream; the stream closes it
   * @param opener opens sources
   * @param sinks get all results; they are closed with this
   * @param seed of track names and waits
   */
  public StreamPipeline(
      PipelineOptions options,
      BatchRunner runner,
      Preprocess preprocess,
      Supplier<FaceDetector> detectors,
      FrameSource.Opener opener,
      List<PredictionSink> sinks,
      long seed,
      Ticker ticker) {
    this(
        options,
        new Device(runner, options.maxBatch(), options.maxDelay(), (_, _, _, _) -> {}, ticker),
        true,
        preprocess,
        detectors,
        opener,
        sinks,
        seed,
        ticker);
  }

  /**
   * A pipeline without streams, on a device that others may use as well. Batches are the device's
   * matter, not that of the options.
   *
   * @param device the caller closes it after this
   * @param preprocess of the model
   * @param detectors makes a detector a stream; the stream closes it
   * @param opener opens sources
   * @param sinks get all results; they are closed with this
   * @param seed of track names and waits
   */
  public StreamPipeline(
      PipelineOptions options,
      Device device,
      Preprocess preprocess,
      Supplier<FaceDetector> detectors,
      FrameSource.Opener opener,
      List<PredictionSink> sinks,
      long seed,
      Ticker ticker) {
    this(options, device, false, preprocess, detectors, opener, sinks, seed, ticker);
  }

  private StreamPipeline(
      PipelineOptions options,
      Device device,
      boolean owner,
      Preprocess preprocess,
      Supplier<FaceDetector> detectors,
      FrameSource.Opener opener,
      List<PredictionSink> sinks,
      long seed,
      Ticker ticker) {
    this.options = options;
    this.device = device;
    this.owner = owner;
    this.preprocess = preprocess;
    this.detectors = detectors;
    this.opener = opener;
    this.ticker = ticker;
    this.random = new SplittableRandom(seed);
    this.sinks =
        sinks.stream().map(sink -> new SinkQueue(sink, options.sinkCapacity(), RETRY)).toList();
    this.keepImages = sinks.stream().anyMatch(PredictionSink::wantsImages);
  }

  /**
   * Starts a stream.
   *
   * @throws DrsnException where one of that name is there already
   */
  public synchronized void add(StreamSpec spec) {
    if (closed) {
      throw new DrsnException("stream " + spec.id() + " comes too late: the program is ending");
    }
    if (streams.containsKey(spec.id())) {
      throw new DrsnException("there are two streams " + spec.id() + "; name one of them anew");
    }
    // Rises even where the wall clock goes back.
    epoch = Math.max(ticker.instant().toEpochMilli(), epoch + 1);
    CameraStream stream =
        new CameraStream(
            spec,
            epoch,
            options,
            preprocess,
            detectors,
            opener,
            this::awaitSinks,
            searches,
            device,
            this::deliver,
            keepImages,
            random.split(),
            ticker);
    streams.put(spec.id(), stream);
    stream.start();
  }

  /**
   * Ends a stream; it is gone when this returns, and its last results come soon after.
   *
   * @return whether there was one of that name
   */
  public synchronized boolean remove(String id) {
    CameraStream stream = streams.remove(id);
    if (stream != null) {
      stream.stop();
    }
    return stream != null;
  }

  private void awaitSinks() throws InterruptedException {
    for (SinkQueue sink : sinks) {
      sink.awaitRoom();
    }
  }

  private void deliver(StreamResult result) {
    for (SinkQueue sink : sinks) {
      sink.add(result);
    }
  }

  /** The stream of that name, if there is one. */
  public synchronized Optional<StreamSnapshot> stream(String id) {
    return Optional.ofNullable(streams.get(id)).map(CameraStream::snapshot);
  }

  /** The streams as they are, in the order in which they were added. */
  public synchronized List<StreamSnapshot> streams() {
    return streams.values().stream().map(CameraStream::snapshot).toList();
  }

  /** The device's batches. */
  public BatchSnapshot batches() {
    return device.snapshot();
  }

  /** The sinks as they are. */
  public List<SinkSnapshot> sinks() {
    return sinks.stream().map(SinkQueue::snapshot).toList();
  }

  /** Whether all streams are over and their results are out. */
  public synchronized boolean ended() {
    return streams.values().stream().allMatch(CameraStream::ended);
  }

  /**
   * Ends all streams, waits for the results of frames that are being looked at, and closes the
   * sinks. What hangs is left behind after some seconds.
   */
  @Override
  public void close() {
    List<CameraStream> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = new ArrayList<>(streams.values());
    }
    open.forEach(CameraStream::stop);
    sinks.forEach(SinkQueue::openGate);
    try {
      long end = System.nanoTime() + PATIENCE;
      for (CameraStream stream : open) {
        stream.await(Math.max(1, end - System.nanoTime()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (owner) {
      device.close();
    }
    sinks.forEach(SinkQueue::close);
  }
}
