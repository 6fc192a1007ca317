package dev.drsn.bench;

import dev.drsn.bench.report.Report;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drsn bench report}: tables and pictures from files of results. */
@Command(
    name = "report",
    description = {
      "Makes the tables and pictures of the documentation from kept results.",
      "In the page, what stands between <!-- begin NAME --> and <!-- end --> is made from"
          + " NAME.json; the rest stays."
    })
final class ReportCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Option(names = "--page", paramLabel = "FILE", description = "Default: docs/benchmarks.md.")
  private Path page;

  @Option(names = "--results", paramLabel = "FOLDER", description = "Default: bench/results.")
  private Path results;

  @Override
  public Integer call() {
    Path home = Path.of(System.getProperty("drsn.home", "."));
    Path to = page == null ? home.resolve("docs/benchmarks.md") : page;
    Path from = results == null ? home.resolve("bench/results") : results;
    for (String made : Report.write(to, from)) {
      command.commandLine().getOut().println(to + ": " + made);
    }
    return 0;
  }
}
