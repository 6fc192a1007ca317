package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.stream.Streams.Memory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SinkTest {
  private static final List<String> LABELS = List.of("calm", "not, calm");
  @TempDir Path folder;

  private static StreamResult result(long sequence, FaceResult... faces) {
    return new StreamResult(
        "door",
        "algebra",
        1_700_000_000_000L,
        sequence,
        Instant.parse("2026-01-05T09:00:00.040Z"),
        12_345_678,
        640,
        480,
        List.of(faces),
        null);
  }

  private static FaceResult face() {
    Face face = new Face(new Box(-3, 20, 100, 110), 9.5f);
    return new FaceResult("0a1b2c3d", true, new Prediction(face, 1, List.of(0.25f, 0.75f)));
  }

  @Test
  void jsonHasAllThatIsKnownALineAFrame() throws IOException {
    Path file = folder.resolve("r.jsonl");
    try (JsonLinesSink sink = new JsonLinesSink(file, LABELS)) {
      sink.write(List.of(result(0, face()), result(1)));
      sink.write(List.of(result(2)));
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(3);
    JsonNode first = JsonMapper.shared().readTree(lines.getFirst());
    assertThat(first.get("stream").stringValue()).isEqualTo("door");
    assertThat(first.get("course").stringValue()).isEqualTo("algebra");
    assertThat(first.get("epoch").longValue()).isEqualTo(1_700_000_000_000L);
    assertThat(first.get("captured").stringValue()).isEqualTo("2026-01-05T09:00:00.040Z");
    assertThat(first.get("age_ms").doubleValue()).isEqualTo(12.35);
    JsonNode face = first.get("faces").get(0);
    assertThat(face.get("track").stringValue()).isEqualTo("0a1b2c3d");
    assertThat(face.get("box").get("x").intValue()).isEqualTo(-3);
    assertThat(face.get("label").stringValue()).isEqualTo("not, calm");
    assertThat(face.get("probabilities").get("calm").floatValue()).isEqualTo(0.25f);
    assertThat(JsonMapper.shared().readTree(lines.get(1)).get("faces").isEmpty()).isTrue();
  }

  @Test
  void csvHasARowAFaceAndOneForAFrameWithout() throws IOException {
    Path file = folder.resolve("r.csv");
    try (CsvSink sink = new CsvSink(file, LABELS)) {
      sink.write(List.of(result(0, face(), face())));
      sink.write(List.of(result(1)));
    }
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "stream,sequence,captured,age_ms,width,height,track,x,y,w,h,score,detected,label,"
                + "probability,p_calm,\"p_not, calm\"",
            "door,0,2026-01-05T09:00:00.040Z,12.35,640,480,0a1b2c3d,-3,20,100,110,9.5,true,"
                + "\"not, calm\",0.75,0.25,0.75",
            "door,0,2026-01-05T09:00:00.040Z,12.35,640,480,0a1b2c3d,-3,20,100,110,9.5,true,"
                + "\"not, calm\",0.75,0.25,0.75",
            "door,1,2026-01-05T09:00:00.040Z,12.35,640,480,,,,,,,,,,,");
  }

  @Test
  void resultsAreNeverOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("r.csv"), "dear");
    assertThatThrownBy(() -> new CsvSink(file, LABELS))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("exists; name a new file");
    assertThat(file).hasContent("dear");
  }

  @Test
  void aSinkThatFailsForAWhileLosesNothing() throws InterruptedException {
    Memory flaky =
        new Memory() {
          private int calls;

          @Override
          public void write(List<StreamResult> some) throws IOException {
            if (++calls % 3 != 0) {
              throw new IOException("no space left");
            }
            super.write(some);
          }
        };
    SinkQueue queue = new SinkQueue(flaky, 8, 1);
    for (int i = 0; i < 200; i++) {
      queue.awaitRoom();
      queue.add(result(i));
    }
    queue.close();
    assertThat(flaky.of("door").stream().map(StreamResult::sequence))
        .isEqualTo(LongStream.range(0, 200).boxed().toList());
    assertThat(queue.snapshot().sent()).isEqualTo(200);
    assertThat(queue.snapshot().lost()).isZero();
    assertThat(queue.snapshot().failure()).isEmpty();
  }

  private FullDisk disk(long room) throws IOException {
    Path file = folder.resolve("full.jsonl");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new FullDisk(channel, room);
  }

  @Test
  void linesThatDidNotFitOnTheDiskAreWrittenWholeWhenThereIsRoom() throws IOException {
    FullDisk disk = disk(20);
    try (LineFile file = new LineFile(disk)) {
      file.append("one\ntwo\nthree\n");
      assertThatThrownBy(() -> file.append("four\nfive\n"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
      assertThat(folder.resolve("full.jsonl")).hasContent("one\ntwo\nthree\n");
      disk.room(100);
      file.append("four\nfive\n");
    }
    assertThat(folder.resolve("full.jsonl")).hasContent("one\ntwo\nthree\nfour\nfive\n");
  }

  @Test
  void aDiskThatIsFullForAWhileLosesNothingAndOneThatStaysFullCountsWhatIsLost()
      throws IOException, InterruptedException {
    FullDisk disk = disk(1500);
    LineFile lines = new LineFile(disk);
    SinkQueue queue = new SinkQueue(new OnDisk(lines), 8, 1_000_000);
    for (int i = 0; i < 8; i++) {
      queue.add(result(i, face()));
    }
    Streams.await("the failure shows", () -> !queue.snapshot().failure().isEmpty());
    assertThat(queue.snapshot().failure())
        .startsWith("json cannot be written: ")
        .contains("No space left")
        .doesNotContain("\n");
    disk.room(1 << 20);
    Streams.await("all are written", () -> queue.snapshot().sent() == 8);
    assertThat(queue.snapshot().failure()).isEmpty();
    assertThat(queue.snapshot().lost()).isZero();
    disk.room(0);
    queue.add(result(8));
    queue.add(result(9));
    Streams.await("it is full again", () -> !queue.snapshot().failure().isEmpty());
    queue.close(1_000_000);
    // What is being written is counted when the write has failed, which close does not wait for.
    Streams.await("both are counted as lost", () -> queue.snapshot().lost() == 2);
    List<String> written = Files.readAllLines(folder.resolve("full.jsonl"));
    assertThat(written).hasSize(8);
    for (int i = 0; i < 8; i++) {
      assertThat(JsonMapper.shared().readTree(written.get(i)).get("sequence").intValue())
          .isEqualTo(i);
    }
  }

  /** Lines on a disk that may be full. */
  private record OnDisk(LineFile file) implements PredictionSink {
    @Override
    public String name() {
      return "json";
    }

    @Override
    public void write(List<StreamResult> results) throws IOException {
      StringBuilder lines = new StringBuilder();
      results.forEach(each -> lines.append(JsonLinesSink.json(each, LABELS)).append('\n'));
      file.append(lines.toString());
    }

    @Override
    public boolean mustKeep() {
      return true;
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  @Test
  void aSinkThatNeedNotKeepEverythingDropsAndCounts() {
    CountDownLatch away = new CountDownLatch(1);
    Memory slow =
        new Memory() {
          @Override
          public void write(List<StreamResult> some) throws IOException {
            try {
              away.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            super.write(some);
          }

          @Override
          public boolean mustKeep() {
            return false;
          }
        };
    SinkQueue queue = new SinkQueue(slow, 4, 1);
    for (int i = 0; i < 500; i++) {
      queue.add(result(i));
    }
    assertThat(queue.snapshot().lost()).isGreaterThanOrEqualTo(500 - 64 - 4);
    away.countDown();
    queue.close();
    assertThat(queue.snapshot().lost() + queue.snapshot().sent()).isEqualTo(500);
    assertThat(slow.of("door").stream().map(StreamResult::sequence)).isSorted();
  }
}
