package dev.drsn.cli.aggregate;

import dev.drsn.cli.kafka.Cluster;
import dev.drsn.engine.DrsnException;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.Stores;

/**
 * Class shares of courses, kept in a topic while results come in another:
 *
 * <pre>
 *   results -> by course -> windows (in memory, with a changelog) -> one record a window
 * </pre>
 *
 * <p>What is read, known and written moves on in one transaction, so a window is written once
 * however often this process dies; readers must read what is committed.
 */
public final class Aggregation implements AutoCloseable {

  /**
   * What is wanted.
   *
   * @param width of a window
   * @param grace how long results of a window are waited for
   * @param leastGroup fewer persons are not shown
   */
  public record Settings(Duration width, Duration grace, int leastGroup) {}

  static final String STORE = "courses";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** After so long another takes over from one that has ended or died. */
  private static final Duration SESSION = Duration.ofSeconds(10);

  private final KafkaStreams streams;
  private volatile DrsnException failure;

  /**
   * Starts.
   *
   * @param from the topic of results
   */
  public Aggregation(Cluster cluster, String from, Settings settings, Tally tally) {
    Properties properties = properties(cluster);
    try {
      this.streams =
          new KafkaStreams(topology(from, cluster.courses(), settings, tally), properties);
    } catch (StreamsException e) {
      throw cluster.settings().failed(e);
    }
    streams.setUncaughtExceptionHandler(
        error -> {
          for (Throwable why = error; why != null; why = why.getCause()) {
            if (why instanceof RetriableException) {
              return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
          }
          failure = cluster.settings().failed(error);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.start();
  }

  static Properties properties(Cluster cluster) {
    Properties properties = new Properties();
    properties.putAll(cluster.settings().streams());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, cluster.group() + "-aggregate");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
        (int) SESSION.toMillis());
    return properties;
  }

  static Topology topology(String from, String to, Settings settings, Tally tally) {
    StreamsBuilder builder = new StreamsBuilder();
    Serde<Course> courses =
        Serdes.serdeFrom(
            (_, course) -> course == null ? null : course.bytes(),
            (_, bytes) -> bytes == null ? null : Course.of(bytes));
    builder.addStateStore(
        Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(STORE), Serdes.String(), courses)
            .withCachingEnabled());
    builder.stream(from, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .process(() -> new Intake(tally))
        .repartition(Repartitioned.with(Serdes.String(), Serdes.ByteArray()).withName("by-course"))
        .process(() -> new Courses(settings, tally), STORE)
        .to(to, Produced.with(Serdes.String(), Serdes.ByteArray()));
    return builder.build();
  }

  /**
   * Looks whether it still runs.
   *
   * @throws DrsnException where it cannot go on
   */
  public void check() {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() {
    streams.close(PATIENCE);
  }
}
