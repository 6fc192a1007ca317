package dev.drsn.cli.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A spool that a real process writes, which is killed, or runs out of disk. */
class SpoolProcessTest {
  private static final long ROOM = 1L << 30;
  private static final int MANY = 500;
  private static final int FEW = 2;
  @TempDir Path folder;

  private Process child(String limits, int more, int batch) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            "bash",
            "-c",
            limits + "exec \"$@\"",
            "spool",
            java,
            "-XX:-UsePerfData",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            SpoolChild.class.getName(),
            folder.toString(),
            Integer.toString(more),
            Integer.toString(batch))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** What is in the spool, each record as it was given. */
  private int whole() throws IOException {
    int number = 0;
    try (Spool spool = new Spool(folder, ROOM)) {
      assertThat(spool.damaged()).isZero();
      List<byte[]> some = spool.peek(64, 1 << 20);
      while (!some.isEmpty()) {
        for (byte[] record : some) {
          assertThat(record).isEqualTo(SpoolChild.record(number));
          number++;
        }
        spool.taken(some);
        some = spool.peek(64, 1 << 20);
      }
    }
    return number;
  }

  @Test
  void whatAProcessHasAcceptedIsThereAfterSigkill() throws IOException, InterruptedException {
    for (int kill = 1; kill <= 3; kill++) {
      Process process = child("", 0, MANY);
      int accepted = 0;
      try (BufferedReader out = process.inputReader(UTF_8)) {
        while (accepted < 5 * MANY * kill) {
          accepted = Integer.parseInt(out.readLine());
        }
        // In the midst of a write, or behind it, as it happens.
        // The process itself would close its output, too.
        process.toHandle().destroyForcibly();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          // The last line may be torn as well.
          accepted += line.equals(Integer.toString(accepted + MANY)) ? MANY : 0;
        }
      }
      assertThat(process.waitFor()).as("by SIGKILL").isEqualTo(137);
      assertThat(whole()).as("all and no more").isBetween(accepted, accepted + MANY);
    }
  }

  @Test
  void aDiskThatIsFullTakesWholeRecordsAndGoesOnWhenThereIsRoom()
      throws IOException, InterruptedException {
    // The kernel refuses what is beyond 20 kB, in the midst of a record.
    Process process = child("ulimit -S -f 20; ", 200, FEW);
    List<String> lines = new ArrayList<>();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      while (line != null && !line.startsWith("full")) {
        lines.add(line);
        line = out.readLine();
      }
      assertThat(line).as("it ran out of disk").startsWith("full: ").doesNotContain("\n");
      int accepted = Integer.parseInt(lines.getLast());
      assertThat(accepted).isBetween(50, 400);
      Process room =
          new ProcessBuilder("prlimit", "--pid", Long.toString(process.pid()), "--fsize=" + ROOM)
              .inheritIO()
              .start();
      assertThat(room.waitFor()).isZero();
      process.outputWriter(UTF_8).append('\n').flush();
      while (line != null) {
        lines.add(line);
        line = out.readLine();
      }
      assertThat(process.waitFor()).isZero();
      assertThat(Integer.parseInt(lines.getLast())).isEqualTo(accepted + 200);
      assertThat(whole()).isEqualTo(accepted + 200);
    }
  }

  @Test
  void aDiskThatIsFullToTheEndLeavesNothingHalfWritten() throws IOException, InterruptedException {
    Process process = child("ulimit -S -f 20; ", 0, FEW);
    int accepted = 0;
    try (BufferedReader out = process.inputReader(UTF_8)) {
      String line = out.readLine();
      while (line != null && !line.startsWith("full")) {
        accepted = Integer.parseInt(line);
        line = out.readLine();
      }
      process.destroyForcibly();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(accepted).isPositive();
    assertThat(whole()).isEqualTo(accepted);
  }
}
