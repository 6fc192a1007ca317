package dev.drsn.bench;

import dev.drsn.cli.Drsn;

/** The {@code drsn} command with {@code bench} in it, as the launcher starts it. */
public final class Main {
  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Drsn.run(Drsn.commandLine().addSubcommand(new BenchCommand()), args);
  }
}
