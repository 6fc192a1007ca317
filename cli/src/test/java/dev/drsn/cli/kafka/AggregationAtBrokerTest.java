package dev.drsn.cli.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.cli.aggregate.Aggregation;
import dev.drsn.cli.aggregate.Tally;
import dev.drsn.cli.aggregate.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Aggregation at a real broker, ended and begun again in the middle of a window. */
class AggregationAtBrokerTest {

  private static final Aggregation.Settings SETTINGS =
      new Aggregation.Settings(Duration.ofSeconds(10), Duration.ofSeconds(2), 5);

  private final Instant start =
      Instant.ofEpochSecond(Instant.now().getEpochSecond() / 10 * 10).minusSeconds(60);

  private ProducerRecord<String, byte[]> result(long sequence, int second) {
    String face = "{\"track\":\"t\",\"probabilities\":{\"calm\":0.25,\"glad\":0.75}}";
    String json =
        "{\"stream\":\"door\",\"course\":\"algebra\",\"epoch\":1,\"sequence\":"
            + sequence
            + ",\"captured\":\""
            + start.plusSeconds(second)
            + "\",\"faces\":["
            + String.join(",", java.util.Collections.nCopies(5, face))
            + "]}";
    return new ProducerRecord<>("lessons-results", "door", json.getBytes(UTF_8));
  }

  /** The windows that are committed: how many frames by their beginnings, each window once. */
  static Map<String, Long> windows(KafkaSettings settings, String topic) {
    Map<String, Object> committed = new TreeMap<>(settings.consumer());
    committed.put("isolation.level", "read_committed");
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(committed)) {
      List<TopicPartition> all =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    Map<String, Long> frames = new TreeMap<>();
    for (ConsumerRecord<String, byte[]> each : records) {
      JsonNode window = JsonMapper.shared().readTree(each.value());
      assertThat(window.get("course").stringValue()).isEqualTo(each.key());
      assertThat(window.get("state").stringValue()).isEqualTo("shown");
      String name = each.key() + " " + window.get("from").stringValue();
      assertThat(frames.put(name, window.get("frames").asLong())).as(name).isNull();
    }
    return frames;
  }

  @Test
  void windowsOutliveTheProcessAndResultsCountOnce() throws Exception {
    KafkaSettings settings = new KafkaSettings(Broker.shared().address(), null, Map.of());
    Cluster cluster = new Cluster(settings, "lessons");
    try (Topics topics = new Topics(settings);
        KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      topics.make(cluster.results(), 2, Map.of());
      topics.make(cluster.courses(), 1, Map.of());
      Tally first = new Tally(_ -> {});
      try (Aggregation aggregation = new Aggregation(cluster, cluster.results(), SETTINGS, first)) {
        for (int i = 0; i < 5; i++) {
          producer.send(result(i, i)).get();
        }
        producer.send(new ProducerRecord<>(cluster.results(), "door", new byte[] {1})).get();
        BooleanSupplier counted = () -> first.of(Verdict.COUNTED) == 5;
        Results.await("five are counted", counted);
        aggregation.check();
      }
      assertThat(first.of(Verdict.MALFORMED)).isEqualTo(1);
      Tally second = new Tally(_ -> {});
      try (Aggregation aggregation =
          new Aggregation(cluster, cluster.results(), SETTINGS, second)) {
        // Two come again, as after a failure of whoever sends.
        for (int i = 3; i < 8; i++) {
          producer.send(result(i, i)).get();
        }
        producer.send(result(8, 30)).get();
        Results.await("the rest is counted", () -> second.of(Verdict.COUNTED) == 4);
        Results.await("both are closed", () -> windows(settings, cluster.courses()).size() == 2);
        aggregation.check();
        assertThat(second.of(Verdict.REPEATED)).isEqualTo(2);
      }
      assertThat(windows(settings, cluster.courses()))
          .isEqualTo(Map.of("algebra " + start, 8L, "algebra " + start.plusSeconds(30), 1L));
    }
  }
}
