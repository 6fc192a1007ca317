package dev.drsn.engine.plan;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.BatchRange;
import dev.drsn.engine.backend.ProfileRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where a plan's time goes, step by step: medians over several runs of the {@link ProfileRange}s
 * that every plan emits, read from a flight recording.
 *
 * @param steps in the order in which they ran
 * @param milliseconds the median of whole runs
 * @param samples a run
 * @param runs how many were measured
 */
public record Profile(List<Step> steps, double milliseconds, int samples, int runs) {

  private static final int WARM_UP_RUNS = 3;

  /**
   * One step.
   *
   * @param node its name in the network; of what is not a node, its own
   * @param pass forward, backward, or empty
   * @param operation in a few words
   * @param shape the output of one sample, as {@code 64x56x56}
   * @param algorithm what the kernel chose; may be empty
   * @param multiplyAccumulates for one sample, as direct sums have them
   * @param milliseconds the median over the runs
   */
  public record Step(
      String node,
      String pass,
      String operation,
      String shape,
      String algorithm,
      long multiplyAccumulates,
      double milliseconds) {}

  /**
   * Runs something that runs one plan, first to warm up, then {@code runs} times with a recording.
   * Other plans of this process must rest meanwhile.
   *
   * @param samples that a run is for
   * @param warmUp how long to run before anything is measured: C2 must have compiled what runs
   */
  public static Profile of(Runnable run, int samples, int runs, Duration warmUp) {
    long end = System.nanoTime() + warmUp.toNanos();
    for (int i = 0; i < WARM_UP_RUNS || System.nanoTime() < end; i++) {
      run.run();
    }
    double[] whole = new double[runs];
    Path file = null;
    try (Recording recording = new Recording()) {
      file = Files.createTempFile("drsn-profile", ".jfr");
      recording.enable(ProfileRange.NAME).withoutThreshold().withoutStackTrace();
      recording.disable(BatchRange.NAME);
      recording.start();
      for (int i = 0; i < runs; i++) {
        long begin = System.nanoTime();
        run.run();
        whole[i] = (System.nanoTime() - begin) / 1e6;
      }
      recording.stop();
      recording.dump(file);
      return new Profile(steps(file, runs), median(whole), samples, runs);
    } catch (IOException e) {
      throw new DrsnException(
          "no flight recording can be made in "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + e.getMessage(),
          e);
    } finally {
      delete(file);
    }
  }

  private static void delete(Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException _) {
      // A file more among the temporary ones.
    }
  }

  private static List<Step> steps(Path file, int runs) throws IOException {
    Map<Step, List<Double>> times = new LinkedHashMap<>();
    List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
    events.sort((a, b) -> a.getStartTime().compareTo(b.getStartTime()));
    for (RecordedEvent event : events) {
      Step step =
          new Step(
              event.getString("node"),
              event.getString("pass"),
              event.getString("operation"),
              event.getString("shape"),
              event.getString("algorithm"),
              event.getLong("multiplyAccumulates"),
              0);
      double milliseconds = event.getDuration().toNanos() / 1e6;
      times.computeIfAbsent(step, s -> new ArrayList<>()).add(milliseconds);
    }
    List<Step> steps = new ArrayList<>();
    times.forEach(
        (step, all) ->
            steps.add(
                new Step(
                    step.node,
                    step.pass,
                    step.operation,
                    step.shape,
                    step.algorithm,
                    step.multiplyAccumulates,
                    median(byRun(all, runs)))));
    return steps;
  }

  /** Times in order; a run of several parts has each step several times. */
  static double[] byRun(List<Double> all, int runs) {
    double[] sums = new double[runs];
    for (int i = 0; i < all.size(); i++) {
      sums[(int) ((long) i * runs / all.size())] += all.get(i);
    }
    return sums;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** 10^9 floating-point operations a second of a step, or 0 where it multiplies nothing. */
  public double gigaflops(Step step) {
    return step.multiplyAccumulates == 0
        ? 0
        : gigaflops(step.multiplyAccumulates, step.milliseconds);
  }

  /** The same for the whole run. */
  public double gigaflops() {
    return gigaflops(steps.stream().mapToLong(Step::multiplyAccumulates).sum(), milliseconds);
  }

  private double gigaflops(long work, double milliseconds) {
    return 2.0 * work * samples / (milliseconds * 1e6);
  }

  /**
   * A step's share of all steps' time, 0 to 1. Not of the whole run's: medians of parts need not
   * add up to the median of the whole, least of all on a busy machine.
   */
  public double share(Step step) {
    return step.milliseconds / steps.stream().mapToDouble(Step::milliseconds).sum();
  }
}
