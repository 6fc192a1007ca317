package dev.drsn.cli;

import dev.drsn.cli.kafka.Cluster;
import dev.drsn.cli.kafka.KafkaSettings;
import dev.drsn.engine.DrsnException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which Kafka, and which of its clusters of processes. */
final class KafkaOptions {

  @Option(
      names = "--cluster",
      paramLabel = "kafka:HOST:PORT[,...]",
      description =
          "Share cameras with the other processes at this Kafka; who may is said by"
              + " DRSN_KAFKA_USER and DRSN_KAFKA_PASSWORD, or by --kafka-config.")
  private String cluster;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description =
          "The name of these processes, with which the names of their topics begin:"
              + " NAME-cameras, NAME-results, NAME-courses.")
  private String group;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "Properties of Kafka's clients, as security.protocol.")
  private Path config;

  /** Whether there is a file of properties. */
  boolean configured() {
    return config != null;
  }

  /** Where these brokers are and how they are spoken to. */
  KafkaSettings settings(String servers) {
    return new KafkaSettings(servers, config, System.getenv());
  }

  /** The cluster, or null where none is named. */
  Cluster cluster() {
    if (cluster == null) {
      if (group != null) {
        throw new DrsnException("--group is the name of a cluster; say where with --cluster");
      }
      return null;
    }
    if (!cluster.startsWith(Cluster.SCHEME)) {
      throw new DrsnException(
          "--cluster is kafka:HOST:PORT, not " + cluster.replaceFirst(".*@", "***@"));
    }
    if (group == null) {
      throw new DrsnException("--cluster needs a --group, the name of its processes");
    }
    return new Cluster(settings(cluster.substring(Cluster.SCHEME.length())), group);
  }

  /** The cluster, which a command cannot do without. */
  Cluster required() {
    Cluster named = cluster();
    if (named == null) {
      throw new DrsnException("say which cluster: --cluster kafka:HOST:PORT --group NAME");
    }
    return named;
  }
}
