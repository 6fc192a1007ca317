package dev.drsn.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir Path folder;

  @Test
  void writesAndReplaces() throws IOException {
    Path file = folder.resolve("a.csv");
    AtomicFile.write(file, "one");
    AtomicFile.write(file, "two, läng");
    assertThat(file).hasContent("two, läng");
    assertThat(names()).containsExactly("a.csv");
  }

  @Test
  void fullDiskLeavesTheEarlierFile() throws IOException {
    Path file = folder.resolve("model.safetensors");
    AtomicFile.write(file, "earlier");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(DrsnException.class)
        .hasMessage(
            "cannot write " + file + ": No space left on device; nothing there was changed");
    assertThat(file).hasContent("earlier");
    assertThat(names()).containsExactly("model.safetensors");
  }

  @Test
  void aFailingProducerLeavesNothing() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    folder.resolve("b"),
                    out -> {
                      out.write(1);
                      throw new IllegalStateException("producer");
                    }))
        .hasMessage("producer");
    assertThat(names()).isEmpty();
  }

  @Test
  void symbolicLinksStay() throws IOException {
    Path file = Files.writeString(folder.resolve("real"), "1");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    AtomicFile.write(link, "2");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file).hasContent("2");
  }

  @Test
  void saysWhatIsInTheWay() {
    assertThatThrownBy(() -> AtomicFile.write(folder, "x"))
        .hasMessage("cannot write " + folder + ": it is a folder; nothing there was changed");
    Path lost = folder.resolve("no/where.csv");
    assertThatThrownBy(() -> AtomicFile.write(lost, "x"))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("there is no folder " + lost.getParent());
  }

  @Test
  @EnabledIf("deviceFull")
  void devicesAreWrittenDirectly() {
    Path full = Path.of("/dev/full");
    assertThatThrownBy(() -> AtomicFile.write(full, "x"))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("No space left on device");
    assertThat(full).exists();
    assertThat(Files.isRegularFile(full)).isFalse();
  }

  static boolean deviceFull() {
    return Files.exists(Path.of("/dev/full"));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }
}
