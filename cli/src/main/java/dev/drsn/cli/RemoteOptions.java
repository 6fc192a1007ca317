package dev.drsn.cli;

import dev.drsn.cli.kafka.Cluster;
import dev.drsn.cli.kafka.KafkaTopic;
import dev.drsn.cli.sink.Remote;
import dev.drsn.cli.sink.RemoteSink;
import dev.drsn.cli.sink.Spool;
import dev.drsn.cli.sink.Webhook;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.PredictionSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Where results are sent to. */
final class RemoteOptions {

  private static final int MOST_MB = 1 << 20;

  @Option(
      names = "--webhook",
      paramLabel = "URL",
      description =
          "Post the results there, as JSON. DRSN_WEBHOOK_TOKEN is sent as bearer token, with"
              + " DRSN_WEBHOOK_SECRET they are signed.")
  private String webhook;

  @Option(
      names = "--webhook-timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long an answer may take; default: ${DEFAULT-VALUE}.")
  private int timeout;

  @Option(
      names = "--kafka",
      paramLabel = "HOST:PORT[,...]/TOPIC",
      description =
          "Write the results into this Kafka topic, as JSON; the key is the stream. Who may is said"
              + " by DRSN_KAFKA_USER and DRSN_KAFKA_PASSWORD, or by --kafka-config.")
  private String kafka;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "Keep results there until the other end has taken them; without, they are lost when it"
              + " stays away.")
  private Path spool;

  @Option(
      names = "--spool-limit",
      paramLabel = "MB",
      defaultValue = "1024",
      description =
          "The most the spool takes; beyond, files wait and cameras drop frames; default:"
              + " ${DEFAULT-VALUE}.")
  private int limit;

  /**
   * Opens what was asked for.
   *
   * @param cluster whose results go to its topic where no other is named; or null
   */
  List<PredictionSink> open(List<String> labels, KafkaOptions options, Cluster cluster) {
    if (options.configured() && kafka == null && cluster == null) {
      throw new DrsnException(
          "--kafka-config says how to reach Kafka; say where with --kafka or --cluster");
    }
    if (webhook == null && kafka == null && cluster == null) {
      if (spool != null) {
        throw new DrsnException(
            "--spool keeps what is sent somewhere; name it with --webhook or --kafka");
      }
      return List.of();
    }
    if (timeout < 1 || timeout > 3600) {
      throw new DrsnException("--webhook-timeout is 1 to 3600 seconds, not " + timeout);
    }
    if (limit < 1 || limit > MOST_MB) {
      throw new DrsnException("--spool-limit is 1 to " + MOST_MB + " MB, not " + limit);
    }
    List<PredictionSink> sinks = new ArrayList<>();
    if (webhook != null) {
      Duration patience = Duration.ofSeconds(timeout);
      sinks.add(sink(new Webhook(webhook, patience, System.getenv()), labels));
    }
    if (kafka != null) {
      sinks.add(sink(topic(options), labels));
    } else if (cluster != null) {
      sinks.add(sink(new KafkaTopic(cluster.results(), cluster.settings()), labels));
    }
    return sinks;
  }

  private KafkaTopic topic(KafkaOptions options) {
    int end = kafka.lastIndexOf('/');
    if (end < 0) {
      String shown = kafka.replaceFirst(".*@", "***@");
      throw new DrsnException("--kafka is HOST:PORT/TOPIC, not " + shown + "; name a topic");
    }
    return new KafkaTopic(kafka.substring(end + 1), options.settings(kafka.substring(0, end)));
  }

  private PredictionSink sink(Remote remote, List<String> labels) {
    Spool disk = spool == null ? null : new Spool(spool.resolve(remote.name()), limit * 1_000_000L);
    return new RemoteSink(remote, disk, labels);
  }
}
