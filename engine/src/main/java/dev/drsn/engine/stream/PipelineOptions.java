package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import java.time.Duration;

/**
 * How streams are run.
 *
 * @param detectEvery of so many frames that are looked at, faces are searched in one and followed
 *     in the others; 1 searches in all
 * @param maxBatch the most faces a run of the network
 * @param maxDelay how long a face waits at most for others to fill its batch
 * @param maxFaces the most faces of a frame, the largest first; the rest is not looked at
 * @param inFlight frames of a stream that may be on their way to the device at once
 * @param smoothing seconds over which probabilities are averaged along a track; 0 for not at all
 * @param sinkCapacity results that may wait in front of a sink
 * @param stalledAfter without a frame, a live stream is called stalled
 * @param firstBackoff before a stream that failed is opened again the first time
 * @param mostBackoff before any time
 */
public record PipelineOptions(
    int detectEvery,
    int maxBatch,
    Duration maxDelay,
    int maxFaces,
    int inFlight,
    double smoothing,
    int sinkCapacity,
    Duration stalledAfter,
    Duration firstBackoff,
    Duration mostBackoff) {

  public PipelineOptions {
    within("detect-every", detectEvery, 1, 1000);
    within("max-batch", maxBatch, 1, 1024);
    within("max-delay", maxDelay.toMillis(), 0, 10_000);
    within("max-faces", maxFaces, 1, 1024);
    within("in-flight", inFlight, 1, 1024);
    within("sink-capacity", sinkCapacity, 1, 1 << 20);
    if (!(smoothing >= 0 && smoothing <= 3600)) {
      throw new DrsnException("smoothing is 0 (none) to 3600 seconds, not " + smoothing);
    }
  }

  private static void within(String what, long value, long least, long most) {
    if (value < least || value > most) {
      throw new DrsnException(
          what + " " + value + " is not within " + least + " to " + most + "; give another number");
    }
  }

  /** What suits a few cameras of some faces each. */
  public static PipelineOptions standard() {
    return new PipelineOptions(
        5,
        16,
        Duration.ofMillis(5),
        64,
        2,
        0,
        1024,
        Duration.ofSeconds(2),
        Duration.ofMillis(500),
        Duration.ofSeconds(30));
  }

  /** The same with another number of frames a search for faces. */
  public PipelineOptions withDetectEvery(int frames) {
    return new PipelineOptions(
        frames,
        maxBatch,
        maxDelay,
        maxFaces,
        inFlight,
        smoothing,
        sinkCapacity,
        stalledAfter,
        firstBackoff,
        mostBackoff);
  }

  /** The same with other batches. */
  public PipelineOptions withBatches(int most, Duration delay) {
    return new PipelineOptions(
        detectEvery,
        most,
        delay,
        maxFaces,
        inFlight,
        smoothing,
        sinkCapacity,
        stalledAfter,
        firstBackoff,
        mostBackoff);
  }

  /** The same with probabilities averaged over so many seconds. */
  public PipelineOptions withSmoothing(double seconds) {
    return new PipelineOptions(
        detectEvery,
        maxBatch,
        maxDelay,
        maxFaces,
        inFlight,
        seconds,
        sinkCapacity,
        stalledAfter,
        firstBackoff,
        mostBackoff);
  }

  /** The same with another number of results in front of a sink. */
  public PipelineOptions withSinkCapacity(int results) {
    return new PipelineOptions(
        detectEvery,
        maxBatch,
        maxDelay,
        maxFaces,
        inFlight,
        smoothing,
        results,
        stalledAfter,
        firstBackoff,
        mostBackoff);
  }
}
