package dev.drsn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.bench.result.Cell;
import dev.drsn.bench.result.Provenance;
import dev.drsn.bench.result.ResultFile;
import dev.drsn.cli.Drsn;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String line) {
    CommandLine commands = Drsn.commandLine().addSubcommand(new BenchCommand());
    commands.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return commands.execute(line.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          bench --against tensorflow          | --against: there is no peer tensorflow; choose onnxruntime, libtorch
          bench --train --against onnxruntime | --against: onnxruntime does not train; leave it out with --train
          bench --network resnet50            | --network: there is no network resnet50; choose resnet18,
          bench --batch 0                     | --batch: 0 is not within 1 to 4096
          bench --batch 1,5000                | --batch: 5000 is not within 1 to 4096
          bench --train --batch 1             | --batch: 1 is not within 2 to 4096
          bench --batch many                  | Invalid value for option '--batch'
          bench --threads 0                   | --threads: 0 is not within 1 to 1024
          bench --size 7                      | --size: 7 is not within 8 to 4096
          bench --width 0                     | --width: 0 is not within 1 to 1024
          bench --channels 2                  | --channels: 2 is neither 1 (grey) nor 3 (colour)
          bench --launches 0                  | --launches: 0 is not within 1 to 100
          bench --growth depth                | --growth: depth does not grow; choose batch, size, width, threads
          bench --train --start               | --train, --start
          bench --streams 0                   | --streams: 0 is not within 1 to 4096
          bench --streams 2 --fps 0           | --fps: 0 is not within 1 to 999
          bench --streams 2 --faces 5         | --faces: 5 is not within 0 to 4
          bench --streams 2 --max-batch 0     | --max-batch: 0 is not within 1 to 1024
          bench --soak 0                      | --soak: 0.0 is not within 0.1 to 1440 minutes
          bench --soak 1 --streams 2          | --soak has cameras of its own; leave out --streams
          bench --soak 1 --train              | --train, --soak
          bench --fast                        | unknown option --fast
          """)
  void whatIsWrongIsSaidInOneLine(String line, String message) {
    assertThat(run(line)).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().strip().lines())
        .singleElement()
        .asString()
        .startsWith("drsn bench: ")
        .contains(message)
        .endsWith("see 'drsn bench --help'");
  }

  @Test
  void helpShowsExamples() {
    assertThat(run("bench --help")).isZero();
    assertThat(out.toString()).contains("drsn bench --network resnet18 --batch 1 --threads 2");
  }

  @Test
  void helpOfOperationsIsWhole() {
    assertThat(run("bench ops --help")).isZero();
    assertThat(out.toString()).contains("100 %.").contains("drsn bench ops --network resnet18");
  }

  @Test
  void theReportNeedsItsPage() {
    assertThat(run("bench report --page nowhere.md")).isEqualTo(1);
    assertThat(err.toString().strip().lines())
        .singleElement()
        .asString()
        .startsWith("drsn: cannot read nowhere.md");
  }

  @Test
  void whatWasMeasuredIsLeftOut(@TempDir Path folder) {
    Path file = folder.resolve("cells.json");
    String line = "bench --memory --quick --resume --threads 1 --out " + file;
    Cell cell = new Cell(Cell.MEMORY, "resnet18", 64, 3, 224, 1, 1, null);
    ResultFile.open(file, Provenance.ofThisRun(), "before").add(cell.key().put("drsn_mb", 300));
    assertThat(run(line)).isZero();
    assertThat(out.toString()).isEmpty();
    assertThat(ResultFile.read(file).cells()).hasSize(1);
  }
}
