package dev.drsn.bench;

import dev.drsn.bench.contender.Peer;
import dev.drsn.bench.result.Cell;
import dev.drsn.bench.result.Provenance;
import dev.drsn.bench.result.ResultFile;
import dev.drsn.bench.soak.SoakCell;
import dev.drsn.bench.soak.SoakRow;
import dev.drsn.bench.stream.StreamCell;
import dev.drsn.bench.stream.StreamRow;
import dev.drsn.bench.time.Effort;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drsn bench}: this engine against others, cell by cell. */
@Command(
    name = "bench",
    description = {
      "Measures drsn against ONNX Runtime and libtorch on this machine.",
      "All get the same network, weights, images and number of threads; their answers are compared"
          + " before anything is timed, and they run in turn, in processes of their own.",
      "A ratio above 1 says that drsn is faster."
    },
    synopsisSubcommandLabel = "[COMMAND]",
    subcommands = {OpsCommand.class, NumericsCommand.class, ReportCommand.class},
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn bench --network resnet18 --batch 1 --threads 2 --quick",
      "  drsn bench --network resnet18,senet18,drsn18-cw --batch 1,8,32 --json",
      "  drsn bench --train --network resnet18 --size 112 --batch 32 --threads 2",
      "  drsn bench --growth --quick --out bench/results/growth.json",
      "  drsn bench --streams 16 --fps 10",
      "  drsn bench --streams 64 --crops --fps 30 --max-batch 1,16",
      "  drsn bench --soak 10",
      "  drsn bench ops --network resnet18 --batch 8 --quick",
      "  drsn bench numerics --page docs/numerics.md",
      "  drsn bench report"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int MOST_LAUNCHES = 100;
  private static final double LEAST_MINUTES = 0.1;
  private static final double MOST_MINUTES = 1440;

  @Spec private CommandSpec command;

  @Mixin private CellOptions cells;

  @Mixin private StreamOptions streams;

  @ArgGroup private What what = new What();

  /** What is measured; inference where nothing else is asked for. */
  static final class What {
    @Option(names = "--train", description = "Training steps instead of inference.")
    private boolean train;

    @Option(
        names = "--start",
        description = "Time from the start of 'drsn classify' to its first answer.")
    private boolean start;

    @Option(
        names = "--memory",
        description = "Most resident memory of a process that only infers, in MB.")
    private boolean memory;

    @Option(
        names = "--soak",
        paramLabel = "MINUTES",
        description =
            "Drawn cameras that are cut, stalled, added and removed, and a webhook that is away for"
                + " a tenth of the time: what grows, and whether a result is lost. Ends with code 1"
                + " where one is, or files stay open.")
    private Double soak;
  }

  @Option(
      names = "--against",
      split = ",",
      paramLabel = "PEER",
      description = "onnxruntime, libtorch; default: both, with --train libtorch.")
  private List<String> against = List.of();

  @Option(
      names = "--growth",
      split = ",",
      arity = "0..1",
      fallbackValue = "batch,size,width,threads",
      paramLabel = "WHAT",
      description =
          "How time grows with each of batch, size, width, threads, the rest as given; or with"
              + " those named.")
  private List<String> growth = List.of();

  @Option(names = "--quick", description = "Less than a minute a cell, with more noise.")
  private boolean quick;

  @Option(
      names = "--launches",
      paramLabel = "N",
      description = "Processes a cell, whose medians are compared; default: 3, with --quick 1.")
  private Integer launches;

  @Option(names = "--json", description = "Print a line of JSON a cell.")
  private boolean json;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Keep the cells with machine and versions; a file of this machine and these versions"
              + " is extended, another replaced.")
  private Path out;

  @Option(names = "--resume", description = "Leave out cells that --out has already.")
  private boolean resume;

  @Override
  public Integer call() {
    if (what.soak != null) {
      return soak();
    }
    if (streams.wanted()) {
      measureStreams();
      return 0;
    }
    List<Peer> peers = peers();
    List<Cell> all = cells();
    int processes = launches();
    Measurement measurement =
        new Measurement(
            command.commandLine().getErr(), peers, quick ? Effort.QUICK : Effort.FULL, processes);
    ResultFile file = open(out, command);
    PrintWriter print = command.commandLine().getOut();
    for (Cell cell : all) {
      if (resume && file != null && file.has(cell.key())) {
        continue;
      }
      Measurement.Result result = measurement.of(cell);
      print.println(json ? result.json().toString() : result.text());
      print.flush();
      if (file != null) {
        file.add(result.json());
      }
    }
    return 0;
  }

  private int soak() {
    if (!(what.soak >= LEAST_MINUTES && what.soak <= MOST_MINUTES)) {
      throw wrong("--soak: " + what.soak + " is not within 0.1 to 1440 minutes");
    }
    if (streams.wanted()) {
      throw wrong("--soak has cameras of its own; leave out --streams");
    }
    ResultFile file = open(out, command);
    SoakRow row = SoakProbe.measure(SoakCell.of(what.soak));
    command.commandLine().getOut().println(json ? row.json().toString() : row.text());
    if (file != null) {
      file.add(row.json());
    }
    return row.good() ? 0 : 1;
  }

  private void measureStreams() {
    List<StreamCell> all = streams.all();
    ResultFile file = open(out, command);
    PrintWriter print = command.commandLine().getOut();
    Consumer<StreamRow> keep =
        row -> {
          print.println(json ? row.json().toString() : row.text());
          print.flush();
          if (file != null) {
            file.add(row.json());
          }
        };
    for (StreamCell cell : all) {
      if (streams.most()) {
        int most = StreamProbe.most(cell, StreamProbe::measure, keep);
        if (!json) {
          print.println("at most " + most + " hold");
        }
      } else if (!(resume && file != null && file.has(cell.key()))) {
        keep.accept(StreamProbe.measure(cell));
      }
    }
  }

  private List<Peer> peers() {
    Set<Peer> peers = new LinkedHashSet<>();
    for (String name : against) {
      Peer peer =
          Peer.of(name)
              .orElseThrow(
                  () -> wrong("--against: there is no peer " + name + "; choose " + Peer.names()));
      if (what.train && !peer.trains()) {
        throw wrong("--against: " + name + " does not train; leave it out with --train");
      }
      peers.add(peer);
    }
    return List.copyOf(peers.isEmpty() ? Peer.all(what.train) : peers);
  }

  private List<Cell> cells() {
    if (what.start) {
      return List.of(cells.only(Cell.START));
    }
    if (what.memory) {
      return cells.all(Cell.MEMORY);
    }
    String kind = what.train ? Cell.TRAINING : Cell.INFERENCE;
    List<Cell> all = new ArrayList<>();
    for (String each : growth) {
      all.addAll(cells.growing(kind, each));
    }
    return all.isEmpty() ? cells.all(kind) : all;
  }

  private int launches() {
    if (launches == null) {
      return quick ? 1 : 3;
    }
    if (launches < 1 || launches > MOST_LAUNCHES) {
      throw wrong("--launches: " + launches + " is not within 1 to " + MOST_LAUNCHES);
    }
    return launches;
  }

  /** The file to keep results in, or null where none is named. */
  static ResultFile open(Path out, CommandSpec command) {
    List<String> words = command.root().commandLine().getParseResult().originalArgs();
    String line = "drsn " + String.join(" ", words);
    return out == null ? null : ResultFile.open(out, Provenance.ofThisRun(), line);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
