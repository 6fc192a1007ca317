package dev.drsn.bench.soak;

import dev.drsn.engine.stream.PredictionSink;
import dev.drsn.engine.stream.StreamResult;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the pipeline gave and what has arrived, by the name of the stream and the number of the
 * frame. No two streams may have the same name, not even one after the other. A bit a result and
 * side: what is noted here does not show in the memory that is watched.
 */
final class Ledger implements PredictionSink {

  /**
   * What it comes to.
   *
   * @param sent results that the pipeline gave
   * @param received of these, those that have arrived, each counted once
   * @param duplicated arrivals of what had arrived before
   * @param unknown arrivals of what was never given
   * @param outOfOrder results that came after a later one of their stream, at either side
   */
  record Count(long sent, long received, long duplicated, long unknown, long outOfOrder) {

    /** Results that have not arrived. */
    long lost() {
      return sent - received;
    }
  }

  private static final class Side {
    private final Map<String, BitSet> streams = new HashMap<>();
    private long repeated;
    private long late;

    void note(String stream, int sequence) {
      BitSet all = streams.computeIfAbsent(stream, _ -> new BitSet());
      if (all.get(sequence)) {
        repeated++;
      } else if (sequence < all.length()) {
        late++;
      }
      all.set(sequence);
    }

    long size() {
      return streams.values().stream().mapToLong(BitSet::cardinality).sum();
    }
  }

  private final Side given = new Side();
  private final Side arrived = new Side();

  @Override
  public synchronized void write(List<StreamResult> results) {
    results.forEach(result -> given.note(result.stream(), (int) result.sequence()));
  }

  /** One has come to the other end. */
  synchronized void arrived(String stream, long sequence) {
    arrived.note(stream, (int) sequence);
  }

  /** The results so far. */
  synchronized Count count() {
    long received = 0;
    for (Map.Entry<String, BitSet> each : arrived.streams.entrySet()) {
      BitSet both = (BitSet) each.getValue().clone();
      both.and(given.streams.getOrDefault(each.getKey(), new BitSet()));
      received += both.cardinality();
    }
    return new Count(
        given.size(),
        received,
        arrived.repeated,
        arrived.size() - received,
        given.late + given.repeated + arrived.late);
  }

  @Override
  public String name() {
    return "ledger";
  }

  @Override
  public boolean mustKeep() {
    return true;
  }

  @Override
  public void close() {}
}
