package dev.drsn.bench;

import dev.drsn.bench.result.Cell;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which cells are measured: every combination of the values given. */
final class CellOptions {
  private static final int MOST_THREADS = 1024;
  private static final int MOST_BATCH = 4096;
  private static final List<Integer> BATCHES = List.of(1, 2, 4, 8, 16, 32, 64);
  private static final List<Integer> SIZES = List.of(48, 64, 96, 112, 160, 224, 320, 448);
  private static final List<Integer> WIDTHS = List.of(16, 24, 32, 48, 64);
  private static final List<Integer> THREADS = List.of(1, 2);

  @Spec(Target.MIXEE)
  private CommandSpec command;

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
      description = "Batch sizes; default: 1, with --train 32.")
  private List<Integer> batches = List.of();

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

  /** All combinations. */
  List<Cell> all(String what) {
    check(what);
    List<Cell> cells = new ArrayList<>();
    for (String network : networks) {
      for (int width : widths) {
        for (int size : sizes) {
          for (int batch : batches(what)) {
            for (int each : threads) {
              cells.add(new Cell(what, network, width, channels, size, batch, each, null));
            }
          }
        }
      }
    }
    return cells;
  }

  /** The first combination. */
  Cell only(String what) {
    return all(what).getFirst();
  }

  /** The first combination of each network with one of its values replaced by many. */
  List<Cell> growing(String what, String name) {
    Cell first = only(what);
    List<Cell> cells = new ArrayList<>();
    for (String network : networks) {
      switch (name) {
        case "batch" ->
            BATCHES.stream()
                .filter(batch -> batch >= leastBatch(what))
                .forEach(batch -> cells.add(first.with(network, name, batch)));
        case "size" -> SIZES.forEach(size -> cells.add(first.with(network, name, size)));
        case "width" -> WIDTHS.forEach(width -> cells.add(first.with(network, name, width)));
        case "threads" -> THREADS.forEach(each -> cells.add(first.with(network, name, each)));
        default ->
            throw wrong("--growth: " + name + " does not grow; choose batch, size, width, threads");
      }
    }
    return cells;
  }

  private List<Integer> batches(String what) {
    return batches.isEmpty() ? List.of(what.equals(Cell.TRAINING) ? 32 : 1) : batches;
  }

  /** Batch statistics want more than one sample. */
  private static int leastBatch(String what) {
    return what.equals(Cell.TRAINING) ? 2 : 1;
  }

  private void check(String what) {
    for (String network : networks) {
      if (!Architecture.labels().contains(network)) {
        String choice = String.join(", ", Architecture.labels());
        throw wrong("--network: there is no network " + network + "; choose " + choice);
      }
    }
    within("--width", widths, 1, 1024);
    within("--size", sizes, 8, 4096);
    within("--batch", batches(what), leastBatch(what), MOST_BATCH);
    within("--threads", threads, 1, MOST_THREADS);
    if (channels != 1 && channels != 3) {
      throw wrong("--channels: " + channels + " is neither 1 (grey) nor 3 (colour)");
    }
  }

  private void within(String option, List<Integer> values, int least, int most) {
    for (int value : values) {
      if (value < least || value > most) {
        throw wrong(option + ": " + value + " is not within " + least + " to " + most);
      }
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
