package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.stream.BatchRunner;
import dev.drsn.engine.stream.PipelineOptions;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSnapshot;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.SyntheticSource;
import dev.drsn.engine.stream.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams come and go with the file that lists them, while the program runs. */
class StreamListTest {

  /** A model without an opinion. */
  private static final class Runner implements BatchRunner {
    @Override
    public int batch() {
      return 4;
    }

    @Override
    public int inputs() {
      return 8 * 8;
    }

    @Override
    public int classes() {
      return 2;
    }

    @Override
    public void run(float[] inputs, int n, float[] probabilities) {
      java.util.Arrays.fill(probabilities, 0, 2 * n, 0.5f);
    }

    @Override
    public void close() {}
  }

  private static final Image GREY = new Image(16, 8, 1, new byte[16 * 8]);

  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();
  private final StreamPipeline pipeline =
      new StreamPipeline(
          PipelineOptions.standard(),
          new Runner(),
          Preprocess.fixed(1, 8),
          FaceDetector::none,
          (_, _) -> new SyntheticSource(List.of(GREY), 20, 0, Ticker.system()),
          List.of(),
          1,
          Ticker.system());
  private Path file;
  private int changes;
  private StreamList list;

  @BeforeEach
  void start() throws IOException {
    file = folder.resolve("room.yaml");
    write(stream("door", 1), stream("window", 2));
    list = new StreamList(List.of(file.toString()), null, 0, StreamSpec.Policy.NEWEST);
    list.specs().forEach(pipeline::add);
  }

  @AfterEach
  void stop() {
    pipeline.close();
  }

  private static String stream(String id, int camera) {
    return "  - id: " + id + "\n    url: rtsp://camera/" + camera + "\n";
  }

  /** A file system may keep times by the second, so each change is a second later. */
  private void write(String... streams) throws IOException {
    Files.writeString(file, "streams:\n" + String.join("", streams));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000 + 1000L * changes++));
  }

  private List<String> running() {
    return pipeline.streams().stream().map(StreamSnapshot::id).toList();
  }

  private void follow() {
    said.clear();
    list.follow(pipeline, said::add);
  }

  @Test
  void aFileThatStaysAsItIsDisturbsNobody() {
    follow();
    assertThat(said).isEmpty();
    assertThat(running()).containsExactly("door", "window");
  }

  @Test
  void streamsComeAndGoWithTheFile() throws IOException {
    write(stream("door", 1), stream("board", 3));
    follow();
    assertThat(said).containsExactly("the list of streams has changed: 1 begun, 1 ended");
    assertThat(running()).containsExactly("door", "board");
    follow();
    assertThat(said).isEmpty();
  }

  @Test
  void aChangedStreamBeginsAnewAndTheOthersGoOn() throws IOException {
    write(stream("door", 1), stream("window", 5));
    follow();
    assertThat(said).containsExactly("the list of streams has changed: 1 begun, 1 ended");
    assertThat(running()).containsExactly("door", "window");
  }

  @Test
  void aFileThatCannotBeReadChangesNothingAndIsReadWhenItIsMended() throws IOException {
    for (String broken : List.of("streams: [", "streams:\n" + stream("a", 1) + stream("a", 2))) {
      Files.writeString(file, broken);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000 + 1000L * changes++));
      follow();
      assertThat(said).singleElement().asString().endsWith("; the streams go on as before");
      assertThat(running()).containsExactly("door", "window");
      follow();
      assertThat(said).as("said once").isEmpty();
    }
    Files.delete(file);
    follow();
    assertThat(said).singleElement().asString().contains("room.yaml", "go on as before");
    assertThat(running()).containsExactly("door", "window");
    write(stream("board", 3));
    follow();
    assertThat(running()).containsExactly("board");
  }

  @Test
  void aStreamThatSomebodyElseAddedKeepsItsName() throws IOException {
    pipeline.add(new StreamSpec("guest", "rtsp://camera/9", null, 0, StreamSpec.Policy.NEWEST, ""));
    write(stream("door", 1), stream("window", 2), stream("guest", 4));
    follow();
    assertThat(said).hasSize(2).first().asString().contains("two streams guest");
    assertThat(running()).containsExactly("door", "window", "guest");
  }
}
