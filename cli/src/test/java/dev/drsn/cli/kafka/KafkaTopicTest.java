package dev.drsn.cli.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.cli.sink.RemoteSink;
import dev.drsn.cli.sink.Spool;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of results and failures, with a producer that has no brokers. */
class KafkaTopicTest {

  @TempDir Path folder;
  private final KafkaSettings settings = new KafkaSettings("broker:9092", null, Map.of());

  private static MockProducer<String, byte[]> producer(boolean completes) {
    return new MockProducer<>(
        completes, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer());
  }

  /** Takes what is sent and fails on the first of it when it is flushed. */
  private static MockProducer<String, byte[]> failing(RuntimeException why) {
    return new MockProducer<>(
        false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer()) {
      @Override
      public synchronized void flush() {
        errorNext(why);
        super.flush();
      }
    };
  }

  private static byte[] result(String stream, int sequence) {
    return ("{\"stream\":\"" + stream + "\",\"sequence\":" + sequence + "}").getBytes(UTF_8);
  }

  private static List<Long> sequences(MockProducer<String, byte[]> producer) {
    return producer.history().stream()
        .map(sent -> JsonMapper.shared().readTree(sent.value()).get("sequence").longValue())
        .toList();
  }

  @Test
  void theStreamIsTheKeyAndTheLineTheValue() throws IOException, InterruptedException {
    MockProducer<String, byte[]> producer = producer(true);
    byte[] door = result("door", 7);
    byte[] window = result("window", 3);
    try (KafkaTopic topic = new KafkaTopic("results", settings, () -> producer)) {
      topic.send(List.of(door, window));
      assertThat(topic.name()).isEqualTo("kafka");
    }
    assertThat(producer.history())
        .containsExactly(
            new ProducerRecord<>("results", "door", door),
            new ProducerRecord<>("results", "window", window));
    assertThat(producer.flushed()).isTrue();
    assertThat(producer.closed()).isTrue();
  }

  @Test
  void nothingCountsAsSentBeforeTheBrokersHaveIt() throws IOException, InterruptedException {
    MockProducer<String, byte[]> first = failing(new TopicAuthorizationException("not you"));
    MockProducer<String, byte[]> second = producer(true);
    AtomicInteger made = new AtomicInteger();
    List<Producer<String, byte[]>> producers = List.of(first, second);
    try (KafkaTopic topic =
        new KafkaTopic("results", settings, () -> producers.get(made.getAndIncrement()))) {
      List<byte[]> results = List.of(result("door", 0), result("door", 1));
      assertThatThrownBy(() -> topic.send(results))
          .isInstanceOf(IOException.class)
          .hasMessage("Kafka at broker:9092 refuses results: not you");
      // Nothing late may come from the one that has failed.
      assertThat(first.closed()).isTrue();
      topic.send(results);
    }
    assertThat(sequences(second)).containsExactly(0L, 1L);
  }

  @Test
  void whoIsAwayIsWaitedForOnceAndNotOncePerResult() {
    AtomicInteger sends = new AtomicInteger();
    MockProducer<String, byte[]> away =
        new MockProducer<>(
            false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer()) {
          @Override
          public synchronized Future<RecordMetadata> send(ProducerRecord<String, byte[]> sent) {
            sends.incrementAndGet();
            return CompletableFuture.failedFuture(
                new TimeoutException("Topic results not present in metadata after 10000 ms."));
          }
        };
    try (KafkaTopic topic = new KafkaTopic("results", settings, () -> away)) {
      assertThatThrownBy(() -> topic.send(List.of(result("door", 0), result("door", 1))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("took no results in time (Topic results not present")
          .hasMessageEndingWith("is it there, and has it a topic results?");
    }
    assertThat(sends).hasValue(1);
  }

  @Test
  void withASpoolAllResultsComeInOrderAfterFailures() throws IOException, InterruptedException {
    List<MockProducer<String, byte[]>> made = new ArrayList<>();
    KafkaTopic topic =
        new KafkaTopic(
            "results",
            settings,
            () -> {
              boolean works = made.size() >= 3;
              made.add(works ? producer(true) : failing(new TimeoutException("expired")));
              return made.getLast();
            });
    Spool spool = new Spool(folder.resolve("spool"), 1 << 20);
    try (RemoteSink sink = new RemoteSink(topic, spool, List.of("a"))) {
      sink.write(Results.of("door", 0, 100));
      sink.write(Results.of("door", 100, 150));
      Results.await("all are sent", () -> sink.spooled() == 0);
      assertThat(sink.mustKeep()).isTrue();
    }
    assertThat(made).hasSize(4);
    assertThat(sequences(made.getLast())).isEqualTo(LongStream.range(0, 150).boxed().toList());
  }

  @Test
  void settingsThatKafkaRefusesAreSaidInOneLine() {
    assertThatThrownBy(
            () ->
                new KafkaTopic(
                    "results",
                    settings,
                    () -> {
                      throw new KafkaException(
                          "Failed to construct kafka producer", new ConfigException("no\nsuch"));
                    }))
        .isInstanceOf(DrsnException.class)
        .hasMessage("Kafka at broker:9092: no; change the settings");
    for (String name : List.of("", ".", "..", "a b", "x".repeat(250))) {
      assertThatThrownBy(() -> new KafkaTopic(name, settings, () -> producer(true)))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("is no name of a topic");
    }
  }
}
