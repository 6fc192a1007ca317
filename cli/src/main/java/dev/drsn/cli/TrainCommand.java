package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.weights.ForeignWeights;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Split;
import dev.drsn.trainer.train.Arguments;
import dev.drsn.trainer.train.Outcome;
import dev.drsn.trainer.train.RunFolder;
import dev.drsn.trainer.train.TrainOptions;
import dev.drsn.trainer.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn train}: a data set in, a run folder out. */
@Command(
    name = "train",
    sortOptions = false,
    description = "Trains a network; everything it makes goes to a new folder.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn train --data faces --out runs/first",
      "  drsn train --data faces --network senet18 --width 32 --epochs 60 --augment flip,crop=4 \\",
      "             --soft-labels --average 0.999 --out runs/second",
      "  drsn train --data mine --weights resnet18.safetensors --allow-missing '^fc' \\",
      "             --freeze '^(?!fc)' --out runs/head",
      "  drsn train --resume runs/first"
    })
final class TrainCommand implements Callable<Integer> {

  /** What a shell reports for a program that was interrupted. */
  static final int INTERRUPTED = 130;

  private static final String ARGUMENTS = "arguments";

  @Spec private CommandSpec command;
  @Mixin private BackendOptions backends;
  @Mixin private NetworkOptions network;
  @Mixin private Output output;

