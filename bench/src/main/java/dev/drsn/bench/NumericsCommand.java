package dev.drsn.bench;

import dev.drsn.bench.numerics.Numerics;
import dev.drsn.bench.report.Page;
import dev.drsn.engine.Backends;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drsn bench numerics}: how far results are from the formulas. */
@Command(
    name = "numerics",
    description = {
      "Prints the rounding errors of this engine as tables in Markdown: single operations against"
          + " their formulas in double, each way to convolve by itself, and whole networks against"
          + " the reference backend.",
      "Errors are relative L2 norms. They depend on the width of the processor's vectors and on"
          + " nothing else."
    })
final class NumericsCommand implements Callable<Integer> {

  @Spec private CommandSpec command;

  @Option(names = "--quick", description = "Smaller shapes and networks, in seconds.")
  private boolean quick;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description =
          "Put the tables into this page, each between its markers, e.g. <!-- begin"
              + " convolutions --> and <!-- end -->.")
  private Path page;

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    Map<String, String> tables = new LinkedHashMap<>();
    try (Backend backend = Backends.open("cpu", 1).backend()) {
      tables.put("vectors", "With " + backend.description().replaceFirst("^.*, ", "") + ".\n");
    }
    out.println(tables.get("vectors"));
    for (Numerics each : Numerics.values()) {
      tables.put(each.label(), each.table(quick));
      out.println(tables.get(each.label()));
      out.flush();
    }
    if (page != null) {
      for (String made : Page.rewrite(page, (name, _) -> "\n" + table(tables, name) + "\n")) {
        out.println(page + ": " + made);
      }
    }
    return 0;
  }

  private String table(Map<String, String> tables, String name) {
    if (!tables.containsKey(name)) {
      throw new DrsnException(
          page + " wants " + name + "; choose " + String.join(", ", tables.keySet()));
    }
    return tables.get(name);
  }
}
