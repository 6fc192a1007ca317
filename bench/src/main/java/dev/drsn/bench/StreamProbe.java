package dev.drsn.bench;

import dev.drsn.bench.stream.StreamCell;
import dev.drsn.bench.stream.StreamLoad;
import dev.drsn.bench.stream.StreamRow;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/** Measures cameras, each number of them in a process of its own. */
final class StreamProbe {

  private StreamProbe() {}

  /** One cell. */
  static StreamRow measure(StreamCell cell) {
    JsonMapper json = new JsonMapper();
    String out =
        Processes.java(StreamProbe.class, List.of(), json.writeValueAsString(cell), Map.of());
    StreamRow row = json.readValue(out.strip().lines().toList().getLast(), StreamRow.class);
    if (row.error() != null) {
      throw new DrsnException(row.error());
    }
    return row;
  }

  /**
   * The most cameras that hold, to one in eight: doubled until they do not, then halved between.
   *
   * @param first how many to begin with
   * @param each gets every number that is tried
   * @return their number; 0 where not even one camera holds
   */
  static int most(
      StreamCell first, Function<StreamCell, StreamRow> measured, Consumer<StreamRow> each) {
    int held = 0;
    int failed = Integer.MAX_VALUE;
    int next = first.cameras();
    while (next > held && next < failed) {
      StreamRow row = measured.apply(first.with(next));
      each.accept(row);
      if (row.held()) {
        held = next;
      } else {
        failed = next;
      }
      int step = Math.max(1, held / 8);
      if (failed == Integer.MAX_VALUE) {
        next = 2 * held;
      } else if (failed - held <= step) {
        return held;
      } else {
        next = (held + failed) / 2;
      }
    }
    return held;
  }

  /** The process that is measured: a cell on standard input, a row on standard output. */
  public static void main(String[] args) throws IOException, InterruptedException {
    JsonMapper json = new JsonMapper();
    StreamCell cell = json.readValue(System.in, StreamCell.class);
    StreamRow row;
    try {
      row = StreamLoad.measure(cell);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      row = StreamRow.failed(cell, String.valueOf(e.getMessage()));
    }
    System.out.println();
    System.out.println(json.writeValueAsString(row));
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }
}
