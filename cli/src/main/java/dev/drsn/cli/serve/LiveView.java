package dev.drsn.cli.serve;

import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.BatchSnapshot;
import dev.drsn.engine.stream.PredictionSink;
import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamResult;
import dev.drsn.engine.stream.StreamSnapshot;
import dev.drsn.engine.stream.Ticker;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What has been going on lately, for whoever looks: a sample a second, some minutes of them. It
 * keeps figures of streams and of classes, nothing of single faces; frames only where that was
 * asked for, the newest of each stream.
 */
public final class LiveView implements PredictionSink {

  /** Samples that are kept, one a second. */
  static final int SAMPLES = 120;

  /** Samples a slot of the class mix, and slots that are kept. */
  static final int SLOT = 5;

  static final int SLOTS = 180;

  private static final double NANOS = 1e9;

  /**
   * A stream in one second.
   *
   * @param captured frames a second
   * @param inferred frames a second
   * @param age mean, in milliseconds; below 0 where there was no result
   * @param faces in the newest result
   */
  record Rate(double captured, double inferred, double age, int faces) {}

  /**
   * Everything at one moment.
   *
   * @param number from 0
   * @param millis since 1970
   * @param load share of the time in which the device ran batches, 0 to 1
   * @param cpu share of all processors that this process used, 0 to 1; below 0 where unknown
   * @param rates by stream
   * @param slot the newest of the class mix, or null
   */
  record Sample(
      long number,
      long millis,
      double load,
      double cpu,
      Map<String, Rate> rates,
      List<StreamSnapshot> streams,
      BatchSnapshot batches,
      List<SinkSnapshot> sinks,
      ClassMix.Slot slot) {}

  private static final class Lane {
    private final AgeCounts ages = new AgeCounts();
    private long results;
    private long nanos;
    private int faces;
    private Image image;
  }

  private final List<String> labels;
  private final int leastGroup;
  private final boolean frames;
  private final Ticker ticker;
  private final ClassMix mix;
  private final Map<String, Lane> lanes = new HashMap<>();
  private final AtomicLong busy = new AtomicLong();
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private Map<String, StreamSnapshot> before = Map.of();
  private long sampled;
  private long busyBefore;
  private long next;

  /**
   * An empty view.
   *
   * @param labels of the model
   * @param leastGroup faces in view together; of fewer no class is shown
   * @param frames whether the newest frame of each stream is kept
   */
  public LiveView(List<String> labels, int leastGroup, boolean frames, Ticker ticker) {
    this.labels = List.copyOf(labels);
    this.leastGroup = leastGroup;
    this.frames = frames;
    this.ticker = ticker;
    this.mix = new ClassMix(labels.size(), leastGroup, SLOTS);
    this.sampled = ticker.nanos();
  }

  List<String> labels() {
    return labels;
  }

  int leastGroup() {
    return leastGroup;
  }

  @Override
  public String name() {
    return "dashboard";
  }

  @Override
  public boolean mustKeep() {
    return false;
  }

  @Override
  public boolean wantsImages() {
    return frames;
  }

  @Override
  public synchronized void write(List<StreamResult> results) {
    for (StreamResult result : results) {
      Lane lane = lanes.computeIfAbsent(result.stream(), _ -> new Lane());
      lane.results++;
      lane.nanos += result.ageNanos();
      lane.faces = result.faces().size();
      lane.ages.add(result.ageNanos() / NANOS);
      lane.image = frames ? result.image() : null;
      mix.add(result);
    }
  }

  /** The device has run a batch for so long. */
  public void ran(long computeNanos) {
    busy.addAndGet(computeNanos);
  }

  /** The newest frame of a stream, or null. */
  synchronized Image frame(String stream) {
    Lane lane = lanes.get(stream);
    return lane == null ? null : lane.image;
  }

  /** How old results were, by stream. */
  synchronized HistogramSnapshot ages() {
    HistogramSnapshot.Builder ages =
        HistogramSnapshot.builder()
            .name("drsn_stream_result_age_seconds")
            .help("From a frame's capture to its result.");
    lanes.forEach((id, lane) -> ages.dataPoint(lane.ages.snapshot(Labels.of("stream", id))));
    return ages.build();
  }

  /** Takes a sample; once a second. */
  synchronized void sample(Feed feed) {
    long now = ticker.nanos();
    double seconds = Math.max(1e-3, (now - sampled) / NANOS);
    sampled = now;
    List<StreamSnapshot> streams = feed.streams();
    Map<String, StreamSnapshot> current = new LinkedHashMap<>();
    Map<String, Rate> rates = new HashMap<>();
    for (StreamSnapshot stream : streams) {
      current.put(stream.id(), stream);
      rates.put(stream.id(), rate(stream, seconds));
    }
    before = current;
    // Of a stream that was taken away late results may still have come.
    lanes.keySet().retainAll(current.keySet());
    long ran = busy.get();
    double load = Math.clamp((ran - busyBefore) / NANOS / seconds, 0, 1);
    busyBefore = ran;
    long millis = ticker.instant().toEpochMilli();
    if (next % SLOT == SLOT - 1) {
      mix.cut(millis);
    }
    List<ClassMix.Slot> slots = mix.slots();
    samples.add(
        new Sample(
            next++,
            millis,
            load,
            cpu(),
            rates,
            streams,
            feed.batches(),
            feed.sinks(),
            slots.isEmpty() ? null : slots.getLast()));
    if (samples.size() > SAMPLES) {
      samples.poll();
    }
    notifyAll();
  }

  private Rate rate(StreamSnapshot stream, double seconds) {
    StreamSnapshot last = before.get(stream.id());
    long captured = last == null ? 0 : last.captured();
    long inferred = last == null ? 0 : last.inferred();
    Lane lane = lanes.get(stream.id());
    double age = -1;
    if (lane != null && lane.results > 0) {
      age = lane.nanos / 1e6 / lane.results;
      lane.results = 0;
      lane.nanos = 0;
    }
    // A stream that was taken away and came back counts from 0.
    return new Rate(
        Math.max(0, stream.captured() - captured) / seconds,
        Math.max(0, stream.inferred() - inferred) / seconds,
        age,
        lane == null ? 0 : lane.faces);
  }

  private static double cpu() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuLoad()
        : -1;
  }

  /** Waits for a sample of at least this number, for so long; null where none came. */
  synchronized Sample await(long number, long millis) throws InterruptedException {
    long end = System.nanoTime() + millis * 1_000_000;
    while (next <= number) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return null;
      }
      wait(left);
    }
    return samples.getLast();
  }

  /** The samples so far, the oldest first. */
  synchronized List<Sample> samples() {
    return new ArrayList<>(samples);
  }

  /** The slots of the class mix so far. */
  synchronized List<ClassMix.Slot> slots() {
    return mix.slots();
  }

  @Override
  public void close() {
    // What was seen may still be asked for.
  }
}
