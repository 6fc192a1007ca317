package dev.drsn.cli;

import picocli.CommandLine.Command;

/** {@code drsn dataset}: makes, reads and examines data sets. */
@Command(
    name = "dataset",
    synopsisSubcommandLabel = "COMMAND",
    description = "Makes, imports, examines and splits data sets.",
    subcommands = {
      DatasetSynthCommand.class,
      DatasetImportCommand.class,
      DatasetInspectCommand.class,
      DatasetSplitCommand.class,
      DatasetBuildCommand.class,
      DatasetAnnotateCommand.class,
      DatasetAgreeCommand.class
    })
final class DatasetCommand {}
