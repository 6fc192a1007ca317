package dev.drsn.bench.soak;

import dev.drsn.cli.ModelOption;
import dev.drsn.cli.sink.RemoteSink;
import dev.drsn.cli.sink.Spool;
import dev.drsn.cli.sink.Webhook;
import dev.drsn.engine.Backends;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.stream.PipelineOptions;
import dev.drsn.engine.stream.PlanBuckets;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.engine.weights.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Cameras under churn for a long time, in this process, with the model that ships with drsn and a
 * webhook whose other end goes away for a tenth of the time.
 *
 * <p>A fifth of the time is a rehearsal, so that what is opened and compiled once is there. Then a
 * new pipeline goes through the rest. File descriptors are counted before and after it, when all is
 * closed again; resident memory is watched while it runs, but for its first quarter.
 */
public final class Soak {

  private static final int BATCH = 4;
  private static final Duration DELAY = Duration.ofMillis(5);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long SPOOL_BYTES = 1L << 30;
  private static final double REHEARSAL = 0.2;
  private static final double AWAY = 0.1;
  private static final double LEAVES = 0.45;
  private static final double WATCHED = 0.25;
  private static final double LEAST_TICK = 0.25;
  private static final double MOST_TICK = 2;
  private static final int TICKS = 200;
  private static final long LAST_RESULTS_MILLIS = 1000;
  private static final long SETTLE_MILLIS = 1000;
  private static final long PATIENCE_MILLIS = 120_000;

  private final SoakCell cell;
  private final Path folder;
  private final Model model;
  private final PlanBuckets plans;
  private final Cameras cameras;
  private final Ledger ledger = new Ledger();
  private long lostBefore;
  private double away;
  private long mostOnDisk;
  private int filesMost;
  private double heapFirst;
  private double heapLast;
  private double[] hours;
  private double[] resident;

  private Soak(SoakCell cell, Path folder, Model model, PlanBuckets plans) {
    this.cell = cell;
    this.folder = folder;
    this.model = model;
    this.plans = plans;
    this.cameras = new Cameras(cell.cameras(), cell.fps(), cell.seed());
  }

  /**
   * Goes through all of it.
   *
   * @param folder for what waits on the disk; is left empty where nothing is lost
   */
  public static SoakRow run(SoakCell cell, Path folder) throws InterruptedException {
    Model model = Model.read(ModelOption.shipped());
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    try (Backend backend = Backends.open("cpu", threads).backend();
        PlanBuckets plans = new PlanBuckets(model, backend, BATCH)) {
      plans.warmUp();
      return new Soak(cell, folder, model, plans).run();
    }
  }

  private SoakRow run() throws InterruptedException {
    double rehearsal = REHEARSAL * cell.seconds();
    part(folder.resolve("rehearsal"), rehearsal, AWAY * rehearsal);
    int filesFirst = Resources.fewestFiles(SETTLE_MILLIS, 0);
    filesMost = filesFirst;
    mostOnDisk = 0;
    part(folder.resolve("soak"), cell.seconds() - rehearsal, AWAY * cell.seconds());
    int filesLast = Resources.fewestFiles(PATIENCE_MILLIS / 4, filesFirst);
    Trend trend = Trend.through(hours, resident);
    Ledger.Count count = ledger.count();
    return new SoakRow(
        cell,
        cameras.done(),
        away,
        mostOnDisk,
        Arrays.stream(resident).average().orElseThrow(),
        trend.slope(),
        trend.error(),
        resident.length,
        heapFirst,
        heapLast,
        filesFirst,
        filesLast,
        filesMost,
        count.sent(),
        count.received(),
        count.lost() + lostBefore,
        count.duplicated(),
        count.unknown(),
        count.outOfOrder(),
        null);
  }

  private static FaceDetector detector() {
    FaceDetector detector = FaceDetector.haar(0);
    FaceDetector.oneThread();
    return detector;
  }

  private RemoteSink sink(Receiver receiver, Path spool) {
    Webhook webhook = new Webhook(receiver.url(), TIMEOUT, Map.of());
    return new RemoteSink(webhook, new Spool(spool, SPOOL_BYTES), model.labels());
  }

  private void part(Path spool, double seconds, double awayFor) throws InterruptedException {
    try (Receiver receiver = new Receiver(ledger)) {
      RemoteSink sink = sink(receiver, spool);
      PipelineOptions options = PipelineOptions.standard().withBatches(BATCH, DELAY);
      StreamPipeline pipeline =
          new StreamPipeline(
              options,
              plans,
              model.preprocess(),
              Soak::detector,
              cameras,
              List.of(ledger, sink),
              cell.seed(),
              Ticker.system());
      try (pipeline) {
        cameras.begin(pipeline);
        churn(pipeline, sink, receiver, seconds, awayFor);
        // Frames of cameras that were removed last are still being looked at.
        Thread.sleep(LAST_RESULTS_MILLIS);
      }
      // What the ledger has not heard of cannot be missed by it.
      lostBefore += pipeline.sinks().getFirst().lost();
      // What did not go before the end goes with the next process's sink.
      try (RemoteSink rest = sink(receiver, spool)) {
        await(() -> rest.spooled() == 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void churn(
      StreamPipeline pipeline, RemoteSink sink, Receiver receiver, double seconds, double awayFor)
      throws InterruptedException {
    double tick = Math.clamp(seconds / TICKS, LEAST_TICK, MOST_TICK);
    int ticks = Math.max(8, (int) (seconds / tick));
    int watched = (int) (WATCHED * ticks);
    int leaves = (int) (LEAVES * ticks);
    hours = new double[ticks - watched];
    resident = new double[ticks - watched];
    long nanos = (long) (tick * 1e9);
    long began = System.nanoTime();
    long left = 0;
    boolean gone = false;
    for (int k = 0; k < ticks; k++) {
      sleepUntil(began + (k + 1) * nanos);
      cameras.churn(pipeline, nanos);
      if (k == leaves) {
        receiver.leave();
        gone = true;
        left = System.nanoTime();
      }
      mostOnDisk = Math.max(mostOnDisk, sink.spooled());
      // It is away only if somebody has noticed.
      if (gone && sink.spooled() > 0 && (System.nanoTime() - left) / 1e9 >= awayFor) {
        back(receiver, left);
        gone = false;
      }
      if (k == watched) {
        heapFirst = Resources.heapMb();
      }
      if (k >= watched) {
        hours[k - watched] = (System.nanoTime() - began) / 3.6e12;
        resident[k - watched] = Resources.residentMb();
        filesMost = Math.max(filesMost, Resources.files());
      }
    }
    if (gone) {
      if (!await(() -> sink.spooled() > 0)) {
        throw new DrsnException("no camera gave a result while the receiver was away");
      }
      mostOnDisk = Math.max(mostOnDisk, sink.spooled());
      back(receiver, left);
    }
    heapLast = Resources.heapMb();
  }

  private void back(Receiver receiver, long left) throws InterruptedException {
    receiver.comeBack();
    away = (System.nanoTime() - left) / 1e9;
  }

  private static void sleepUntil(long nanos) throws InterruptedException {
    Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
  }

  /** Whether it has happened, within some minutes. */
  private static boolean await(BooleanSupplier happened) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      Thread.sleep(10);
    }
    return true;
  }
}
