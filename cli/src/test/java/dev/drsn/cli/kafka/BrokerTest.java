package dev.drsn.cli.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.cli.sink.RemoteSink;
import dev.drsn.cli.sink.Spool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against a real broker, which runs in this process. */
class BrokerTest {

  private static final int PARTITIONS = 3;

  @TempDir Path folder;
  private static Broker broker;

  @BeforeAll
  static void start() throws Exception {
    broker = Broker.shared();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
      admin.createTopics(List.of(new NewTopic("outage", PARTITIONS, (short) 1))).all().get();
    }
  }

  private static List<ConsumerRecord<String, byte[]>> records(int count) {
    List<ConsumerRecord<String, byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.address(), "auto.offset.reset", "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(
          IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition("outage", p)).toList());
      long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
      while (all.size() < count && System.nanoTime() - end < 0) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
      // What is there beyond those that are expected.
      consumer.poll(Duration.ofMillis(200)).forEach(all::add);
    }
    return all;
  }

  @Test
  void eachStreamStandsInOnePartitionInOrderOverAnEndOfTheBroker() throws Exception {
    KafkaSettings settings = new KafkaSettings(broker.address(), null, Map.of());
    Spool spool = new Spool(folder.resolve("spool"), 1 << 20);
    List<String> streams = List.of("door", "window", "board", "corner");
    try (RemoteSink sink =
        new RemoteSink(new KafkaTopic("outage", settings), spool, List.of("a"))) {
      for (String stream : streams) {
        sink.write(Results.of(stream, 0, 50));
      }
      Results.await("the first are sent", () -> sink.spooled() == 0);
      broker.stop();
      for (String stream : streams) {
        sink.write(Results.of(stream, 50, 100));
      }
      assertThat(sink.spooled()).isPositive();
      broker.start();
      Results.await("the others are sent", () -> sink.spooled() == 0);
    }
    Map<String, List<Long>> sequences = new HashMap<>();
    Map<String, Integer> partitions = new HashMap<>();
    for (ConsumerRecord<String, byte[]> sent : records(streams.size() * 100)) {
      JsonNode result = JsonMapper.shared().readTree(new String(sent.value(), UTF_8));
      assertThat(result.get("stream").asString()).isEqualTo(sent.key());
      assertThat(partitions.merge(sent.key(), sent.partition(), (was, is) -> was))
          .isEqualTo(sent.partition());
      sequences
          .computeIfAbsent(sent.key(), _ -> new ArrayList<>())
          .add(result.get("sequence").longValue());
    }
    List<Long> all = LongStream.range(0, 100).boxed().toList();
    assertThat(sequences).containsOnlyKeys(streams);
    // Some may have come twice, when the answer to them was lost with the broker.
    sequences
        .values()
        .forEach(some -> assertThat(some.stream().distinct().toList()).isEqualTo(all));
  }
}
