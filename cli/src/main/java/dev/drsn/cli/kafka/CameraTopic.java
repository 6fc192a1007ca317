package dev.drsn.cli.kafka;

import dev.drsn.cli.serve.StreamChanges;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.StreamSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The cameras of a cluster, in their compacted topic: listed, written and taken away. Any number of
 * threads may call it.
 */
public final class CameraTopic implements StreamChanges, AutoCloseable {

  /** As many processes can have cameras at most. */
  private static final int PARTITIONS = 32;

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final int partitions;
  private final KafkaProducer<String, byte[]> producer;

  /**
   * Opens it, and makes it where it is missing.
   *
   * @throws DrsnException where Kafka does not answer or the topic is of another kind
   */
  public CameraTopic(Cluster cluster) {
    this.cluster = cluster;
    try (Topics topics = new Topics(cluster.settings())) {
      topics.make(
          cluster.cameras(),
          PARTITIONS,
          Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
      topics.compacted(cluster.cameras());
      this.partitions = topics.partitions(cluster.cameras());
    }
    try {
      this.producer = new KafkaProducer<>(cluster.settings().producer());
    } catch (KafkaException e) {
      throw cluster.settings().failed(e);
    }
  }

  /**
   * The cameras by name, as of now.
   *
   * @param say gets a line for each record that is no camera
   */
  public List<StreamSpec> list(Consumer<String> say) {
    Map<String, StreamSpec> cameras = new TreeMap<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(cluster.settings().consumer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int p = 0; p < partitions; p++) {
        all.add(new TopicPartition(cluster.cameras(), p));
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (ends.entrySet().stream()
          .anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
        for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
          read(each, cameras, say);
        }
      }
    } catch (KafkaException e) {
      throw cluster.settings().failed(e);
    }
    return List.copyOf(cameras.values());
  }

  private static void read(
      ConsumerRecord<String, byte[]> record,
      Map<String, StreamSpec> cameras,
      Consumer<String> say) {
    try {
      Definition definition = Definition.read(record.key(), record.value());
      if (definition.spec() == null) {
        cameras.remove(definition.id());
      } else {
        cameras.put(definition.id(), definition.spec());
      }
    } catch (DrsnException e) {
      say.accept(e.getMessage());
    }
  }

  /**
   * Writes cameras; those that are there already change.
   *
   * @throws DrsnException where one of them is no camera of a cluster, before any is written, or
   *     Kafka does not take them
   */
  public void put(List<StreamSpec> cameras) {
    List<Definition> definitions = new ArrayList<>();
    for (StreamSpec spec : cameras) {
      try {
        definitions.add(new Definition(spec.id(), Definition.checked(spec)));
      } catch (DrsnException e) {
        throw new DrsnException("camera " + spec.id() + ": " + e.getMessage(), e);
      }
    }
    write(definitions);
  }

  /** Takes cameras away, whether they are there or not. */
  public void remove(List<String> ids) {
    write(ids.stream().map(id -> new Definition(id, null)).toList());
  }

  private void write(List<Definition> definitions) {
    try {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (Definition each : definitions) {
        sent.add(producer.send(new ProducerRecord<>(cluster.cameras(), each.id(), each.value())));
      }
      producer.flush();
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    } catch (ExecutionException | KafkaException e) {
      throw cluster.settings().failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DrsnException("interrupted while cameras were written; try again", e);
    }
  }

  @Override
  public void add(StreamSpec spec) throws IOException {
    try {
      put(List.of(spec));
    } catch (DrsnException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public boolean remove(String id) throws IOException {
    try {
      boolean there = list(_ -> {}).stream().anyMatch(spec -> spec.id().equals(id));
      if (there) {
        remove(List.of(id));
      }
      return there;
    } catch (DrsnException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    producer.close(PATIENCE);
  }
}
