package dev.drsn.cli.kafka;

import dev.drsn.engine.stream.StreamSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which cameras this process runs. Definitions stand in a compacted topic, a camera a key; the
 * cameras of the partitions that a process is assigned are its own:
 *
 * <pre>
 *   runs = definitions of its partitions that have been read to their end at the assignment
 * </pre>
 *
 * <p>Nothing of a partition begins before all that stood in it has been read: an old definition
 * would run until the newer one comes. Each call answers with what is to stop and to begin; a
 * camera whose definition has changed does both.
 */
final class Assignment {

  /** What is to be done: first the ones, then the others. */
  record Change(List<String> stop, List<StreamSpec> start) {

    Change {
      stop = List.copyOf(stop);
      start = List.copyOf(start);
    }
  }

  private static final class Partition {
    private final long end;
    private final Map<String, StreamSpec> cameras = new TreeMap<>();
    private boolean read;

    private Partition(long end) {
      this.end = end;
    }
  }

  private final TreeMap<Integer, Partition> partitions = new TreeMap<>();
  private final Map<String, StreamSpec> running = new HashMap<>();

  /**
   * A partition is this process's from now on and will be read from its beginning.
   *
   * @param end the offset behind what stands in it now
   */
  void assigned(int partition, long end) {
    partitions.put(partition, new Partition(end));
  }

  /** Partitions are another's from now on, or may be. */
  Change gone(Collection<Integer> gone) {
    partitions.keySet().removeAll(gone);
    return change();
  }

  /**
   * Definitions have been read, or there were none up to this position.
   *
   * @param position the offset behind them
   */
  Change read(int partition, List<Definition> definitions, long position) {
    Partition of = partitions.get(partition);
    if (of != null) {
      for (Definition each : definitions) {
        if (each.spec() == null) {
          of.cameras.remove(each.id());
        } else {
          of.cameras.put(each.id(), each.spec());
        }
      }
      of.read |= position >= of.end;
    }
    return change();
  }

  /** Cameras that stand in more than one partition, of which the lowest counts. */
  Set<String> ambiguous() {
    Set<String> seen = new TreeSet<>();
    Set<String> twice = new TreeSet<>();
    for (Partition partition : partitions.values()) {
      for (String id : partition.cameras.keySet()) {
        if (!seen.add(id)) {
          twice.add(id);
        }
      }
    }
    return twice;
  }

  /** The cameras that run, by name. */
  Set<String> running() {
    return new TreeSet<>(running.keySet());
  }

  private Change change() {
    Map<String, StreamSpec> wanted = new TreeMap<>();
    for (Partition partition : partitions.values()) {
      if (partition.read) {
        partition.cameras.forEach(wanted::putIfAbsent);
      }
    }
    List<String> stop = new ArrayList<>();
    for (Map.Entry<String, StreamSpec> each : new TreeMap<>(running).entrySet()) {
      if (!each.getValue().equals(wanted.get(each.getKey()))) {
        stop.add(each.getKey());
        running.remove(each.getKey());
      }
    }
    List<StreamSpec> start = new ArrayList<>();
    for (StreamSpec spec : wanted.values()) {
      if (running.putIfAbsent(spec.id(), spec) == null) {
        start.add(spec);
      }
    }
    return new Change(stop, start);
  }
}
