package dev.drsn.cli.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

  private static final long LIMIT = 1600;
  @TempDir Path folder;

  private static List<byte[]> records(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> ("record " + i).getBytes(UTF_8)).toList();
  }

  private static List<String> texts(List<byte[]> records) {
    return records.stream().map(record -> new String(record, UTF_8)).toList();
  }

  private static List<String> drain(Spool spool) throws IOException {
    List<String> all = new ArrayList<>();
    for (List<byte[]> some = spool.peek(3, 1000); !some.isEmpty(); some = spool.peek(3, 1000)) {
      all.addAll(texts(some));
      spool.taken(some);
    }
    return all;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> file.toString().endsWith(".spool")).sorted().toList();
    }
  }

  @Test
  void recordsComeInOrderOverSegmentsAndNothingStaysOnTheDisk() throws IOException {
    try (Spool spool = new Spool(folder, LIMIT)) {
      for (int i = 0; i < 20; i++) {
        spool.append(records(2 * i, 2 * i + 2));
      }
      assertThat(spool.waiting()).isEqualTo(40);
      assertThat(spool.segments()).hasSizeGreaterThan(2);
      assertThat(drain(spool)).isEqualTo(texts(records(0, 40)));
      assertThat(files()).isEmpty();
      spool.append(records(40, 41));
      assertThat(drain(spool)).containsExactly("record 40");
    }
  }

  @Test
  void whatWasNotTakenIsThereForTheNextProcess() throws IOException {
    Spool killed = new Spool(folder, LIMIT);
    for (int i = 0; i < 10; i++) {
      killed.append(records(2 * i, 2 * i + 2));
    }
    killed.taken(killed.peek(3, 1000));
    killed.peek(3, 1000);
    // What a process that is killed leaves: all its files, and no lock.
    Path copy = Files.createDirectory(folder.resolve("copy"));
    for (Path file : files()) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    Files.copy(folder.resolve("position"), copy.resolve("position"));
    killed.close();
    try (Spool spool = new Spool(copy, LIMIT)) {
      spool.append(records(20, 22));
      assertThat(spool.damaged()).isZero();
      assertThat(drain(spool)).isEqualTo(texts(records(3, 22)));
    }
  }

  @Test
  void aTornLastRecordIsCutOff() throws IOException {
    try (Spool spool = new Spool(folder, 1 << 20)) {
      spool.append(records(0, 4));
    }
    Path file = files().getLast();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 3);
    }
    try (Spool spool = new Spool(folder, 1 << 20)) {
      spool.append(records(3, 5));
      assertThat(drain(spool)).isEqualTo(texts(records(0, 5)));
    }
  }

  @Test
  void aDamagedSegmentIsCountedAndTheOthersCome() throws IOException {
    try (Spool spool = new Spool(folder, LIMIT)) {
      for (int i = 0; i < 20; i++) {
        spool.append(records(2 * i, 2 * i + 2));
      }
    }
    try (FileChannel channel = FileChannel.open(files().get(1), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1}), 10);
    }
    try (Spool spool = new Spool(folder, LIMIT)) {
      assertThat(spool.damaged()).isEqualTo(1);
      List<String> all = drain(spool);
      assertThat(all)
          .isSubsetOf(texts(records(0, 40)))
          .doesNotHaveDuplicates()
          .hasSizeBetween(20, 39);
      assertThat(spool.waiting()).isZero();
    }
  }

  @Test
  void aDamagedPositionMeansTwiceAndNotNever() throws IOException {
    try (Spool spool = new Spool(folder, 1 << 20)) {
      spool.append(records(0, 6));
      spool.taken(spool.peek(2, 1000));
    }
    Files.write(folder.resolve("position"), new byte[12], StandardOpenOption.WRITE);
    Files.write(folder.resolve("position"), new byte[] {9, 9}, StandardOpenOption.WRITE);
    try (Spool spool = new Spool(folder, 1 << 20)) {
      assertThat(drain(spool)).isEqualTo(texts(records(0, 6)));
    }
  }

  @Test
  void aFullSpoolTakesNothingUntilThereIsRoom() throws IOException {
    try (Spool spool = new Spool(folder, 100)) {
      spool.append(records(0, 4));
      assertThatThrownBy(() -> spool.append(records(4, 8)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is full (100 bytes)");
      assertThat(drain(spool)).isEqualTo(texts(records(0, 4)));
      spool.append(records(4, 8));
      assertThat(drain(spool)).isEqualTo(texts(records(4, 8)));
    }
  }

  @Test
  void twoProcessesCannotShareIt() throws IOException {
    try (Spool spool = new Spool(folder, LIMIT)) {
      assertThatThrownBy(() -> new Spool(folder, LIMIT))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("is in use; name another folder");
      assertThat(spool.waiting()).isZero();
    }
  }
}
