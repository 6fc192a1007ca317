package dev.drsn.cli.kafka;

import dev.drsn.cli.kafka.Assignment.Change;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.StreamSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/**
 * A member of a group of processes that share the cameras of a topic: follows what it is assigned
 * and starts and stops cameras here. One thread calls {@link #step} again and again; what is
 * revoked has stopped before another process may have it.
 *
 * <p>While no broker answers cameras go on: nobody can give them to others then. A process that was
 * away for longer than its session hears so first and stops.
 */
public final class ClusterMember implements AutoCloseable {

  /** Where cameras run. */
  public interface Cameras {

    /**
     * Starts one.
     *
     * @throws DrsnException where it cannot be
     */
    void start(StreamSpec spec);

    /** Stops one; it takes no more frames when this returns. */
    void stop(String id);
  }

  /** How long a process may be silent before its cameras are given to others. */
  private static final Duration SESSION = Duration.ofSeconds(8);

  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final int NAMES = 12;

  private final Consumer<String, byte[]> consumer;
  private final KafkaSettings settings;
  private final Cameras cameras;
  private final java.util.function.Consumer<String> say;
  private final Assignment assignment = new Assignment();
  private final Set<TopicPartition> unread = new HashSet<>();
  private Set<String> ambiguous = Set.of();
  private String said = "";
  private boolean closing;

  /**
   * Joins with the first {@link #step}.
   *
   * @param say gets what happens and what is wrong, a line each
   */
  public static ClusterMember join(
      Cluster cluster, Cameras cameras, java.util.function.Consumer<String> say) {
    Map<String, Object> settings = new HashMap<>(cluster.settings().consumer());
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, cluster.group());
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SESSION.toMillis());
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, (int) HEARTBEAT.toMillis());
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    try {
      return new ClusterMember(
          new KafkaConsumer<>(settings), cluster.settings(), cluster.cameras(), cameras, say);
    } catch (KafkaException e) {
      throw cluster.settings().failed(e);
    }
  }

  ClusterMember(
      Consumer<String, byte[]> consumer,
      KafkaSettings settings,
      String topic,
      Cameras cameras,
      java.util.function.Consumer<String> say) {
    this.consumer = consumer;
    this.settings = settings;
    this.cameras = cameras;
    this.say = say;
    consumer.subscribe(List.of(topic), new Listener());
  }

  private final class Listener implements ConsumerRebalanceListener {

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // How far they go is asked outside of this call, which must not fail.
      unread.addAll(partitions);
      consumer.pause(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      unread.removeAll(partitions);
      if (!closing) {
        apply(assignment.gone(partitions.stream().map(TopicPartition::partition).toList()));
      }
    }
  }

  /**
   * Looks once for what has changed, for a fraction of a second.
   *
   * @throws DrsnException where Kafka lets this process in no longer
   */
  public void step() {
    try {
      ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
      begin();
      for (TopicPartition partition : consumer.assignment()) {
        if (!unread.contains(partition)) {
          List<Definition> definitions = definitions(records.records(partition));
          long position = consumer.position(partition, ANSWER);
          apply(assignment.read(partition.partition(), definitions, position));
        }
      }
    } catch (RetriableException e) {
      // The brokers are away for now; cameras go on.
      return;
    } catch (KafkaException e) {
      throw settings.failed(e);
    }
    tell();
  }

  /** Reads new partitions from their beginning, once it is known how far they go. */
  private void begin() {
    if (!unread.isEmpty()) {
      Map<TopicPartition, Long> starts = consumer.beginningOffsets(unread, ANSWER);
      Map<TopicPartition, Long> ends = consumer.endOffsets(unread, ANSWER);
      starts.forEach(consumer::seek);
      ends.forEach((partition, end) -> assignment.assigned(partition.partition(), end));
      consumer.resume(unread);
      unread.clear();
    }
  }

  private List<Definition> definitions(List<ConsumerRecord<String, byte[]>> records) {
    List<Definition> definitions = new ArrayList<>(records.size());
    for (ConsumerRecord<String, byte[]> each : records) {
      try {
        definitions.add(Definition.read(each.key(), each.value()));
      } catch (DrsnException e) {
        say.accept(e.getMessage() + "; it is left as it was");
      }
    }
    return definitions;
  }

  private void tell() {
    Set<String> now = assignment.ambiguous();
    Set<String> more = new TreeSet<>(now);
    more.removeAll(ambiguous);
    for (String id : more) {
      say.accept(
          "camera " + id + " stands in two partitions of the topic; remove it and put it anew");
    }
    ambiguous = now;
    Set<String> running = assignment.running();
    String line =
        String.format(
            "%d of the cluster's cameras here, of %d partitions%s%s%s",
            running.size(),
            consumer.assignment().size(),
            running.isEmpty() ? "" : ": ",
            String.join(", ", running.stream().limit(NAMES).toList()),
            running.size() > NAMES ? ", ..." : "");
    if (!line.equals(said) && !consumer.assignment().isEmpty()) {
      said = line;
      say.accept(line);
    }
  }

  private void apply(Change change) {
    change.stop().forEach(cameras::stop);
    for (StreamSpec spec : change.start()) {
      try {
        cameras.start(spec);
      } catch (DrsnException e) {
        say.accept(e.getMessage());
      }
    }
  }

  /** Leaves the group, whose others get this one's cameras; whoever calls has stopped them. */
  @Override
  public void close() {
    closing = true;
    consumer.close();
  }
}
