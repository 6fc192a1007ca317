package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.cli.kafka.Broker;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drsn cameras} and {@code drsn aggregate}, and what is wrong with their arguments. */
class ClusterCommandsTest {

  @TempDir Path folder;

  private static Cli run(String command, String cluster, String group, Object... more) {
    Object[] all = new Object[5 + more.length];
    System.arraycopy(new Object[] {command, "--cluster", cluster, "--group", group}, 0, all, 0, 5);
    System.arraycopy(more, 0, all, 5, more.length);
    return Cli.run(all);
  }

  @Test
  void camerasAreWrittenListedAndTakenAway() throws Exception {
    String kafka = "kafka:" + Broker.shared().address();
    Path rooms =
        Files.writeString(
            folder.resolve("rooms.yaml"),
            """
            streams:
              - {id: door, url: "rtsp://me:secret@a/1", course: algebra}
              - {id: hall, url: "synthetic:"}
            """);
    String listed = run("cameras", kafka, "school", "--put", rooms).ok();
    assertThat(listed).doesNotContain("secret");
    assertThat(listed.lines())
        .containsExactly(
            "door                     algebra          rtsp://***@a/1",
            "hall                                      synthetic:",
            "2 cameras");
    run("cameras", kafka, "school", "--remove", "hall", "--remove", "wall")
        .failsWith(1, "there is no camera wall in school-cameras; nothing was changed");
    assertThat(run("cameras", kafka, "school", "--remove", "hall", "--json").ok().strip())
        .isEqualTo(
            "{\"cameras\":[{\"id\":\"door\",\"course\":\"algebra\",\"address\":\"rtsp://***@a/1\"}]}");
    Path videos = Files.writeString(folder.resolve("v.streams"), "lesson.mp4\n");
    run("cameras", kafka, "school", "--put", videos)
        .failsWith(1, "camera stream-1: its url is a file of one machine; name a camera");
  }

  @Test
  void aTopicThatIsNotThereIsSaid() throws Exception {
    String kafka = "kafka:" + Broker.shared().address();
    run("aggregate", kafka, "nobody").failsWith(1, " has no topic nobody-results; make it");
  }

  @Test
  void aggregationSaysWhatItHasDone() throws Exception {
    String kafka = "kafka:" + Broker.shared().address();
    run("cameras", kafka, "quiet").ok();
    String line =
        run("aggregate", kafka, "quiet", "--from", "quiet-cameras", "--duration", "2s").ok();
    assertThat(line.strip()).isEqualTo("0 windows written; 0 results counted");
  }

  @Test
  void aBrokerThatIsAwayIsSaidInOneLine() {
    run("cameras", "kafka:127.0.0.1:9", "school")
        .failsWith(1, "Kafka at 127.0.0.1:9 does not answer", "is it running");
  }

  @Test
  void whatIsNoClusterIsSaid() {
    Cli.run("cameras").failsWith(1, "say which cluster: --cluster kafka:HOST:PORT --group NAME");
    Cli.run("cameras", "--cluster", "kafka:a:1").failsWith(1, "--cluster needs a --group");
    Cli.run("aggregate", "--group", "a").failsWith(1, "say where with --cluster");
    run("aggregate", "me:pw@a:1", "a").failsWith(1, "--cluster is kafka:HOST:PORT, not ***@a:1");
    run("cameras", "kafka:a", "b").failsWith(1, "a Kafka broker is HOST:PORT, not 'a'");
    run("cameras", "kafka:a:1", "a b").failsWith(1, "'a b' is no name for a group");
    run("aggregate", "kafka:a:1", "b", "--min-group", "1").failsWith(1, "--min-group is 2 or more");
    run("stream", "kafka:a:1", "b", "x.mp4")
        .failsWith(2, "cameras of a cluster stand in its topic");
  }
}
