package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.BatchSnapshot;
import dev.drsn.engine.stream.Drop;
import dev.drsn.engine.stream.DurationSnapshot;
import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamSnapshot;
import dev.drsn.engine.stream.StreamState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StreamCommandTest {

  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void makeModel() {
    model = folder.resolve("m.safetensors");
    Cli.run("init", "--width", 4, "--size", 24, "--classes", 3, "--out", model).ok();
  }

  private static Cli stream(Object... arguments) {
    Object[] first = {"stream", "--model", model};
    return Cli.run(Stream.concat(Stream.of(first), Stream.of(arguments)).toArray());
  }

  private static Path pictures(String name, int count) throws IOException {
    Path pictures = Files.createDirectory(folder.resolve(name));
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[64 * 48];
      java.util.Arrays.fill(pixels, (byte) (20 * i));
      new Image(48, 64, 1, pixels).write(pictures.resolve("p" + (10 + i) + ".png"));
    }
    return pictures;
  }

  @Test
  void everyPictureHasAResultInBothFilesAndOnStandardOutput() throws IOException {
    Path lesson = pictures("lesson one", 7);
    Path jsonl = folder.resolve("r.jsonl");
    Path csv = folder.resolve("r.csv");
    String[] lines =
        stream(lesson, "--face", "none", "--out", jsonl, "--out", csv, "--json")
            .ok()
            .lines()
            .toArray(String[]::new);
    assertThat(lines).hasSize(8);
    assertThat(Files.readAllLines(jsonl)).containsExactly(java.util.Arrays.copyOf(lines, 7));
    assertThat(Files.readAllLines(csv)).hasSize(8);
    for (int i = 0; i < 7; i++) {
      JsonNode result = JsonMapper.shared().readTree(lines[i]);
      assertThat(result.get("stream").asString()).isEqualTo("lesson-one");
      assertThat(result.get("sequence").intValue()).isEqualTo(i);
      assertThat(result.get("faces").get(0).get("probabilities").size()).isEqualTo(3);
    }
    JsonNode end = JsonMapper.shared().readTree(lines[7]);
    assertThat(end.get("streams").get(0).get("inferred").intValue()).isEqualTo(7);
    assertThat(end.get("streams").get(0).get("state").asString()).isEqualTo("ended");
    assertThat(end.get("batches").get("closed").size()).isEqualTo(3);
    assertThat(end.get("sinks").get(0).get("written").intValue()).isEqualTo(7);
  }

  @Test
  void drawnCamerasRunSideBySideUntilTheyEnd() {
    String out =
        stream(
                "synthetic:160x120@100?frames=12&faces=1",
                "synthetic:160x120@100?frames=9&seed=2",
                "--policy",
                "wait")
            .ok();
    String[] lines = out.lines().toArray(String[]::new);
    assertThat(lines[0]).contains("stream", "state", "fps in", "age p50", "p99");
    assertThat(lines[1]).startsWith("synthetic ").contains("ended");
    assertThat(lines[2]).startsWith("synthetic-2 ").contains("ended");
    assertThat(lines[lines.length - 1]).startsWith("21 results in ");
  }

  @Test
  void aDurationEndsWhatHasNoEnd() {
    assertThat(stream("synthetic:160x120@20", "--duration", "1s").ok()).contains("results in ");
  }

  @Test
  void videosAreWrittenOnRequest() throws IOException {
    Path lesson = pictures("filmed", 3);
    Path videos = folder.resolve("videos");
    stream(lesson, "--face", "none", "--video", videos).ok();
    assertThat(Files.size(videos.resolve("filmed.mp4"))).isGreaterThan(1000);
    stream(videos.resolve("filmed.mp4"), "--face", "none").ok();
  }

  @Test
  void aListMaySayWhereResultsGoAndAFlagGoesBeforeIt() throws IOException {
    Path lesson = pictures("listed", 3);
    Path jsonl = folder.resolve("listed.jsonl");
    Path csv = folder.resolve("listed.csv");
    Path list =
        Files.writeString(
            folder.resolve("sinks.yaml"),
            "streams:\n- {id: a, url: '" + lesson + "'}\nsinks: {out: '" + jsonl + "'}\n");
    stream(list, "--face", "none").ok();
    assertThat(Files.readAllLines(jsonl)).hasSize(3);
    Files.delete(jsonl);
    stream(list, "--face", "none", "--out", csv).ok();
    assertThat(Files.readAllLines(csv)).hasSize(4);
    assertThat(jsonl).doesNotExist();
  }

  @Test
  void whatDecodesIsSaid() throws IOException {
    Path lesson = pictures("decoded", 3);
    Path videos = folder.resolve("decoded-video");
    assertThat(stream(lesson, "--face", "none", "--video", videos).ok()).doesNotContain("decoding");
    String line =
        stream(videos.resolve("decoded.mp4"), "--face", "none").ok().lines().toList().get(1);
    assertThat(line).containsPattern(" (software|cuda) decoding$");
    assertThat(Cli.run("info").ok()).containsPattern("video +by the (processor|graphics card)");
  }

  @Test
  void aSourceThatFailsIsNamedAndTheOthersAreRun() throws IOException {
    Path lesson = pictures("good", 3);
    Path list =
        Files.writeString(
            folder.resolve("two.streams"), "# remark\n" + lesson + "\n/no/such/video.mp4\n");
    Cli run = stream(list, "--face", "none");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("drsn: stream-2: there is no file /no/such/video.mp4; is the path right?");
    assertThat(run.out()).contains("3 results in ");
  }

  @Test
  void mistakesAreOneLine() throws IOException {
    Path there = Files.writeString(folder.resolve("there.csv"), "");
    stream("a.mp4", "--out", there).failsWith(1, "there.csv exists");
    stream("a.mp4", "--out", "r.txt").failsWith(1, "neither .jsonl nor .csv");
    stream("a.mp4", "--duration", "soon").failsWith(1, "--duration is a time");
    stream("a.mp4", "--roi", "1,2,3").failsWith(1, "--roi is X,Y,W,H");
    stream("a.mp4", "--policy", "oldest").failsWith(1, "no policy oldest");
    stream("a.mp4", "--detect-every", 0).failsWith(1, "detect-every 0");
    stream("a.mp4", "--timeout", 0).failsWith(1, "--timeout");
    stream("a.mp4", "--spool", "s").failsWith(1, "name it with --webhook or --kafka");
    stream("a.mp4", "--kafka-config", "k").failsWith(1, "say where with --kafka");
    stream("a.mp4", "--kafka", "a:1").failsWith(1, "--kafka is HOST:PORT/TOPIC, not a:1");
    stream("a.mp4", "--kafka", "a/b").failsWith(1, "a Kafka broker is HOST:PORT, not 'a'");
    stream("a.mp4", "--kafka", "a:1/b c").failsWith(1, "'b c' is no name of a topic");
    stream("none.yaml").failsWith(1, "there is no file none.yaml");
    stream().failsWith(2, "SOURCE");
    stream("synthetic:huge").failsWith(1, "synthetic:huge is no synthetic camera; write synth");
  }

  private static StreamSnapshot snapshot(String id, long captured, String reason) {
    Map<Drop, Long> drops = new EnumMap<>(Drop.class);
    for (Drop drop : Drop.values()) {
      drops.put(drop, drop == Drop.SUPERSEDED ? 7L : 0L);
    }
    return new StreamSnapshot(
        id,
        "rtsp://***@a",
        StreamState.LIVE,
        reason,
        "software",
        false,
        captured,
        captured - 7,
        40,
        drops,
        1,
        new DurationSnapshot(9, 41.4, 88, 120, 130),
        new DurationSnapshot(2, 20, 25, 25, 25));
  }

  @Test
  void ratesAreThoseSinceTheLastTable() {
    StreamTable table = new StreamTable(0);
    BatchSnapshot batches =
        new BatchSnapshot(
            List.of(0L, 2L, 1L),
            Map.of("full", 1L, "delay", 2L, "drain", 0L),
            new DurationSnapshot(3, 5, 5, 6, 6),
            new DurationSnapshot(3, 10, 11, 12, 12),
            "");
    List<SinkSnapshot> sinks =
        List.of(new SinkSnapshot("json", 4, 0, 0, 0, 0, "json cannot be written"));
    table.text(List.of(snapshot("door", 20, "")), batches, List.of(), 2_000_000_000L);
    String[] lines =
        table
            .text(List.of(snapshot("door", 50, "gone")), batches, sinks, 4_000_000_000L)
            .lines()
            .toArray(String[]::new);
    assertThat(lines[1].strip().split("\\s+"))
        .containsExactly(
            "door", "live", "15.0", "15.0", "40", "7", "41", "ms", "88", "ms", "120", "ms", "gone");
    assertThat(lines[2])
        .isEqualTo(
            "3 batches of 1.3 faces, closed: delay 2, full 1; waited p50 5.0 ms, p99 6.0 ms; ran"
                + " p50 10.0 ms, p99 12.0 ms");
    assertThat(lines[3]).isEqualTo("json: 4 written, 0 lost; json cannot be written");
    assertThat(StreamTable.drops(List.of(snapshot("door", 1, "")))).isEqualTo("superseded 7");
  }

  @Test
  void aTerminalIsDrawnOverAndAFileIsNot() {
    StringWriter text = new StringWriter();
    LiveLines terminal = new LiveLines(new PrintWriter(text), true);
    terminal.show("a\nb\n");
    terminal.say("remark");
    terminal.clear();
    assertThat(text.toString())
        .containsSubsequence("a\nb\n", "\u001B[2A\r\u001B[J", "remark", "a\nb\n", "\u001B[2A");
    StringWriter plain = new StringWriter();
    LiveLines file = new LiveLines(new PrintWriter(plain), false);
    file.show("a\n");
    file.say("remark");
    file.show("b\n");
    assertThat(plain.toString().lines()).containsExactly("a", "remark", "b");
  }
}
