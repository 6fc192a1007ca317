package dev.drsn.trainer.report;

import java.util.Map;
import java.util.TreeMap;

/**
 * How many persons are in view of a camera: the median of the faces over its frames. Faces come and
 * go, so tracks would count a person who turns away twice.
 *
 * @param frames how many, by the number of faces in them
 */
public record InView(TreeMap<Integer, Long> frames) {

  /** Of no frames yet. */
  public static InView none() {
    return new InView(new TreeMap<>());
  }

  /** Counts a frame. */
  public void add(int faces) {
    frames.merge(faces, 1L, Long::sum);
  }

  /** The frames. */
  public long count() {
    return frames.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The median, the lower of two middles: rather one too few. */
  public int persons() {
    long below = (count() - 1) / 2;
    for (Map.Entry<Integer, Long> each : frames.entrySet()) {
      below -= each.getValue();
      if (below < 0) {
        return each.getKey();
      }
    }
    return 0;
  }
}
