package dev.drsn.bench.stream;

import dev.drsn.bench.time.Others;
import dev.drsn.cli.ModelOption;
import dev.drsn.cli.SyntheticCameras;
import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.BatchSnapshot;
import dev.drsn.engine.stream.FrameSource;
import dev.drsn.engine.stream.PipelineOptions;
import dev.drsn.engine.stream.PlanBuckets;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSnapshot;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.SyntheticSource;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.synth.LearningExpression;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.WebcamFrame;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Cameras in this process, with the model that ships with drsn: some seconds to warm up, then those
 * that are measured. Each camera begins a little later than the one before, as cameras that know
 * nothing of each other do.
 */
public final class StreamLoad {

  private static final long WARM_UP = 6_000;
  private static final int SIDE = 48;
  private static final Duration DELAY = Duration.ofMillis(5);

  private StreamLoad() {}

  /** Measures one cell. */
  public static StreamRow measure(StreamCell cell) throws InterruptedException {
    Model model = Model.read(ModelOption.shipped());
    int cores = Runtime.getRuntime().availableProcessors();
    int threads = cell.ready() ? cores : Math.max(1, cores / 2);
    Ticker ticker = Ticker.system();
    AgeSink ages = new AgeSink();
    FrameSource.Opener opener = opener(cell, ticker);
    PipelineOptions options = PipelineOptions.standard().withBatches(cell.batch(), DELAY);
    try (Backend backend = Backends.open("cpu", threads).backend();
        PlanBuckets plans = new PlanBuckets(model, backend, cell.batch())) {
      plans.warmUp();
      try (StreamPipeline pipeline =
          new StreamPipeline(
              options,
              plans,
              model.preprocess(),
              detectors(cell),
              opener,
              List.of(ages),
              1,
              ticker)) {
        for (StreamSpec spec : specs(cell)) {
          pipeline.add(spec);
          Thread.sleep(Duration.ofNanos(1_000_000_000L / cell.fps() / cell.cameras()));
        }
        Thread.sleep(Math.min(WARM_UP, 2000L * cell.seconds()));
        List<StreamSnapshot> streams = pipeline.streams();
        BatchSnapshot batches = pipeline.batches();
        ProcessorUse use = new ProcessorUse();
        Others others = new Others();
        long began = System.nanoTime();
        ages.begin();
        Thread.sleep(cell.seconds() * 1000L);
        double seconds = (System.nanoTime() - began) / 1e9;
        Map<String, Double> processors = use.processors();
        return StreamRow.of(
            cell,
            threads,
            seconds,
            ages.end(),
            streams,
            pipeline.streams(),
            batches,
            pipeline.batches(),
            processors,
            others.processors());
      }
    }
  }

  private static List<StreamSpec> specs(StreamCell cell) {
    List<StreamSpec> specs = new ArrayList<>();
    for (int i = 0; i < cell.cameras(); i++) {
      int faces = cell.faces() > 0 ? cell.faces() : i % WebcamFrame.MOST + 1;
      String url = "synthetic:640x480@" + cell.fps() + "?faces=" + faces + "&seed=" + (i % 16 + 1);
      specs.add(StreamSpec.of("camera-" + (i + 1), url));
    }
    return specs;
  }

  private static Supplier<FaceDetector> detectors(StreamCell cell) {
    return cell.ready()
        ? FaceDetector::none
        : () -> {
          FaceDetector detector = FaceDetector.haar(0);
          FaceDetector.oneThread();
          return detector;
        };
  }

  private static FrameSource.Opener opener(StreamCell cell, Ticker ticker) {
    if (cell.ready()) {
      List<Image> crops = crops();
      return (_, _) -> new SyntheticSource(crops, cell.fps(), 0, ticker);
    }
    SyntheticCameras cameras = new SyntheticCameras();
    specs(cell).forEach(spec -> cameras.prepare(spec.url()));
    return (spec, _) -> cameras.open(spec.url(), ticker);
  }

  /** Faces of 48 x 48, cut out of drawn frames. */
  private static List<Image> crops() {
    List<Image> crops = new ArrayList<>();
    for (LearningExpression label : LearningExpression.values()) {
      WebcamFrame frame = WebcamFrame.draw(1, 0, 96, 72, List.of(label), Levels.DEFAULT);
      BufferedImage image = frame.image();
      int x = Math.clamp(frame.faces().getFirst().x(), 0, image.getWidth() - SIDE);
      int y = Math.clamp(frame.faces().getFirst().y(), 0, image.getHeight() - SIDE);
      byte[] whole = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
      byte[] pixels = new byte[SIDE * SIDE];
      for (int row = 0; row < SIDE; row++) {
        System.arraycopy(whole, (y + row) * image.getWidth() + x, pixels, row * SIDE, SIDE);
      }
      crops.add(new Image(SIDE, SIDE, 1, pixels));
    }
    return crops;
  }
}
