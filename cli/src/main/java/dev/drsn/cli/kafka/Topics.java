package dev.drsn.cli.kafka;

import dev.drsn.engine.DrsnException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topics of a Kafka: which are there, and making those that are not. */
public final class Topics implements AutoCloseable {

  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}");

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofMillis(50);

  private final KafkaSettings settings;
  private final Admin admin;

  /**
   * Speaks to nobody yet.
   *
   * @throws DrsnException where the settings are wrong
   */
  public Topics(KafkaSettings settings) {
    this.settings = settings;
    try {
      this.admin = Admin.create(settings.admin());
    } catch (KafkaException e) {
      throw settings.failed(e);
    }
  }

  /**
   * This name, which may be that of a topic.
   *
   * @throws DrsnException where it may not
   */
  static String name(String topic) {
    if (!NAME.matcher(topic).matches()) {
      throw new DrsnException(
          "'" + topic + "' is no name of a topic: up to 249 letters, digits, dots, dashes");
    }
    return topic;
  }

  /**
   * How many partitions a topic has.
   *
   * @throws DrsnException where Kafka does not answer or has no such topic
   */
  public int partitions(String topic) {
    return find(topic)
        .orElseThrow(
            () ->
                new DrsnException(
                    "Kafka at "
                        + settings.servers()
                        + " has no topic "
                        + topic
                        + "; make it, or name another"));
  }

  /** Makes a topic where it is missing, with as many replicas as the brokers have them usually. */
  public void make(String topic, int partitions, Map<String, String> config) {
    if (find(topic).isPresent()) {
      return;
    }
    NewTopic wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty());
    try {
      admin.createTopics(List.of(wanted.configs(config))).all().get();
    } catch (ExecutionException e) {
      // Another process was faster.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw settings.failed(e);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    // Brokers hear of it one by one.
    long end = System.nanoTime() + SOON.toNanos();
    while (find(topic).isEmpty() && System.nanoTime() - end < 0) {
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Makes sure that a topic keeps the newest record of each key for ever.
   *
   * @throws DrsnException where it does not
   */
  void compacted(String topic) {
    String policy = config(topic).get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    if (!policy.equals(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new DrsnException(
          "the topic "
              + topic
              + " would forget cameras: its cleanup.policy is "
              + policy
              + "; make it compact");
    }
  }

  private Config config(String topic) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    long end = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        return admin.describeConfigs(List.of(resource)).all().get().get(resource);
      } catch (ExecutionException e) {
        // A broker may not have heard of a new topic yet.
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)
            || System.nanoTime() - end > 0) {
          throw settings.failed(e);
        }
        pause();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  private Optional<Integer> find(String topic) {
    try {
      return Optional.of(
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get()
              .get(topic)
              .partitions()
              .size());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw settings.failed(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static DrsnException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new DrsnException("interrupted while Kafka was asked; try again", e);
  }

  @Override
  public void close() {
    admin.close();
  }
}
