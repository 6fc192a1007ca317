package dev.drsn.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.cli.aggregate.Aggregation;
import dev.drsn.cli.aggregate.Tally;
import dev.drsn.cli.aggregate.Verdict;
import dev.drsn.engine.stream.StreamSpec;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Three engine processes at one broker with nine cameras; one is killed by SIGKILL, and its cameras
 * are to give results elsewhere within 15 s. Then a tenth of the results is sent again, and {@code
 * drsn aggregate} has to count each once. Runs by {@code scripts/cluster-check}: it takes too long
 * for each build.
 */
class ClusterCheck {

  private static final int PROCESSES = 3;
  private static final int CAMERAS = 9;
  private static final Duration LIMIT = Duration.ofSeconds(15);

  @TempDir Path folder;
  private final Map<String, Set<Long>> epochs = new TreeMap<>();

  @Test
  void camerasOfAKilledProcessRunElsewhere() throws Exception {
    String address = Broker.shared().address();
    KafkaSettings settings = new KafkaSettings(address, null, Map.of());
    Cluster cluster = new Cluster(settings, "check");
    List<StreamSpec> cameras = new ArrayList<>();
    for (int i = 0; i < CAMERAS; i++) {
      cameras.add(
          new StreamSpec(
              "camera-" + i,
              "synthetic:320x240@5?faces=2&seed=" + (i + 1),
              null,
              0,
              StreamSpec.Policy.AUTO,
              "c" + i % 3));
    }
    List<Process> processes = new ArrayList<>();
    try (CameraTopic topic = new CameraTopic(cluster)) {
      topic.put(cameras);
      for (int i = 0; i < PROCESSES; i++) {
        processes.add(engine(address, i));
      }
      Results.await("each process has cameras and each camera one", () -> shared(cameras));
      try (KafkaConsumer<String, byte[]> results = results(settings, cluster)) {
        Results.await("results of all", () -> read(results) == CAMERAS);
        Set<String> killed = here(0);
        long kill = System.nanoTime();
        processes.getFirst().destroyForcibly();
        System.out.printf("killed process 0, which had %s%n", killed);
        Set<String> waiting = new TreeSet<>(killed);
        Map<String, Set<Long>> before = copy();
        while (!waiting.isEmpty()) {
          assertThat(System.nanoTime() - kill).as(waiting.toString()).isLessThan(LIMIT.toNanos());
          read(results);
          for (String camera : List.copyOf(waiting)) {
            if (!epochs.get(camera).equals(before.get(camera))) {
              waiting.remove(camera);
              System.out.printf(
                  "%s has results again after %.1f s%n", camera, (System.nanoTime() - kill) / 1e9);
            }
          }
        }
        Set<String> now = new TreeSet<>(here(1));
        now.addAll(here(2));
        System.out.printf("process 1 has %s, process 2 has %s%n", here(1), here(2));
        assertThat(now).containsAll(killed);
      }
    } finally {
      processes.forEach(Process::destroyForcibly);
      for (Process each : processes) {
        each.waitFor();
      }
    }
    eachResultCountsOnce(settings, cluster);
  }

  private void eachResultCountsOnce(KafkaSettings settings, Cluster cluster) throws Exception {
    Set<String> names = new HashSet<>();
    long count = 0;
    try (KafkaConsumer<String, byte[]> results = results(settings, cluster);
        KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer())) {
      Map<TopicPartition, Long> ends = results.endOffsets(results.assignment());
      while (ends.keySet().stream().anyMatch(each -> results.position(each) < ends.get(each))) {
        for (ConsumerRecord<String, byte[]> each : results.poll(Duration.ofMillis(100))) {
          JsonNode result = JsonMapper.shared().readTree(each.value());
          names.add(each.key() + " " + result.get("epoch") + " " + result.get("sequence"));
          if (count++ % 10 == 0) {
            producer.send(new ProducerRecord<>(each.topic(), each.key(), each.value())).get();
          }
        }
      }
    }
    try (Topics topics = new Topics(settings)) {
      topics.make(cluster.courses(), 1, Map.of());
    }
    Tally tally = new Tally(System.out::println);
    // Small groups are shown here, to be counted.
    Aggregation.Settings wanted =
        new Aggregation.Settings(Duration.ofSeconds(5), Duration.ofMinutes(1), 0);
    long sent = count + (count + 9) / 10;
    try (Aggregation aggregation = new Aggregation(cluster, cluster.results(), wanted, tally)) {
      BooleanSupplier done =
          () ->
              tally.of(Verdict.COUNTED) + tally.of(Verdict.REPEATED) + tally.of(Verdict.LATE)
                  >= sent;
      Results.await("all are looked at", done);
      Results.await(
          "all windows are closed", () -> frames(settings, cluster) >= tally.of(Verdict.COUNTED));
      aggregation.check();
    }
    System.out.printf(
        "%d results, of which %d are different; %s%n", sent, names.size(), tally.line());
    assertThat(frames(settings, cluster)).isEqualTo(names.size());
  }

  private static long frames(KafkaSettings settings, Cluster cluster) {
    return AggregationAtBrokerTest.windows(settings, cluster.courses()).values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private Process engine(String address, int number) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command =
        new ArrayList<>(List.of(java.toString(), "-XX:+UseSerialGC", "-Xmx400m"));
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classes));
    command.addAll(List.of("dev.drsn.cli.Drsn", "stream", "--no-tune", "--threads", "1"));
    command.addAll(List.of("--cluster", "kafka:" + address, "--group", "check"));
    File log = log(number).toFile();
    return new ProcessBuilder(command)
        // Where the model that ships with drsn is.
        .directory(new File(".."))
        .redirectErrorStream(true)
        .redirectOutput(Redirect.to(log))
        .start();
  }

  private Path log(int number) {
    return folder.resolve("process-" + number + ".log");
  }

  /** The cameras that a process says it runs. */
  private Set<String> here(int number) {
    String last = "";
    try {
      for (String line : Files.readAllLines(log(number))) {
        if (line.contains("of the cluster's cameras here")) {
          last = line;
        }
        assertThat(line).doesNotContain("Exception");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int names = last.indexOf("partitions: ");
    return names < 0
        ? Set.of()
        : new TreeSet<>(List.of(last.substring(names + "partitions: ".length()).split(", ")));
  }

  private boolean shared(List<StreamSpec> cameras) {
    int count = 0;
    for (int i = 0; i < PROCESSES; i++) {
      if (here(i).isEmpty()) {
        return false;
      }
      count += here(i).size();
    }
    return count == cameras.size();
  }

  private static KafkaConsumer<String, byte[]> results(KafkaSettings settings, Cluster cluster) {
    KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.consumer());
    consumer.assign(
        consumer.partitionsFor(cluster.results()).stream()
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList());
    return consumer;
  }

  /** Reads on; how many cameras have had results so far. */
  private int read(KafkaConsumer<String, byte[]> results) {
    for (ConsumerRecord<String, byte[]> each : results.poll(Duration.ofMillis(100))) {
      JsonNode result = JsonMapper.shared().readTree(each.value());
      epochs.computeIfAbsent(each.key(), _ -> new TreeSet<>()).add(result.get("epoch").asLong());
    }
    return epochs.size();
  }

  private Map<String, Set<Long>> copy() {
    Map<String, Set<Long>> copy = new TreeMap<>();
    epochs.forEach((camera, some) -> copy.put(camera, Set.copyOf(some)));
    return copy;
  }
}