  @ArgGroup(validate = false, heading = "%nTraining:%n")
  private final TrainingFlags flags = new TrainingFlags();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "A folder of class folders, a data set folder, or a manifest.csv.")
  private Path data;

  @Option(names = "--out", paramLabel = "DIR", description = "The run folder; must be new.")
  private Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "Goes on with that run where it stopped, with the options it began with; only --epochs,"
              + " --threads, --backend and --json may be given with it.")
  private Path resume;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "32",
      description = "Channels of the first stage; default: ${DEFAULT-VALUE}.")
  private int width;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "1",
      description = "1 grey, 3 colour; default: ${DEFAULT-VALUE}.")
  private int channels;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "48",
      description = "Height and width of the input; default: ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--normalise",
      paramLabel = "KIND",
      defaultValue = "fixed",
      description =
          "fixed (-1 to 1), image (each face to mean 0, deviation 1: against lighting) or imagenet;"
              + " default: ${DEFAULT-VALUE}.")
  private String normalise;

  @Option(
      names = "--valid",
      paramLabel = "FRACTION",
      defaultValue = "0.2",
      description =
          "Share of the images to validate on where the data set has no valid part;"
              + " default: ${DEFAULT-VALUE}.")
  private double valid;

  @Option(
      names = "--by-subject",
      description = "Split such that nobody is in both parts; default where subjects are known.",
      negatable = true)
  private Boolean bySubject;

  @Option(names = "--strict", description = "An image that cannot be read is an error.")
  private boolean strict;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Start from these: a model file, safetensors or a PyTorch .pth.")
  private Path weights;

  @Option(
      names = "--allow-missing",
      paramLabel = "REGEX",
      description =
          "Entries whose name has a match may be missing from --weights or of another shape.")
  private String allowMissing;

  @Override
  public Integer call() {
    if (resume != null) {
      return resumed();
    }
    if (data == null || out == null) {
      throw new ParameterException(command.commandLine(), "give --data and --out, or --resume");
    }
    return run(out, false);
  }

  /** Takes the options of the earlier run and those few that may be given anew. */
  private int resumed() {
    List<String> given = given();
    List<String> mayDiffer =
        List.of(
            "--resume", "--epochs", "--threads", "--backend", "--json", "--workers", "--verbose");
    for (String argument : given) {
      if (argument.startsWith("--") && !mayDiffer.contains(argument.split("=", 2)[0])) {
        throw new ParameterException(
            command.commandLine(),
            argument + " cannot be changed by --resume: the run keeps the options it began with");
      }
    }
    Arguments run = RunFolder.existing(resume).arguments();
    String stored = run.source().get(ARGUMENTS);
    if (stored == null) {
      throw new DrsnException(resume + " was not made by drsn train; it cannot be resumed");
    }
    TrainCommand earlier = new TrainCommand();
    CommandLine line = new CommandLine(earlier);
    line.setErr(command.commandLine().getErr());
    line.setOut(command.commandLine().getOut());
    line.parseArgs(JsonMapper.shared().readValue(stored, String[].class));
    earlier.backends = backends.continuing(earlier.backends);
    earlier.output = output;
    // A run that was resumed with more epochs before keeps those.
    earlier.flags.epochs =
        command.commandLine().getParseResult().hasMatchedOption("--epochs")
            ? flags.epochs
            : run.options().epochs();
    return earlier.run(resume, true);
  }

  private int run(Path folder, boolean resuming) {
    DataSet all = DataSet.open(data);
    DataSet[] parts = parts(all);
    DataSetText.thin(parts[0], parts[1]).forEach(line -> output.err().println("drsn: " + line));
    NetworkSpec spec = network.spec(width, all.classes(), channels, size);
    TrainOptions options = flags.options();
    Trainer.Task task =
        new Trainer.Task(
            spec,
            preprocess(),
            parts[0],
            parts[1],
            strict,
            start(),
            options,
            "drsn train " + String.join(" ", arguments(false)),
            Map.of(ARGUMENTS, JsonMapper.shared().writeValueAsString(arguments(true))));
    try (Backend backend = backends.open(output.err());
        Interrupt interrupt = new Interrupt()) {
      Outcome outcome =
          resuming
              ? Trainer.resume(task, folder, backend, Terminal.progress(), interrupt)
              : Trainer.train(task, folder, backend, Terminal.progress(), interrupt);
      print(outcome);
      return outcome.end() == Outcome.End.STOPPED ? INTERRUPTED : 0;
    }
  }

  private void print(Outcome outcome) {
    ObjectNode json =
        outcome.evaluation() == null ? Output.object() : outcome.evaluation().toJson();
    json.put("end", outcome.end().name().toLowerCase(Locale.ROOT))
        .put("epochs", outcome.epochs())
        .put("out", outcome.folder().toString());
    // The progress has told how it ended; the answer is where everything is.
    output.print(json, outcome.folder().toString());
  }

  private DataSet[] parts(DataSet all) {
    if (all.has(Part.VALID)) {
      return new DataSet[] {all.part(Part.TRAIN), all.part(Part.VALID)};
    }
    boolean subjects = bySubject != null ? bySubject : all.hasSubjects();
    DataSet split = Split.random(all, valid, 0, flags.seed(), subjects);
    return new DataSet[] {split.part(Part.TRAIN), split.part(Part.VALID)};
  }

  private Preprocess preprocess() {
    return switch (normalise) {
      case "fixed" -> Preprocess.fixed(channels, size);
      case "image" -> Preprocess.perImage(channels, size);
      case "imagenet" -> {
        if (channels != 3) {
          throw new DrsnException("--normalise imagenet is for colour; give --channels 3");
        }
        yield Preprocess.imageNet(size);
      }
      default ->
          throw new DrsnException(
              "there is no normalisation " + normalise + "; choose fixed, image or imagenet");
    };
  }

  private Optional<Trainer.Start> start() {
    if (weights == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Trainer.Start(
            weights.toString(), ForeignWeights.read(weights).weights(), Patterns.of(allowMissing)));
  }

  /** What stands behind {@code train} on the command line. */
  private List<String> given() {
    List<String> all = command.commandLine().getParseResult().originalArgs();
    return all.subList(all.indexOf(command.name()) + 1, all.size());
  }

  /**
   * The command line as it was given.
   *
   * @param absolute with absolute paths, so that a run can be resumed from another folder
   */
  private List<String> arguments(boolean absolute) {
    List<String> given = given();
    if (!absolute) {
      return given;
    }
    Map<String, Path> paths = new LinkedHashMap<>();
    paths.put("--data", data);
    paths.put("--weights", weights);
    String[] arguments = given.toArray(String[]::new);
    for (int i = 0; i < arguments.length; i++) {
      String[] pair = arguments[i].split("=", 2);
      Path path = paths.get(pair[0]);
      if (path != null && pair.length == 2) {
        arguments[i] = pair[0] + "=" + path.toAbsolutePath();
      } else if (path != null) {
        arguments[i + 1] = path.toAbsolutePath().toString();
      }
    }
    return Arrays.asList(arguments);
  }
}
