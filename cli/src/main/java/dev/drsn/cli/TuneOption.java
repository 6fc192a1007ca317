package dev.drsn.cli;

import dev.drsn.engine.cpu.Tuning;
import picocli.CommandLine.Option;

/**
 * Whether algorithms are chosen by their times on this machine: an option of commands that run a
 * trained network. Answers wait for nothing and use what is remembered; what measures a model does
 * not depend on times; training never does.
 */
final class TuneOption {

  @Option(
      names = "--tune",
      negatable = true,
      description = {
        "Time once what could compute each layer, a second or two, and remember it; --no-tune:"
            + " choose by estimate, the same everywhere."
      })
  private Boolean tune;

  /** What was asked for, or the usual. */
  Tuning or(Tuning usual) {
    if (tune == null) {
      return usual;
    }
    return tune ? Tuning.MEASURE : Tuning.OFF;
  }
}
