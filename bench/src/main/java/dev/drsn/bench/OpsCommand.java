package dev.drsn.bench;

import dev.drsn.bench.op.OpRow;
import dev.drsn.bench.op.OpTask;
import dev.drsn.bench.result.Cell;
import dev.drsn.bench.result.ResultFile;
import dev.drsn.bench.time.Roof;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn bench ops}: what each operation of a network takes, next to what it must take. */
@Command(
    name = "ops",
    description = {
      "Has JMH time each kind of layer of a network, each in a process of its own: inference, and"
          + " forward and backward in training; then whole inferences, training steps and Adam.",
      "GFLOP/s count operations by the formula, GB/s every value once. The last column is the least"
          + " time that the machine needs, by its peak of multiply-adds and its copying, as a share"
          + " of the time taken; both are measured first. Winograd's algorithm and caches may pass"
          + " 100 %%."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn bench ops --network resnet18 --batch 8 --quick",
      "  drsn bench ops --network drsn18-cw --only shrinkage --threads 1"
    })
final class OpsCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Mixin private CellOptions cells;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      defaultValue = "",
      description = "Rows whose pass, layer and operation contain this, e.g. 'backward.*3x3/1'.")
  private Pattern only;

  @Option(names = "--quick", description = "Four seconds a row instead of eight, with more noise.")
  private boolean quick;

  @Option(names = "--json", description = "Print a line of JSON a row.")
  private boolean json;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Keep the rows with machine and versions, as 'drsn bench' keeps its cells.")
  private Path out;

  @Option(names = "--resume", description = "Leave out rows that --out has already.")
  private boolean resume;

  @Override
  public Integer call() {
    PrintWriter print = command.commandLine().getOut();
    ResultFile file = BenchCommand.open(out, command);
    for (Cell cell : cells.all(OpRow.OP)) {
      List<OpTask> tasks =
          OpTask.all(cell).stream()
              .filter(task -> only.matcher(task.text()).find())
              .filter(task -> !(resume && file != null && file.has(task.key())))
              .toList();
      if (!tasks.isEmpty()) {
        time(cell, tasks, print, file);
      }
    }
    return 0;
  }

  private void time(Cell cell, List<OpTask> tasks, PrintWriter print, ResultFile file) {
    double fma = Roof.fmaGflops(cell.threads());
    double copy = Roof.copyGigabytes(cell.threads());
    if (!json) {
      print.printf(
          Locale.ROOT,
          "%s, width %d, %d x %d pixels, batch %d, threads %d; the machine: %.0f GFLOP/s, %.1f"
              + " GB/s%n",
          cell.network(),
          cell.width(),
          cell.size(),
          cell.size(),
          cell.batch(),
          cell.threads(),
          fma,
          copy);
    }
    for (OpTask task : tasks) {
      OpRow row = task.timed(quick ? 0.5 : 1, Processes.options(), fma, copy);
      ObjectNode node = new JsonMapper().valueToTree(row);
      print.println(json ? node.toString() : row.text());
      print.flush();
      if (file != null) {
        file.add(node);
      }
    }
  }
}
