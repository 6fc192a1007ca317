package dev.drsn.engine.stream;

import java.util.List;
import java.util.Map;

/**
 * The batches of a device so far.
 *
 * @param sizes how many batches there were of 0, 1, 2, ... faces
 * @param closed how many batches were closed because they were full, had waited, or no more came
 * @param queue how long the oldest face of a batch waited
 * @param compute how long a run took
 * @param failure what went wrong in the latest run that failed, or an empty text
 */
public record BatchSnapshot(
    List<Long> sizes,
    Map<String, Long> closed,
    DurationSnapshot queue,
    DurationSnapshot compute,
    String failure) {

  public BatchSnapshot {
    sizes = List.copyOf(sizes);
    closed = Map.copyOf(closed);
  }

  /** Batches so far. */
  public long batches() {
    return sizes.stream().mapToLong(Long::longValue).sum();
  }

  /** Faces in a batch on average; 0 where there was none. */
  public double meanSize() {
    long faces = 0;
    for (int n = 0; n < sizes.size(); n++) {
      faces += n * sizes.get(n);
    }
    return faces == 0 ? 0 : (double) faces / batches();
  }
}
