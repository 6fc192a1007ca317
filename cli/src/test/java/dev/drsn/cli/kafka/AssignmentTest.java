package dev.drsn.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.cli.kafka.Assignment.Change;
import dev.drsn.engine.stream.StreamSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class AssignmentTest {

  private final Assignment assignment = new Assignment();

  private static StreamSpec spec(String id, int version) {
    return StreamSpec.of(id, "rtsp://camera/" + id + "/" + version);
  }

  private static Definition define(String id, int version) {
    return new Definition(id, spec(id, version));
  }

  private static Definition remove(String id) {
    return new Definition(id, null);
  }

  private static Change stop(String... ids) {
    return new Change(List.of(ids), List.of());
  }

  private static Change start(StreamSpec... specs) {
    return new Change(List.of(), List.of(specs));
  }

  private Change read(int partition, long position, Definition... definitions) {
    return assignment.read(partition, Arrays.asList(definitions), position);
  }

  @Test
  void nothingBeginsBeforeItsPartitionIsReadToTheEnd() {
    assignment.assigned(0, 4);
    assertThat(read(0, 2, define("door", 1), define("window", 1))).isEqualTo(start());
    assertThat(read(0, 4, define("door", 2), remove("window"))).isEqualTo(start(spec("door", 2)));
  }

  @Test
  void anEmptyPartitionIsReadAtOnce() {
    assignment.assigned(0, 0);
    assertThat(read(0, 0)).isEqualTo(start());
    assertThat(read(0, 1, define("door", 1))).isEqualTo(start(spec("door", 1)));
  }

  @Test
  void definitionsThatChangeBeginAnewAndOthersGoOn() {
    assignment.assigned(0, 2);
    read(0, 2, define("door", 1), define("window", 1));
    assertThat(read(0, 3, define("door", 1))).isEqualTo(start());
    assertThat(read(0, 4, define("door", 2)))
        .isEqualTo(new Change(List.of("door"), List.of(spec("door", 2))));
    assertThat(read(0, 5, remove("window"))).isEqualTo(stop("window"));
    assertThat(read(0, 6, remove("window"))).isEqualTo(stop());
    // Back and forth within one read is nothing.
    assertThat(read(0, 8, remove("door"), define("door", 2))).isEqualTo(start());
  }

  @Test
  void partitionsThatGoTakeTheirCamerasAndNoOthers() {
    assignment.assigned(0, 1);
    assignment.assigned(1, 1);
    read(0, 1, define("door", 1));
    read(1, 1, define("window", 1));
    assertThat(assignment.gone(List.of(1, 7))).isEqualTo(stop("window"));
    // Late records of it mean nothing.
    assertThat(read(1, 2, define("board", 1))).isEqualTo(start());
    // What comes back is read anew.
    assignment.assigned(1, 2);
    assertThat(read(1, 1, define("window", 1))).isEqualTo(start());
    assertThat(read(1, 2, remove("window"), define("board", 1))).isEqualTo(start(spec("board", 1)));
  }

  @Test
  void aCameraOfTwoPartitionsRunsOnce() {
    assignment.assigned(0, 1);
    assignment.assigned(1, 1);
    assertThat(read(1, 1, define("door", 2))).isEqualTo(start(spec("door", 2)));
    assertThat(read(0, 1, define("door", 1)))
        .isEqualTo(new Change(List.of("door"), List.of(spec("door", 1))));
    assertThat(assignment.ambiguous()).containsExactly("door");
    assertThat(assignment.gone(List.of(0)))
        .isEqualTo(new Change(List.of("door"), List.of(spec("door", 2))));
    assertThat(assignment.ambiguous()).isEmpty();
  }

  /** Three processes and a topic, in any order of events: in the end each camera runs once. */
  @Test
  void whateverHappensEachCameraRunsOnceInTheEnd() {
    SplittableRandom random = new SplittableRandom(1);
    for (int round = 0; round < 200; round++) {
      List<List<Definition>> topic = new ArrayList<>();
      for (int p = 0; p < 4; p++) {
        topic.add(new ArrayList<>());
      }
      List<Assignment> processes = List.of(new Assignment(), new Assignment(), new Assignment());
      List<Map<String, StreamSpec>> runs =
          List.of(new HashMap<>(), new HashMap<>(), new HashMap<>());
      int[] owner = {-1, -1, -1, -1};
      int[] position = new int[4];
      Map<String, StreamSpec> defined = new TreeMap<>();
      for (int step = 0; step < 60; step++) {
        int p = random.nextInt(4);
        switch (random.nextInt(3)) {
          case 0 -> {
            String id = "camera-" + p + "-" + random.nextInt(3);
            if (random.nextInt(3) == 0) {
              topic.get(p).add(remove(id));
              defined.remove(id);
            } else {
              StreamSpec spec = spec(id, random.nextInt(3));
              topic.get(p).add(new Definition(id, spec));
              defined.put(id, spec);
            }
          }
          case 1 -> {
            hand(processes, runs, owner, p, random.nextInt(3), topic.get(p).size());
            position[p] = 0;
          }
          default -> {
            if (owner[p] >= 0) {
              int end = position[p] + random.nextInt(topic.get(p).size() - position[p] + 1);
              advance(processes, runs, owner[p], p, topic.get(p), position[p], end);
              position[p] = end;
            }
          }
        }
      }
      for (int p = 0; p < 4; p++) {
        if (owner[p] < 0) {
          hand(processes, runs, owner, p, 0, topic.get(p).size());
        }
        advance(processes, runs, owner[p], p, topic.get(p), position[p], topic.get(p).size());
      }
      Map<String, StreamSpec> all = new TreeMap<>();
      for (Map<String, StreamSpec> some : runs) {
        some.forEach((id, spec) -> assertThat(all.put(id, spec)).as(id).isNull());
      }
      assertThat(all).isEqualTo(defined);
    }
  }

  private static void hand(
      List<Assignment> processes,
      List<Map<String, StreamSpec>> runs,
      int[] owner,
      int partition,
      int to,
      int end) {
    if (owner[partition] >= 0) {
      apply(processes.get(owner[partition]).gone(List.of(partition)), runs.get(owner[partition]));
    }
    owner[partition] = to;
    processes.get(to).assigned(partition, end);
  }

  private static void advance(
      List<Assignment> processes,
      List<Map<String, StreamSpec>> runs,
      int owner,
      int partition,
      List<Definition> records,
      int from,
      int to) {
    apply(processes.get(owner).read(partition, records.subList(from, to), to), runs.get(owner));
  }

  private static void apply(Change change, Map<String, StreamSpec> runs) {
    change.stop().forEach(id -> assertThat(runs.remove(id)).as(id).isNotNull());
    change.start().forEach(spec -> assertThat(runs.put(spec.id(), spec)).as(spec.id()).isNull());
  }
}
