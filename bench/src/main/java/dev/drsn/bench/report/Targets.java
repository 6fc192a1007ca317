package dev.drsn.bench.report;

import dev.drsn.bench.result.Cell;
import dev.drsn.bench.result.ResultFile;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** What this engine set out to reach on two cores, next to what was measured. */
final class Targets {

  /**
   * A line of the table.
   *
   * @param figure finds the figure among all cells
   * @param most whether less is better
   */
  private record Target(
      String what,
      double least,
      double aim,
      String unit,
      boolean most,
      Function<List<ObjectNode>, Optional<Double>> figure) {

    private String row(List<ObjectNode> cells) {
      Optional<Double> found = figure.apply(cells);
      String verdict = found.map(this::verdict).orElse("not measured");
      String measured = found.map(value -> "**" + text(value) + "**").orElse("");
      return String.format(
          "| %s | %s%s | %s | %s | %s |%n",
          what, most ? "at most " : "", text(least), text(aim), measured, verdict);
    }

    private String verdict(double value) {
      double sign = most ? -1 : 1;
      if (sign * value >= sign * aim) {
        return "aim reached";
      }
      return sign * value >= sign * least ? "reached" : "missed";
    }

    private String text(double value) {
      return String.format(Locale.ROOT, unit.equals(" MB") ? "%.0f%s" : "%.2f%s", value, unit);
    }
  }

  private static final List<Target> ALL = all();

  private Targets() {}

  /** The table from all results of a folder. */
  static String table(Path results) {
    List<ObjectNode> cells = new ArrayList<>();
    if (Files.isDirectory(results)) {
      try (Stream<Path> files = Files.list(results)) {
        files
            .filter(file -> file.toString().endsWith(".json"))
            .sorted()
            .forEach(file -> cells.addAll(ResultFile.read(file).cells()));
      } catch (IOException e) {
        throw new DrsnException("cannot read " + results + ": " + e.getMessage(), e);
      }
    }
    StringBuilder text = new StringBuilder("\n| what | at least | aim | measured | |\n");
    text.append("| --- | --- | --- | --- | --- |\n");
    ALL.forEach(target -> text.append(target.row(cells)));
    return text.append("\n").toString();
  }

  private static List<Target> all() {
    List<Target> all = new ArrayList<>();
    for (int batch : List.of(1, 8, 32)) {
      boolean one = batch == 1;
      all.add(
          ratio(
              "ResNet18 inference against ONNX Runtime, batch " + batch,
              one ? 1.35 : 1.6,
              one ? 1.5 : 1.9,
              "onnxruntime",
              inference("resnet18", batch)));
    }
    all.add(
        ratio(
            "ResNet18 inference against libtorch, batch 1",
            2.0,
            2.3,
            "libtorch",
            inference("resnet18", 1)));
    all.add(
        ratio(
            "ResNet18 inference against libtorch, batch 32",
            1.8,
            2.1,
            "libtorch",
            inference("resnet18", 32)));
    for (String network : List.of("drsn18-cw", "senet18")) {
      for (int batch : List.of(1, 8, 32)) {
        String name = network.equals("senet18") ? "SENet" : "DRSN-CW";
        all.add(
            ratio(
                name + " inference against ONNX Runtime, batch " + batch,
                1.4,
                1.8,
                "onnxruntime",
                inference(network, batch)));
      }
    }
    all.add(
        new Target(
            "DRSN-CW over this engine's own ResNet18, batch 8, time",
            1.06,
            1.03,
            "",
            true,
            cells ->
                field(cells, inference("drsn18-cw", 8), "drsn_ms")
                    .flatMap(
                        drsn ->
                            field(cells, inference("resnet18", 8), "drsn_ms")
                                .map(plain -> drsn / plain))));
    for (int size : List.of(112, 224)) {
      all.add(
          ratio(
              "ResNet18 training step against libtorch, batch 32, " + size + " pixels",
              size == 112 ? 1.4 : 1.5,
              size == 112 ? 1.6 : 1.75,
              "libtorch",
              new Cell(Cell.TRAINING, "resnet18", 64, 3, size, 32, 2, null)));
    }
    all.add(
        ratio(
            "grey faces of 48 pixels, DRSN-CW of width 32 against ONNX Runtime, batch 64",
            1.2,
            1.6,
            "onnxruntime",
            new Cell(Cell.INFERENCE, "drsn18-cw", 32, 1, 48, 64, 2, null)));
    all.add(
        new Target(
            "start of the process to the first answer of `classify`",
            1.5,
            0.8,
            " s",
            true,
            cells ->
                field(cells, new Cell(Cell.START, "", 0, 0, 0, 0, 0, null), "drsn_ms")
                    .map(ms -> ms / 1000)));
    all.add(
        new Target(
            "most resident memory, ResNet18 inference, batch 1",
            400,
            250,
            " MB",
            true,
            cells ->
                field(
                    cells, new Cell(Cell.MEMORY, "resnet18", 64, 3, 224, 1, 2, null), "drsn_mb")));
    return List.copyOf(all);
  }

  private static Cell inference(String network, int batch) {
    return new Cell(Cell.INFERENCE, network, 64, 3, 224, batch, 2, null);
  }

  private static Target ratio(String what, double least, double aim, String peer, Cell cell) {
    return new Target(what, least, aim, "", false, cells -> field(cells, cell, "ratio_" + peer));
  }

  private static Optional<Double> field(List<ObjectNode> cells, Cell wanted, String field) {
    ObjectNode key = wanted.key();
    return cells.stream()
        .filter(cell -> !cell.has("grows") && ResultFile.same(cell, key) && cell.has(field))
        .map(cell -> cell.path(field).doubleValue())
        .findFirst();
  }
}
