package dev.drsn.cli;

import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import java.io.PrintWriter;
import picocli.CommandLine.Option;

/** Where the work is done: options of every command that runs a network. */
final class BackendOptions {

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, cpu or reference (slow, exact); default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "CPU threads; default: all processors.")
  private int threads;

  /** The backend that was asked for; the caller closes it. {@code auto} says what it chose. */
  Backend open(PrintWriter err) {
    Backends.Choice choice = Backends.open(name, threads);
    if (name.equals("auto")) {
      err.println("drsn: " + choice.reason());
    }
    return choice.backend();
  }

  /** The same without a word: for commands whose output is the answer and nothing else. */
  Backend openQuietly() {
    return Backends.open(name, threads).backend();
  }
}
