package dev.drsn.cli.aggregate;

import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is known of a course: its open windows, and which results are in them. Results come at least
 * once, those of a run of a stream in order, and a camera that moves to another process has another
 * run there, with a higher epoch. A result of epoch e, sequence s, captured at t counts unless
 *
 * <pre>
 *   s is not above the last sequence of e            it has come before
 *   t is not before the first capture of an epoch above e, or
 *   t is not after the last capture of an epoch below e   two processes had the camera
 *   its window ends at or before what is closed      it is late
 * </pre>
 *
 * @param closed windows that end here or before are closed, milliseconds since 1970
 * @param runs by stream and epoch, as far as their windows may be open
 * @param windows by their beginning
 */
record Course(long closed, Map<String, TreeMap<Long, Run>> runs, TreeMap<Long, Window> windows) {

  /**
   * A run of a stream.
   *
   * @param sequence the last
   * @param first capture
   * @param last capture
   */
  record Run(long sequence, long first, long last) {}

  static Course empty() {
    return new Course(0, new TreeMap<>(), new TreeMap<>());
  }

  static Course of(byte[] bytes) {
    return JsonMapper.shared().readValue(bytes, Course.class);
  }

  byte[] bytes() {
    return JsonMapper.shared().writeValueAsBytes(this);
  }

  /**
   * Adds a result, or says why not.
   *
   * @param width of a window, milliseconds
   */
  Verdict add(Result result, long width) {
    TreeMap<Long, Run> stream = runs.computeIfAbsent(result.stream(), _ -> new TreeMap<>());
    long t = result.captured();
    Run run = stream.get(result.epoch());
    if (run != null && result.sequence() <= run.sequence) {
      return Verdict.REPEATED;
    }
    boolean taken =
        stream.tailMap(result.epoch(), false).values().stream().anyMatch(o -> t >= o.first)
            || stream.headMap(result.epoch(), false).values().stream().anyMatch(o -> t <= o.last);
    if (taken) {
      return Verdict.REPEATED;
    }
    stream.put(
        result.epoch(),
        run == null
            ? new Run(result.sequence(), t, t)
            : new Run(result.sequence(), Math.min(run.first, t), Math.max(run.last, t)));
    long from = Math.floorDiv(t, width) * width;
    if (from + width <= closed) {
      return Verdict.LATE;
    }
    Window window = windows.getOrDefault(from, Window.empty(from + width));
    if (!window.takes(result)) {
      return Verdict.OTHER_CLASSES;
    }
    windows.put(from, window.with(result));
    return Verdict.COUNTED;
  }

  /** Whether a window ends at this moment or before. */
  boolean over(long moment) {
    return windows.values().stream().anyMatch(window -> window.to() <= moment);
  }

  /**
   * Closes the windows that end at this moment or before.
   *
   * @param closing gets them, with their beginnings
   */
  Course close(long moment, BiConsumer<Long, Window> closing) {
    long end = closed;
    SequencedMap<Long, Window> open = new TreeMap<>(windows);
    for (Map.Entry<Long, Window> each : open.entrySet()) {
      if (each.getValue().to() <= moment) {
        closing.accept(each.getKey(), each.getValue());
        windows.remove(each.getKey());
        end = Math.max(end, each.getValue().to());
      }
    }
    // A second time of what they held would be late anyway.
    long before = end;
    runs.values().forEach(stream -> stream.values().removeIf(run -> run.last < before));
    runs.values().removeIf(Map::isEmpty);
    return new Course(end, runs, windows);
  }
}
