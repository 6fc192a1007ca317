package dev.drsn.cli;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.evaluate.ConfusionMatrix;
import dev.drsn.trainer.experiment.FusionText;
import dev.drsn.trainer.experiment.Spread;
import dev.drsn.trainer.reproduce.By;
import dev.drsn.trainer.reproduce.Paper;
import dev.drsn.trainer.reproduce.Protocol;
import dev.drsn.trainer.reproduce.Results;
import dev.drsn.trainer.reproduce.RunResult;
import dev.drsn.trainer.reproduce.Speed;
import dev.drsn.trainer.reproduce.Table3;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The paper's tables with ours: means and deviations over seeds, the paper's figures beside. */
record ReproduceTables(DataSet data, Protocol protocol, Results results, List<Speed> speeds) {

  private static final String NONE = "–";

  /** Rows under a head. */
  record Table(List<String> head, List<List<String>> rows) {}

  /** Table 3: a row a column of the paper's. */
  static Table features(Table3 table) {
    List<String> head = new ArrayList<>(List.of("features"));
    table.tables().keySet().forEach(by -> head.add("ours, by " + by));
    head.add("paper, by image");
    List<List<String>> rows = new ArrayList<>();
    for (String column : table.tables().firstEntry().getValue().keySet()) {
      List<String> row = new ArrayList<>(List.of(column));
      table.tables().values().forEach(t -> row.add(Spread.of(t.get(column)).percent()));
      row.add(String.format(Locale.ROOT, "%.2f %%", FusionText.PAPER.get(column)));
      rows.add(row);
    }
    return new Table(head, rows);
  }

  /** Table 5: images of a class in both parts, of the first seed's splits. */
  Table split() {
    List<String> head = new ArrayList<>(List.of("class"));
    List<int[]> columns = new ArrayList<>();
    for (By by : protocol.ways()) {
      By.Parts parts = by.divide(data, 1);
      head.addAll(List.of("train, by " + by.label(), "test, by " + by.label()));
      columns.add(parts.train().counts());
      columns.add(parts.test().counts());
    }
    head.addAll(List.of("paper's train", "paper's test"));
    columns.add(papers(Paper.TRAIN));
    columns.add(papers(Paper.TEST));
    List<List<String>> rows = new ArrayList<>();
    for (int k = 0; k < data.classes(); k++) {
      int each = k;
      rows.add(row(data.labels().get(k), columns.stream().map(c -> count(c[each])).toList()));
    }
    rows.add(
        row(
            "together",
            columns.stream()
                .map(c -> count(Arrays.stream(c).anyMatch(n -> n < 0) ? -1 : sum(c)))
                .toList()));
    return new Table(head, rows);
  }

  private static int sum(int[] counts) {
    return Arrays.stream(counts).sum();
  }

  private int[] papers(List<Integer> counts) {
    return data.labels().stream()
        .mapToInt(
            label -> Paper.LABELS.contains(label) ? counts.get(Paper.LABELS.indexOf(label)) : -1)
        .toArray();
  }

  private static String count(int n) {
    return n < 0 ? NONE : String.format(Locale.ROOT, "%,d", n);
  }

  /** Tables 6 and 8: precision, recall and F1 a class. */
  Table classes(Architecture network, Paper.Classes paper) {
    List<RunResult> runs = results.of(first(), network);
    List<List<String>> rows = new ArrayList<>();
    for (int k = 0; k < data.classes(); k++) {
      int each = k;
      int theirs = Paper.LABELS.indexOf(data.labels().get(k));
      List<String> cells = new ArrayList<>();
      add(cells, runs, m -> m.precision(each), theirs, paper.precision());
      add(cells, runs, m -> m.recall(each), theirs, paper.recall());
      add(cells, runs, m -> m.f1(each), theirs, paper.f1());
      rows.add(row(data.labels().get(k), cells));
    }
    return new Table(
        List.of("class", "precision", "paper's", "recall", "paper's", "F1", "paper's"), rows);
  }

  private static void add(
      List<String> cells,
      List<RunResult> runs,
      ToDoubleFunction<ConfusionMatrix> figure,
      int theirs,
      List<Double> paper) {
    cells.add(
        Spread.of(runs.stream().map(r -> figure.applyAsDouble(r.matrix())).toList()).percent());
    cells.add(theirs < 0 ? NONE : String.format(Locale.ROOT, "%.1f %%", paper.get(theirs)));
  }

