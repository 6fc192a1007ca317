package dev.drsn.cli.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.StreamSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Members of a group at a real broker, which runs in this process. */
class ClusterTest {

  private static KafkaSettings settings;

  @BeforeAll
  static void start() throws Exception {
    settings = new KafkaSettings(Broker.shared().address(), null, Map.of());
  }

  /** A member that notes what it runs, and its thread. */
  private static final class Member implements ClusterMember.Cameras {
    private final Map<String, String> runs = new ConcurrentSkipListMap<>();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final ClusterMember member;
    private final Thread thread;
    private volatile boolean stopping;

    Member(Cluster cluster) {
      member = ClusterMember.join(cluster, this, said::add);
      thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!stopping) {
                      member.step();
                    }
                    member.close();
                  });
    }

    @Override
    public void start(StreamSpec spec) {
      assertThat(runs.put(spec.id(), spec.url())).isNull();
    }

    @Override
    public void stop(String id) {
      assertThat(runs.remove(id)).isNotNull();
    }

    void leave() throws InterruptedException {
      stopping = true;
      thread.join();
      runs.clear();
    }
  }

  private static List<StreamSpec> cameras(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> StreamSpec.of("camera-" + i, "rtsp://camera/" + i))
        .toList();
  }

  private static BooleanSupplier sharedBy(List<Member> processes, List<StreamSpec> cameras) {
    return () -> {
      Map<String, String> all = new HashMap<>();
      int count = 0;
      for (Member each : processes) {
        all.putAll(each.runs);
        count += each.runs.size();
      }
      Map<String, String> wanted = new HashMap<>();
      cameras.forEach(spec -> wanted.put(spec.id(), spec.url()));
      return count == cameras.size()
          && all.equals(wanted)
          && processes.stream().noneMatch(each -> each.runs.isEmpty());
    };
  }

  @Test
  void camerasAreSharedAndMoveWithThoseWhoComeAndGo() throws InterruptedException {
    Cluster cluster = new Cluster(settings, "moving");
    List<StreamSpec> cameras = cameras(24);
    try (CameraTopic topic = new CameraTopic(cluster)) {
      topic.put(cameras);
      Member first = new Member(cluster);
      Results.await("one runs all", sharedBy(List.of(first), cameras));
      Member second = new Member(cluster);
      Member third = new Member(cluster);
      Results.await("three share them", sharedBy(List.of(first, second, third), cameras));
      third.leave();
      Results.await("two share them", sharedBy(List.of(first, second), cameras));

      topic.put(List.of(StreamSpec.of("camera-3", "rtsp://camera/new")));
      topic.remove(List.of("camera-4"));
      List<StreamSpec> changed = new ArrayList<>(cameras);
      changed.set(3, StreamSpec.of("camera-3", "rtsp://camera/new"));
      changed.remove(4);
      Results.await("changes are followed", sharedBy(List.of(first, second), changed));
      assertThat(topic.list(_ -> {})).containsExactlyInAnyOrderElementsOf(changed);
      second.leave();
      Results.await("the last runs all", sharedBy(List.of(first), changed));
      first.leave();
      assertThat(first.said).anyMatch(line -> line.startsWith("24 of the cluster's cameras here"));
    }
  }

  @Test
  void whatClientsAddAndTakeAwayStandsInTheTopic() throws Exception {
    Cluster cluster = new Cluster(settings, "rest");
    List<String> said = new ArrayList<>();
    try (CameraTopic topic = new CameraTopic(cluster);
        KafkaProducer<String, byte[]> other = new KafkaProducer<>(settings.producer())) {
      topic.add(StreamSpec.of("door", "rtsp://a/1"));
      other.send(new ProducerRecord<>("rest-cameras", "gate", "nonsense".getBytes(UTF_8))).get();
      assertThat(topic.list(said::add)).containsExactly(StreamSpec.of("door", "rtsp://a/1"));
      assertThat(said).containsExactly("camera gate is no JSON; write it anew");
      assertThat(topic.remove("window")).isFalse();
      assertThat(topic.remove("door")).isTrue();
      assertThat(topic.list(_ -> {})).isEmpty();
      List<StreamSpec> withFile =
          List.of(StreamSpec.of("a", "rtsp://a/1"), StreamSpec.of("b", "lesson.mp4"));
      assertThatThrownBy(() -> topic.put(withFile))
          .isInstanceOf(DrsnException.class)
          .hasMessage("camera b: its url is a file of one machine; name a camera");
      assertThat(topic.list(_ -> {})).isEmpty();
    }
  }

  @Test
  void aTopicThatForgetsCamerasIsRefused() {
    Cluster cluster = new Cluster(settings, "forgetful");
    try (Topics topics = new Topics(settings)) {
      topics.make(cluster.cameras(), 1, new TreeMap<>());
      assertThatThrownBy(() -> new CameraTopic(cluster))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("its cleanup.policy is delete; make it compact");
      assertThatThrownBy(() -> topics.partitions("nowhere"))
          .isInstanceOf(DrsnException.class)
          .hasMessage(
              "Kafka at " + settings.servers() + " has no topic nowhere; make it, or name another");
    }
  }
}
