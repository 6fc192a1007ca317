package dev.drsn.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cameras that are cut and opened again, day and night, leave nothing behind. */
class VideoMemoryTest {
  private static final int WARM = 1000;
  private static final int TIMES = 2000;
  private static final int MOST_KB = 32 << 10;
  @TempDir Path folder;

  private static long statusKb(String key) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void openReadAndClose(Path file) {
    try (Deadline deadline = new Deadline();
        FrameSource source =
            new Sources(3, 60_000_000_000L).open(StreamSpec.of("v", file.toString()), deadline)) {
      assertThat(source.read()).isNotNull();
    }
  }

  @Test
  void twoThousandSourcesThatAreOpenedAndClosedLeaveNoMemory() throws IOException {
    Path video = folder.resolve("v.mp4");
    try (VideoWriter writer = new VideoWriter(video, 64, 48)) {
      for (int i = 0; i < 3; i++) {
        writer.add(Streams.picture(50 * i, 64, 48), 40L * i);
      }
    }
    Path none = Files.writeString(folder.resolve("none.mp4"), "not a video at all");
    long before = 0;
    for (int i = -WARM; i < TIMES; i++) {
      if (i == 0) {
        System.gc();
        before = statusKb("RssAnon");
      }
      openReadAndClose(video);
      if (i % 2 == 0) {
        assertThatThrownBy(() -> openReadAndClose(none)).isInstanceOf(DrsnException.class);
      }
    }
    System.gc();
    // A source holds some hundreds of kilobytes; what Java's own heap does stays below this.
    assertThat(statusKb("RssAnon") - before).as("KB more").isLessThan(MOST_KB);
  }
}
