package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsFileTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void aListOfAddresses() throws IOException {
    Path list = file("c.streams", "# cameras\n\n rtsp://a/1 \nlesson.mp4\n");
    assertThat(StreamsFile.read(list))
        .containsExactly(
            StreamSpec.of("stream-1", "rtsp://a/1"), StreamSpec.of("stream-2", "lesson.mp4"));
  }

  @Test
  void yamlWithAllKeys() throws IOException {
    Path list =
        file(
            "c.yaml",
            """
            streams:
              - id: door
                url: rtsp://a/1
                roi: [10, 20, 300, 200]
                fps: 5
                policy: newest
                course: algebra
              - url: 0
            """);
    assertThat(StreamsFile.read(list))
        .containsExactly(
            new StreamSpec(
                "door",
                "rtsp://a/1",
                new Box(10, 20, 300, 200),
                5,
                StreamSpec.Policy.NEWEST,
                "algebra"),
            StreamSpec.of("stream-2", "0"));
  }

  @Test
  void whereResultsGoMayStandBesideTheStreams() throws IOException {
    String streams = "streams:\n - {id: a, url: x}\n";
    Path list = file("c.yaml", streams + "sinks: {webhook: 'http://a/in', spool-limit: 5}");
    assertThat(StreamsFile.read(list)).containsExactly(StreamSpec.of("a", "x"));
    assertThat(StreamsFile.sinks(list).toString())
        .isEqualTo("{webhook=http://a/in, spool-limit=5}");
    assertThat(StreamsFile.sinks(file("c.yaml", streams))).isEmpty();
    assertThat(StreamsFile.sinks(file("c.streams", "x"))).isEmpty();
    Path wrong = file("c.yaml", streams + "sinks: [webhook]");
    assertThatThrownBy(() -> StreamsFile.sinks(wrong))
        .isInstanceOf(DrsnException.class)
        .hasMessage(wrong + ": 'sinks' has keys such as 'webhook: https://...' below it");
  }

  @Test
  void whatIsWrongIsSaidInOneLineThatNamesTheFile() throws IOException {
    String[][] cases = {
      {"streams:\n - {id: a, url: x, frs: 5}", "key 'frs' is not known"},
      {"streams:\n - {id: a}", "stream 1 has no url"},
      {"streams:\n - {id: a, url: x}\n - {id: a, url: y}", "two streams a"},
      {"streams:\n - {id: a/b, url: x}", "'a/b' is no name"},
      {"streams:\n - {id: a, url: x, fps: fast}", "fps is a number"},
      {"streams:\n - {id: a, url: x, course: a b}", "'a b' is no name for a course"},
      {"streams:\n - {id: a, url: x, fps: -1}", "fps is 0"},
      {"streams:\n - {id: a, url: x, policy: last}", "no policy last"},
      {"streams:\n - {id: a, url: x, roi: [1, 2, 0, 4]}", "roi is [x, y, width, height]"},
      {"cameras: []", "no list 'streams'"},
      {"streams: []\nmore: 1", "key 'more' is not known; there are 'streams' and 'sinks'"},
      {"streams: []", "no streams in it"},
      {"streams: [", "not YAML"},
    };
    for (String[] each : cases) {
      Path list = file("c.yaml", each[0]);
      assertThatThrownBy(() -> StreamsFile.read(list))
          .as(each[0])
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining(each[1])
          .hasMessageStartingWith(list.toString())
          .message()
          .doesNotContain("\n");
    }
    assertThatThrownBy(() -> StreamsFile.read(folder.resolve("none.yaml")))
        .hasMessageContaining("there is no file");
  }

  @Test
  void kindsOfAddresses() {
    assertThat(Address.of("RTSP://a").kind()).isEqualTo(Address.Kind.RTSP);
    assertThat(Address.of("https://a/v").kind()).isEqualTo(Address.Kind.HTTP);
    assertThat(Address.of("2").location()).isEqualTo("/dev/video2");
    assertThat(Address.of("/dev/video0").kind()).isEqualTo(Address.Kind.WEBCAM);
    assertThat(Address.of("synthetic:").kind()).isEqualTo(Address.Kind.SYNTHETIC);
    assertThat(Address.of("a/b.mp4").kind()).isEqualTo(Address.Kind.FILE);
    assertThat(Address.of("file:///a/b.mp4").location()).isEqualTo("/a/b.mp4");
    assertThat(Address.of("a/b.mp4").live()).isFalse();
  }

  @Test
  void passwordsAreNeverShown() {
    assertThat(Address.masked("rtsp://me:se@cret@cam/1?channel=2"))
        .isEqualTo("rtsp://***@cam/1?channel=2");
    assertThat(Address.masked("http://cam/v?user=me&password=x&fps=5&api_key=z#p"))
        .isEqualTo("http://cam/v?user=***&password=***&fps=5&api_key=***#p");
    assertThat(StreamSpec.of("a", "rtsp://me:secret@cam/1").toString()).doesNotContain("secret");
  }
}
