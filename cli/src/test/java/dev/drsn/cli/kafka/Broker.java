package dev.drsn.cli.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka of one node in this process, which can be stopped and started again. The tests of a
 * process share one, each with topics of its own.
 */
public final class Broker {

  private static Broker shared;

  private final int port;
  private final Properties properties = new Properties();
  private KafkaRaftServer server;

  /** The tests' own, which runs until the process ends. */
  public static synchronized Broker shared() throws Exception {
    if (shared == null) {
      Path folder = Files.createTempDirectory("drsn-broker");
      shared = new Broker(folder);
      shared.start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
    }
    return shared;
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      // What is below goes first. The broker may still write; the rest is the system's to clear.
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException e) {
      return;
    }
  }

  private Broker(Path folder) throws Exception {
    port = freePort();
    int controller = freePort();
    properties.putAll(
        Map.of(
            "process.roles", "broker,controller",
            "node.id", "1",
            "controller.quorum.voters", "1@127.0.0.1:" + controller,
            "controller.listener.names", "CONTROLLER",
            "listeners", "PLAINTEXT://" + address() + ",CONTROLLER://127.0.0.1:" + controller,
            "log.dirs", folder.toString(),
            "auto.create.topics.enable", "false",
            "offsets.topic.replication.factor", "1",
            "offsets.topic.num.partitions", "1",
            "group.initial.rebalance.delay.ms", "0"));
    properties.putAll(
        Map.of(
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            "transaction.state.log.num.partitions", "1"));
    new Formatter()
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
        .setControllerListenerName("CONTROLLER")
        .setMetadataLogDirectory(folder.toString())
        .addDirectory(folder.toString())
        .run();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** HOST:PORT. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  void start() {
    server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
    server.startup();
  }

  void stop() {
    server.shutdown();
    server.awaitShutdown();
  }
}
