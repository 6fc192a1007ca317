package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.fail;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;

/** What the tests of streams share: sources, a model and a sink that are easy to see through. */
final class Streams {

  static final Preprocess PREPROCESS = Preprocess.fixed(1, 4);
  static final PipelineOptions OPTIONS =
      PipelineOptions.standard().withBatches(4, Duration.ZERO).withDetectEvery(1);
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  private Streams() {}

  /** Waits for what must happen sooner or later. */
  static void await(String what, BooleanSupplier happened) throws InterruptedException {
    long end = System.nanoTime() + GENEROUS.toNanos();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("did not happen: " + what);
      }
      Thread.sleep(2);
    }
  }

  static StreamPipeline pipeline(
      PipelineOptions options,
      FrameSource.Opener opener,
      BatchRunner runner,
      Ticker ticker,
      PredictionSink... sinks) {
    return new StreamPipeline(
        options, runner, PREPROCESS, FaceDetector::none, opener, List.of(sinks), 1, ticker);
  }

  /** A frame that tells its number by its grey. */
  static Image picture(int number, int width, int height) {
    byte[] pixels = new byte[width * height];
    Arrays.fill(pixels, (byte) (number % 256));
    return new Image(height, width, 1, pixels);
  }

  /** The number of the frame that this result's face was cut from. */
  static int number(FaceResult face) {
    return Math.round(face.prediction().probabilities().get(0) * 255);
  }

  /** Its probabilities are the grey of the crop, and what is left. */
  static class GreyRunner implements BatchRunner {
    @Override
    public int batch() {
      return 8;
    }

    @Override
    public int inputs() {
      return PREPROCESS.elements();
    }

    @Override
    public int classes() {
      return 2;
    }

    @Override
    public void run(float[] inputs, int n, float[] probabilities) {
      for (int i = 0; i < n; i++) {
        float grey = (inputs[i * inputs()] + 1) / 2;
        probabilities[2 * i] = grey;
        probabilities[2 * i + 1] = 1 - grey;
      }
    }

    @Override
    public void close() {}
  }

  /** So many frames; what happens before each may be told. */
  static class Source implements FrameSource {
    private final int count;
    private int next;
    volatile boolean cancelled;

    Source(int count) {
      this.count = count;
    }

    void before(int frame) throws InterruptedException {}

    @Override
    public Shot read() {
      if (next == count) {
        return null;
      }
      try {
        before(next);
      } catch (InterruptedException e) {
        throw new DrsnException("interrupted", e);
      }
      int number = next++;
      return new Shot(picture(number, 8 + number % 3, 8), number / 25.0);
    }

    @Override
    public long corrupt() {
      return 0;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public void close() {}
  }

  /** A source that accepts and says nothing, until it is told to give up. */
  static final class SilentSource extends Source {
    private final CountDownLatch told = new CountDownLatch(1);

    SilentSource() {
      super(1);
    }

    @Override
    void before(int frame) {
      boolean waiting = true;
      while (waiting) {
        try {
          told.await();
          waiting = false;
        } catch (InterruptedException e) {
          // As native code, it does not notice.
        }
      }
      throw new DrsnException("silent was closed");
    }

    @Override
    public void cancel() {
      told.countDown();
    }
  }

  /** Keeps all results in memory, by stream. */
  static class Memory implements PredictionSink {
    final Map<String, List<StreamResult>> results = new ConcurrentHashMap<>();

    @Override
    public String name() {
      return "memory";
    }

    @Override
    public void write(List<StreamResult> some) throws java.io.IOException {
      for (StreamResult each : some) {
        List<StreamResult> of =
            results.computeIfAbsent(
                each.stream(), _ -> java.util.Collections.synchronizedList(new ArrayList<>()));
        of.add(each);
      }
    }

    List<StreamResult> of(String stream) {
      return List.copyOf(results.getOrDefault(stream, List.of()));
    }

    @Override
    public boolean mustKeep() {
      return true;
    }

    @Override
    public void close() {}
  }
}