  /** Table 7: accuracies. */
  Table accuracies() {
    List<String> head = new ArrayList<>(List.of("network"));
    for (By by : protocol.ways()) {
      head.add("accuracy, by " + by.label());
      head.add("at the epoch best in the test");
    }
    head.add("paper's");
    List<List<String>> rows = new ArrayList<>();
    for (Architecture network : protocol.networks()) {
      List<String> cells = new ArrayList<>();
      for (By by : protocol.ways()) {
        cells.add(results.spread(by, network, Results::clean).percent());
        cells.add(results.spread(by, network, RunResult::best).percent());
      }
      cells.add(String.format(Locale.ROOT, "%.2f %%", Paper.row(network).accuracy()));
      rows.add(row(network.label(), cells));
    }
    return new Table(head, rows);
  }

  /** Table 7: what the networks cost. */
  Table costs() {
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < protocol.networks().size(); i++) {
      Architecture architecture = protocol.networks().get(i);
      Network network = protocol.spec(architecture, data.classes()).build();
      long macs = network.multiplyAccumulates().values().stream().mapToLong(n -> n).sum();
      rows.add(
          row(
              architecture.label(),
              List.of(
                  String.format(Locale.ROOT, "%,d", network.parameterCount()),
                  String.format(Locale.ROOT, "%.4f G", macs / 1e9),
                  String.format(Locale.ROOT, "%.4f G", Paper.counted(architecture)),
                  String.format(Locale.ROOT, "%.2f G", Paper.row(architecture).billions()),
                  speed(i, "%.2f ms", Speed::milliseconds),
                  speed(i, "%.0f /s", Speed::imagesPerSecond),
                  speed(i, "%.0f /s", Speed::trainedPerSecond))));
    }
    return new Table(
        List.of(
            "network",
            "parameters",
            "MACs here",
            "at the paper's size",
            "paper says",
            "one image",
            "inference",
            "training"),
        rows);
  }

  private String speed(int i, String pattern, ToDoubleFunction<Speed> figure) {
    return speeds.isEmpty()
        ? NONE
        : String.format(Locale.ROOT, pattern, figure.applyAsDouble(speeds.get(i)));
  }

  /** Accuracy under each corruption, the mean of five strengths. */
  Table noise() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(cells("clean", network -> spread(network, Results::clean)));
    for (Corruption corruption : Corruption.values()) {
      rows.add(cells(corruption.label(), network -> spread(network, r -> r.under(corruption))));
    }
    rows.add(cells("all six", network -> spread(network, Results::noisy)));
    return new Table(networks(protocol.networks()), rows);
  }

  private String spread(Architecture network, ToDoubleFunction<RunResult> figure) {
    return results.spread(first(), network, figure).percent();
  }

  /** What each network gains over the first one, in percentage points. */
  Table differences() {
    List<Architecture> others = protocol.networks().subList(1, protocol.networks().size());
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("clean", gains(others, Results::clean)));
    for (Corruption corruption : Corruption.values()) {
      rows.add(row(corruption.label(), gains(others, r -> r.under(corruption))));
    }
    rows.add(row("all six", gains(others, Results::noisy)));
    return new Table(networks(others), rows);
  }

  private List<String> gains(List<Architecture> others, ToDoubleFunction<RunResult> figure) {
    return others.stream()
        .map(
            network -> {
              Results.Difference d =
                  results.difference(first(), protocol.networks().getFirst(), network, figure);
              return String.format(
                  Locale.ROOT,
                  "%+.2f ± %.2f%s",
                  100 * d.spread().mean(),
                  100 * d.spread().deviation(),
                  d.isKnown() ? " *" : "");
            })
        .toList();
  }

  private List<String> cells(String name, Function<Architecture, String> cell) {
    return row(name, protocol.networks().stream().map(cell).toList());
  }

  private static List<String> networks(List<Architecture> networks) {
    return row("", networks.stream().map(Architecture::label).toList());
  }

  private static List<String> row(String name, List<String> cells) {
    List<String> row = new ArrayList<>(List.of(name));
    row.addAll(cells);
    return row;
  }

  /** The way of dividing that tables and figures show. */
  private By first() {
    return protocol.ways().getFirst();
  }
}
