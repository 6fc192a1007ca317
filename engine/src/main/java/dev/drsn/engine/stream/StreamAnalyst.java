package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Looks at a stream's frames one after the other: finds or follows the faces, prepares them for the
 * network, sends them on. Runs on a virtual thread, since all its waiting is Java's.
 *
 * <p>It takes a frame only when the frame can go on at once: its right to do so ({@code credits})
 * is the bound on all that lies behind it. Until then frames are replaced by newer ones, or wait,
 * in the mailbox.
 */
final class StreamAnalyst implements Runnable {

  /** Waits until the sinks have room. */
  @FunctionalInterface
  interface Gate {
    void pass() throws InterruptedException;
  }

  private static final double NEAR = 0.7;
  private static final int ALL_EVERY = 4;

  private final StreamSpec spec;
  private final PipelineOptions options;
  private final Preprocess preprocess;
  private final Supplier<FaceDetector> detectors;
  private final Mailbox mailbox;
  private final Gate gate;
  private final Semaphore credits;
  private final Tracker tracker;
  private final SearchTurns searches;
  private final Device device;
  private final OrderedResults results;
  private final StreamCounters counters;
  private final Ticker ticker;
  private int untilDetection;
  private int untilAll;
  private boolean searched;
  private volatile String problem = "";

  StreamAnalyst(
      StreamSpec spec,
      PipelineOptions options,
      Preprocess preprocess,
      Supplier<FaceDetector> detectors,
      Mailbox mailbox,
      Gate gate,
      Semaphore credits,
      Tracker tracker,
      SearchTurns searches,
      Device device,
      OrderedResults results,
      StreamCounters counters,
      Ticker ticker) {
    this.spec = spec;
    this.options = options;
    this.preprocess = preprocess;
    this.detectors = detectors;
    this.mailbox = mailbox;
    this.gate = gate;
    this.credits = credits;
    this.tracker = tracker;
    this.searches = searches;
    this.device = device;
    this.results = results;
    this.counters = counters;
    this.ticker = ticker;
  }

  /** What went wrong with the latest frame that failed, or an empty text. */
  String problem() {
    return problem;
  }

  /** Until no more frames come and the last one has its result. */
  @Override
  public void run() {
    try (FaceDetector detector = detectors.get()) {
      while (true) {
        gate.pass();
        credits.acquire();
        Frame frame = mailbox.take();
        if (frame == null) {
          break;
        }
        analyse(frame, detector);
      }
      credits.acquire(options.inFlight() - 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // Without a detector nothing of this stream can be looked at.
      problem = message(e);
      if (mailbox.close() != null) {
        counters.drop(Drop.FAILED);
      }
    }
  }

  private void analyse(Frame frame, FaceDetector detector) throws InterruptedException {
    PendingFrame pending;
    float[] inputs;
    try {
      Box part = part(frame.image());
      Image image = cut(frame.image(), part);
      List<Tracked> faces = faces(image, frame.nanos(), detector);
      inputs = new float[faces.size() * preprocess.elements()];
      for (int i = 0; i < faces.size(); i++) {
        Box box = faces.get(i).face().box();
        preprocess.apply(image, box, inputs, i * preprocess.elements());
      }
      pending = new PendingFrame(frame, moved(faces, part), results);
    } catch (RuntimeException e) {
      problem = message(e);
      counters.drop(Drop.FAILED);
      credits.release();
      return;
    }
    results.begin(pending);
    results.advance();
    for (int i = 0; i < pending.faces.size(); i++) {
      device.add(results, new Crop(pending, i, inputs), frame.nanos());
    }
  }

  private static String message(RuntimeException e) {
    return e instanceof DrsnException ? e.getMessage() : e.toString();
  }

  /**
   * Searches for faces when it is time. A live frame for which no turn comes soon is followed like
   * those before it, and the next one is searched: many cameras share what time there is.
   */
  private List<Tracked> faces(Image image, long nanos, FaceDetector detector)
      throws InterruptedException {
    untilDetection--;
    if (untilDetection >= 0 || !searches.take(!searched || spec.waits())) {
      return tracker.between(nanos);
    }
    try {
      untilDetection = options.detectEvery() - 1;
      searched = true;
      long began = ticker.nanos();
      List<Face> found = detector.detect(image, smallest());
      counters.detection.add(ticker.nanos() - began);
      return tracker.detected(found.subList(0, Math.min(found.size(), options.maxFaces())), nanos);
    } finally {
      searches.give();
    }
  }

  /**
   * The size from which on faces are searched: while some are known, most searches only look where
   * those have gone, which takes a fraction of the time the larger they are; new ones that are much
   * smaller are found by the next search for all.
   */
  private int smallest() {
    int near = (int) (NEAR * tracker.smallest());
    untilAll--;
    if (untilAll >= 0 && near > 0) {
      return near;
    }
    untilAll = ALL_EVERY - 1;
    return 0;
  }

  /** The part of the picture to look at. */
  private Box part(Image image) {
    Box roi = spec.roi();
    if (roi == null) {
      return Box.of(image);
    }
    int left = Math.max(0, roi.x());
    int top = Math.max(0, roi.y());
    int right = Math.min(image.width(), roi.x() + roi.width());
    int bottom = Math.min(image.height(), roi.y() + roi.height());
    if (left >= right || top >= bottom) {
      throw new DrsnException(
          "stream "
              + spec.id()
              + ": its roi lies outside of its frames of "
              + image.width()
              + " x "
              + image.height()
              + "; change it");
    }
    return new Box(left, top, right - left, bottom - top);
  }

  private static Image cut(Image image, Box part) {
    if (part.width() == image.width() && part.height() == image.height()) {
      return image;
    }
    int channels = image.channels();
    int row = part.width() * channels;
    byte[] pixels = new byte[part.height() * row];
    for (int y = 0; y < part.height(); y++) {
      int from = ((part.y() + y) * image.width() + part.x()) * channels;
      System.arraycopy(image.pixels(), from, pixels, y * row, row);
    }
    return new Image(part.height(), part.width(), channels, pixels);
  }

  /** Boxes in the part become boxes in the whole picture. */
  private static List<Tracked> moved(List<Tracked> faces, Box part) {
    if (part.x() == 0 && part.y() == 0) {
      return faces;
    }
    return faces.stream()
        .map(
            tracked -> {
              Box box = tracked.face().box();
              Box whole =
                  new Box(box.x() + part.x(), box.y() + part.y(), box.width(), box.height());
              Face face = new Face(whole, tracked.face().score());
              return new Tracked(tracked.track(), face, tracked.detected());
            })
        .toList();
  }
}
