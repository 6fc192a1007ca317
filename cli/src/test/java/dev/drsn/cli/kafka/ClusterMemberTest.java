package dev.drsn.cli.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.stream.StreamSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A member of a group whose brokers are played by a mock. */
class ClusterMemberTest {

  private static final TopicPartition FIRST = new TopicPartition("cameras", 0);
  private static final TopicPartition SECOND = new TopicPartition("cameras", 1);

  private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
  private final Map<String, String> runs = new TreeMap<>();
  private final List<String> said = new ArrayList<>();
  private final KafkaSettings settings = new KafkaSettings("broker:9092", null, Map.of());
  private ClusterMember member;

  @BeforeEach
  void join() {
    consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    consumer.updateEndOffsets(Map.of(FIRST, 0L, SECOND, 0L));
    ClusterMember.Cameras cameras =
        new ClusterMember.Cameras() {
          @Override
          public void start(StreamSpec spec) {
            assertThat(runs.put(spec.id(), spec.url())).isNull();
          }

          @Override
          public void stop(String id) {
            assertThat(runs.remove(id)).isNotNull();
          }
        };
    member = new ClusterMember(consumer, settings, "cameras", cameras, said::add);
  }

  private void record(TopicPartition partition, long offset, String id, String value) {
    consumer.addRecord(
        new ConsumerRecord<>(
            "cameras",
            partition.partition(),
            offset,
            id,
            value == null ? null : value.getBytes(UTF_8)));
  }

  private static String camera(int number) {
    return "{\"url\":\"rtsp://camera/" + number + "\"}";
  }

  private void steps() {
    member.step();
    member.step();
  }

  @Test
  void camerasFollowTheirPartitions() {
    consumer.updateEndOffsets(Map.of(FIRST, 2L, SECOND, 1L));
    consumer.rebalance(List.of(FIRST, SECOND));
    member.step();
    record(FIRST, 0, "door", camera(1));
    member.step();
    assertThat(runs).isEmpty();
    record(FIRST, 1, "door", camera(2));
    record(SECOND, 0, "window", camera(3));
    steps();
    assertThat(runs).isEqualTo(Map.of("door", "rtsp://camera/2", "window", "rtsp://camera/3"));
    consumer.rebalance(List.of(FIRST));
    assertThat(runs).containsOnlyKeys("door");
    record(FIRST, 2, "door", null);
    steps();
    assertThat(runs).isEmpty();
    assertThat(said)
        .contains("2 of the cluster's cameras here, of 2 partitions: door, window")
        .endsWith("0 of the cluster's cameras here, of 1 partitions");
  }

  @Test
  void whatIsNoCameraIsSaidAndLeavesAllAsItWas() {
    consumer.rebalance(List.of(FIRST));
    member.step();
    record(FIRST, 0, "door", camera(1));
    record(FIRST, 1, "door", "{\"url\":");
    record(FIRST, 2, "window", "{\"url\":\"/etc/passwd\"}");
    record(FIRST, 3, "a b", camera(2));
    steps();
    assertThat(runs).isEqualTo(Map.of("door", "rtsp://camera/1"));
    said.removeIf(line -> line.contains("of the cluster's cameras"));
    assertThat(said).hasSize(3);
    assertThat(said.get(0))
        .isEqualTo("camera door is no JSON; write it anew; it is left as it was");
    assertThat(said.get(1)).contains("camera window: its url is a file of one machine");
    assertThat(said.get(2)).contains("'a b' is no name for a stream");
  }

  @Test
  void camerasGoOnWhileTheBrokersAreAwayAndAreReadWhenTheyAreBack() {
    consumer.rebalance(List.of(FIRST));
    member.step();
    record(FIRST, 0, "door", camera(1));
    steps();
    consumer.setPollException(new TimeoutException("nobody there"));
    member.step();
    assertThat(runs).containsOnlyKeys("door");
    record(FIRST, 1, "door", null);
    steps();
    assertThat(runs).isEmpty();
  }

  @Test
  void whoIsNotLetInAnyMoreIsToldWhy() {
    consumer.setPollException(new GroupAuthorizationException("not you"));
    assertThatThrownBy(member::step)
        .isInstanceOf(DrsnException.class)
        .hasMessage("Kafka at broker:9092: not you; change the settings");
  }

  @Test
  void whoLeavesLeavesItsCamerasToItsCaller() {
    consumer.rebalance(List.of(FIRST));
    member.step();
    record(FIRST, 0, "door", camera(1));
    steps();
    member.close();
    assertThat(consumer.closed()).isTrue();
    assertThat(runs).containsOnlyKeys("door");
  }

  @Test
  void definitionsAreReadAsTheyAreWritten() {
    StreamSpec spec =
        new StreamSpec(
            "door", "rtsp://a/b", new Box(1, 2, 30, 40), 5, StreamSpec.Policy.NEWEST, "algebra");
    assertThat(Definition.read("door", new Definition("door", spec).value()).spec())
        .isEqualTo(spec);
    StreamSpec plain = StreamSpec.of("window", "0");
    assertThat(Definition.read("window", new Definition("window", plain).value()).spec())
        .isEqualTo(plain);
    assertThat(Definition.read("door", null).spec()).isNull();
    assertThatThrownBy(
            () -> Definition.read("door", "{\"id\":\"x\",\"url\":\"0\"}".getBytes(UTF_8)))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("camera door: it is no object such as");
  }
}
