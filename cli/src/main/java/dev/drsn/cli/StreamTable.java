package dev.drsn.cli;

import dev.drsn.engine.stream.BatchSnapshot;
import dev.drsn.engine.stream.Drop;
import dev.drsn.engine.stream.DurationSnapshot;
import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How a pipeline is, as text and as JSON; rates are those since the table before. */
final class StreamTable {

  private static final int NAME = 18;

  private final Map<String, StreamSnapshot> before = new HashMap<>();
  private long nanosBefore;

  /**
   * @param now when nothing had happened yet
   */
  StreamTable(long now) {
    this.nanosBefore = now;
  }

  /** The table at this moment. */
  String text(StreamPipeline pipeline, long now) {
    return text(pipeline.streams(), pipeline.batches(), pipeline.sinks(), now);
  }

  String text(
      List<StreamSnapshot> streams, BatchSnapshot batches, List<SinkSnapshot> sinks, long now) {
    double seconds = Math.max(1e-3, (now - nanosBefore) / 1e9);
    StringBuilder text = new StringBuilder();
    text.append(
        row(
            "stream", "state", "fps in", "fps out", "faces", "dropped", "age p50", "p95", "p99",
            ""));
    for (StreamSnapshot stream : streams) {
      StreamSnapshot last = before.put(stream.id(), stream);
      DurationSnapshot age = stream.age();
      text.append(
          row(
              stream.id().substring(0, Math.min(NAME, stream.id().length())),
              stream.state().label(),
              rate(stream.captured() - (last == null ? 0 : last.captured()), seconds),
              rate(stream.inferred() - (last == null ? 0 : last.inferred()), seconds),
              Long.toString(stream.faces()),
              Long.toString(stream.dropped()),
              millis(age.p50()),
              millis(age.p95()),
              millis(age.p99()),
              remark(stream)));
    }
    nanosBefore = now;
    text.append(batches(batches));
    for (SinkSnapshot sink : sinks) {
      if (sink.lost() > 0 || !sink.failure().isEmpty()) {
        text.append(
            String.format(
                Locale.ROOT,
                "%s: %d written, %d lost%s%n",
                sink.name(),
                sink.sent(),
                sink.lost(),
                sink.failure().isEmpty() ? "" : "; " + sink.failure()));
      }
    }
    return text.toString();
  }

  private static String remark(StreamSnapshot stream) {
    if (!stream.reason().isEmpty()) {
      return "  " + stream.reason();
    }
    return stream.decoder().isEmpty() ? "" : "  " + stream.decoder() + " decoding";
  }

  private static String row(Object... fields) {
    return String.format(Locale.ROOT, "%-18s %-10s %7s %7s %8s %8s %8s %8s %8s%s%n", fields);
  }

  private static String rate(long frames, double seconds) {
    return String.format(Locale.ROOT, "%.1f", frames / seconds);
  }

  private static String millis(double ms) {
    return String.format(Locale.ROOT, "%.0f ms", ms);
  }

  /** Why frames were dropped, as {@code superseded 12, fps_cap 3}; an empty text where none was. */
  static String drops(List<StreamSnapshot> streams) {
    List<String> parts = new ArrayList<>();
    for (Drop drop : Drop.values()) {
      long count = streams.stream().mapToLong(stream -> stream.drops().get(drop)).sum();
      if (count > 0) {
        parts.add(drop.label() + " " + count);
      }
    }
    return String.join(", ", parts);
  }

  private static String batches(BatchSnapshot batches) {
    if (batches.batches() == 0) {
      return "no batches yet" + System.lineSeparator();
    }
    List<String> closed = new ArrayList<>();
    new TreeMap<>(batches.closed())
        .forEach(
            (why, count) -> {
              if (count > 0) {
                closed.add(why + " " + count);
              }
            });
    return String.format(
        Locale.ROOT,
        "%d batches of %.1f faces, closed: %s; waited p50 %.1f ms, p99 %.1f ms; ran p50 %.1f ms,"
            + " p99 %.1f ms%s%n",
        batches.batches(),
        batches.meanSize(),
        String.join(", ", closed),
        batches.queue().p50(),
        batches.queue().p99(),
        batches.compute().p50(),
        batches.compute().p99(),
        batches.failure().isEmpty() ? "" : "; a run failed: " + batches.failure());
  }
}
