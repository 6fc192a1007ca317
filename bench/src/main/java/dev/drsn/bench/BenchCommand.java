package dev.drsn.bench;

import dev.drsn.bench.Rounds.Effort;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drsn bench}: this engine against others, cell by cell. */
@Command(
    name = "bench",
    description = "Measures drsn against ONNX Runtime and libtorch on this machine.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn bench --network resnet18 --batch 1 --threads 2 --quick",
      "  drsn bench --network resnet18,senet18,drsn18-cw --batch 1,8,32 --threads 1,2 --json",
      "  drsn bench --train --network resnet18 --size 112 --batch 32 --threads 2"
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int MOST_THREADS = 1024;
  private static final int MOST_BATCH = 4096;

  @Spec private CommandSpec command;

  @Option(
      names = "--against",
      split = ",",
      paramLabel = "PEER",
      description = "onnxruntime, libtorch; default: both, with --train libtorch.")
  private List<String> against = new ArrayList<>();

  @Option(
      names = "--network",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "resnet18",
      description = "Networks; default: ${DEFAULT-VALUE}.")
  private List<String> networks;

  @Option(
      names = "--batch",
      split = ",",
      paramLabel = "N",
      defaultValue = "1",
      description = "Batch sizes; default: ${DEFAULT-VALUE}.")
  private List<Integer> batches;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads, the same for all; default: the machine's processors.")
  private List<Integer> threads = List.of(Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--size",
      split = ",",
      paramLabel = "PIXELS",
      defaultValue = "224",
      description = "Image sizes; default: ${DEFAULT-VALUE}.")
  private List<Integer> sizes;

  @Option(
      names = "--width",
      split = ",",
      paramLabel = "N",
      defaultValue = "64",
      description = "Channels of the first stage; default: ${DEFAULT-VALUE}.")
  private List<Integer> widths;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "3",
      description = "1 grey, 3 colour; default: ${DEFAULT-VALUE}.")
  private int channels;

  @Option(names = "--train", description = "Training steps instead of inference.")
  private boolean train;

  @Option(names = "--quick", description = "Less than a minute a cell, with more noise.")
  private boolean quick;

  @Option(names = "--json", description = "Print a line of JSON a cell.")
  private boolean json;

  @Override
  public Integer call() {
    Set<Peer> peers = peers();
    List<Cell> cells = cells();
    PrintWriter out = command.commandLine().getOut();
    Map<Integer, Double> roofs = new HashMap<>();
    Effort effort = quick ? Effort.QUICK : Effort.FULL;
    for (Cell cell : cells) {
      double roof = roofs.computeIfAbsent(cell.threads(), Roof::fmaGflops);
      CellResult result = cell.measure(peers, effort, roof);
      out.println(json ? result.json().toString() : result.text());
      out.flush();
    }
    return 0;
  }

  private Set<Peer> peers() {
    Set<Peer> peers = new LinkedHashSet<>();
    for (String name : against) {
      Peer peer =
          Peer.of(name)
              .orElseThrow(
                  () -> wrong("--against: there is no peer " + name + "; choose " + Peer.names()));
      if (train && !peer.trains()) {
        throw wrong("--against: " + name + " does not train; leave it out with --train");
      }
      peers.add(peer);
    }
    return peers.isEmpty() ? Peer.all(train) : peers;
  }

  private List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (String network : networks) {
      if (!Architecture.labels().contains(network)) {
        throw wrong(
            "--network: there is no network "
                + network
                + "; choose "
                + String.join(", ", Architecture.labels()));
      }
      for (int width : within("--width", widths, 1, 1024)) {
        for (int size : within("--size", sizes, 8, 4096)) {
          for (int batch : within("--batch", batches, train ? 2 : 1, MOST_BATCH)) {
            for (int each : within("--threads", threads, 1, MOST_THREADS)) {
              cells.add(new Cell(train, spec(network, width, size), batch, each));
            }
          }
        }
      }
    }
    return cells;
  }

  private NetworkSpec spec(String network, int width, int size) {
    if (channels != 1 && channels != 3) {
      throw wrong("--channels: " + channels + " is neither 1 (grey) nor 3 (colour)");
    }
    return NetworkSpec.of(Architecture.of(network), width, Case.CLASSES, channels, size);
  }

  private List<Integer> within(String option, List<Integer> values, int least, int most) {
    for (int value : values) {
      if (value < least || value > most) {
        throw wrong(option + ": " + value + " is not within " + least + " to " + most);
      }
    }
    return values;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
