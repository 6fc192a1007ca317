package dev.drsn.cli.kafka;

import dev.drsn.cli.sink.Remote;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes results to a topic: the key is the stream, so a stream's results stand in one partition;
 * the value is the line of JSON. The producer is idempotent and waits for all replicas that are in
 * sync.
 *
 * <p>After a failure the producer is given up together with what it still holds, and the next
 * attempt has a new one: else a late batch could overtake the one that is sent again.
 */
public final class KafkaTopic implements Remote {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String topic;
  private final KafkaSettings settings;
  private final Supplier<Producer<String, byte[]>> producers;
  private volatile Producer<String, byte[]> producer;
  private volatile boolean closed;

  /**
   * Gets ready to write. The brokers need not be there yet.
   *
   * @throws DrsnException where a producer cannot be made with these settings
   */
  public KafkaTopic(String topic, KafkaSettings settings) {
    this(topic, settings, () -> new KafkaProducer<>(settings.producer()));
  }

  KafkaTopic(String topic, KafkaSettings settings, Supplier<Producer<String, byte[]>> producers) {
    this.topic = Topics.name(topic);
    this.settings = settings;
    this.producers = producers;
    try {
      this.producer = producers.get();
    } catch (KafkaException e) {
      throw settings.failed(e);
    }
  }

  private static Throwable root(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private String where() {
    return "Kafka at " + settings.servers();
  }

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public void send(List<byte[]> results) throws IOException, InterruptedException {
    try {
      if (closed) {
        throw new IOException("closed");
      }
      if (producer == null) {
        producer = producers.get();
      }
      List<Future<RecordMetadata>> sent = new ArrayList<>(results.size());
      for (byte[] result : results) {
        Future<RecordMetadata> one =
            producer.send(new ProducerRecord<>(topic, stream(result), result));
        if (one.isDone()) {
          // Mostly a failure, and the others would wait as long for theirs.
          one.get();
        }
        sent.add(one);
      }
      producer.flush();
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    } catch (InterruptException e) {
      giveUp();
      // Kafka has set the thread's mark again, which the exception stands for.
      Thread.interrupted();
      throw (InterruptedException) new InterruptedException().initCause(e);
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  private static String stream(byte[] result) {
    return JsonMapper.shared().readTree(result).get("stream").asString();
  }

  private IOException failed(Throwable why) {
    giveUp();
    if (why instanceof TimeoutException) {
      return new IOException(
          where()
              + " took no results in time ("
              + settings.said(why)
              + "); is it there, and has it a topic "
              + topic
              + "?",
          why);
    }
    return new IOException(where() + " refuses results: " + settings.said(root(why)), why);
  }

  private void giveUp() {
    if (producer != null) {
      producer.close(Duration.ZERO);
      producer = null;
    }
  }

  @Override
  public void close() {
    closed = true;
    Producer<String, byte[]> last = producer;
    if (last != null) {
      last.close(PATIENCE);
    }
  }
}
