package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.experiment.FusionText;
import dev.drsn.trainer.experiment.Spread;
import dev.drsn.trainer.reproduce.By;
import dev.drsn.trainer.reproduce.Csv;
import dev.drsn.trainer.reproduce.Paper;
import dev.drsn.trainer.reproduce.Pictures;
import dev.drsn.trainer.reproduce.Protocol;
import dev.drsn.trainer.reproduce.Reproduction;
import dev.drsn.trainer.reproduce.Results;
import dev.drsn.trainer.reproduce.RunResult;
import dev.drsn.trainer.reproduce.Speed;
import dev.drsn.trainer.reproduce.Table3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * The page of a reproduction, its pictures and its CSV files.
 *
 * @param tables by the paper's numbers, likewise figures
 * @param command as the user gave it
 */
record ReproducePage(
    DataSet data,
    Protocol protocol,
    Reproduction reproduction,
    Results results,
    Optional<Table3> table3,
    List<Speed> speeds,
    Set<Integer> tables,
    Set<Integer> figures,
    String command) {

  private static final String NOTICE =
      "Figures of networks, not of people: they hold for pictures like these. In the European"
          + " Union, inferring emotions of persons in education is prohibited but for medical or"
          + " safety reasons (AI Act, Regulation 2024/1689, Article 5(1)(f)).";

  private static final String STAR =
      " A star: three seeds or more agree so well that chance alone would give this in fewer than"
          + " one of twenty reproductions (Student's t, paired by seed); of twenty figures one may"
          + " have its star by chance.";

  /** Writes index.html, pictures and CSV into a folder. */
  void write(Path folder) {
    Csv csv = new Csv(folder);
    table3.ifPresent(
        t -> AtomicFile.write(folder.resolve("table3.csv"), FusionText.csv(t.tables())));
    if (!results.all().isEmpty()) {
      csv.results(results.all());
      csv.curves(results.all(), reproduction::epochs);
      csv.networks(protocol, data.classes(), speeds);
    }
    boolean drawn = Charts.possible() && !results.all().isEmpty();
    if (drawn) {
      draw(folder.resolve("pictures"));
    }
    page(drawn).write(folder.resolve("index.html"));
  }

  private void draw(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DrsnException("cannot make " + folder + ": " + e.getMessage(), e);
    }
    List<Pictures.Line> lines = protocol.networks().stream().map(this::line).toList();
    if (figures.contains(5)) {
      Pictures.training(line(Architecture.RESNET18), folder.resolve("figure5.png"));
    }
    if (figures.contains(9)) {
      Pictures.networks(lines, folder.resolve("figure9.png"));
    }
    Pictures.noise(lines, folder.resolve("noise.png"));
    for (Pictures.Line line : lines) {
      Pictures.confusion(
          line.results(), folder.resolve("confusion-" + line.network().label() + ".png"));
    }
    Crops one =
        Crops.read(
            data.withSamples(data.samples().subList(0, 1)),
            protocol.preprocess(),
            true,
            1,
            _ -> {});
    Pictures.faces(one, folder.resolve("corruptions.png"));
  }

  private Pictures.Line line(Architecture network) {
    List<RunResult> runs = results.of(first(), network);
    return new Pictures.Line(network, runs, runs.stream().map(reproduction::epochs).toList());
  }

  private By first() {
    return protocol.ways().getFirst();
  }

  private HtmlPage page(boolean drawn) {
    ReproduceTables made = new ReproduceTables(data, protocol, results, speeds);
    HtmlPage page = new HtmlPage("The paper's experiments on other data");
    page.paragraph(protocolText()).code(command);
    page.notice(NOTICE);
    if (!results.all().isEmpty()) {
      gains(page, made, drawn);
    }
    if (table3.isPresent()) {
      page.heading("Table 3: features and their fusion")
          .paragraph(
              "Ten random splits 8:2, a linear support vector machine; words, minimum and maximum"
                  + " and the classifier fitted on the training part of each.")
          .table(ReproduceTables.features(table3.get()));
    }
    if (tables.contains(5)) {
      page.heading("Table 5: images to train on and to test on")
          .paragraph("Of the first seed; every seed has its own split.")
          .table(made.split());
    }
    if (tables.contains(6)) {
      classes(page, made, 6, Architecture.RESNET18, Paper.RESNET);
    }
    if (tables.contains(7)) {
      accuracies(page, made);
    }
    if (tables.contains(8)) {
      classes(page, made, 8, Architecture.DRSN18_CW, Paper.DRSN);
    }
    if (drawn) {
      figures(page);
    }
    page.heading("Where the paper's figures contradict themselves");
    page.list(Paper.contradictions());
    return page;
  }

  private String protocolText() {
    return String.format(
        Locale.ROOT,
        "%,d pictures in %d classes, divided 4:1 (%s). One protocol for all networks: Adam at %s"
            + " constant, batch %d, %d epochs (the paper: 200), %d pixels (the paper: 224), width"
            + " %d (the paper: 64), augmentation: %s, random initial weights (the paper:"
            + " ImageNet's). The last epoch's weights count: nothing is chosen on the test part. %d"
            + " trainings of each network; what stands behind ± is the standard deviation over"
            + " them.",
        data.samples().size(),
        data.classes(),
        String.join("; ", protocol.ways().stream().map(ReproducePage::words).toList()),
        protocol.rate(),
        protocol.batch(),
        protocol.epochs(),
        protocol.preprocess().size(),
        protocol.width(),
        protocol.augment(),
        protocol.seeds());
  }

  private static String words(By by) {
    return switch (by) {
      case SUBJECT -> "by subject: nobody is in both parts";
      case IMAGE -> "by image, as in the paper: anybody may be in both parts";
      case PARTS -> "as the data set divides itself: train and valid";
    };
  }

  private void gains(HtmlPage page, ReproduceTables made, boolean drawn) {
    String baseline = protocol.networks().getFirst().label();
    page.heading("Clean and under noise");
    if (protocol.networks().size() > 1) {
      page.paragraph(
              "What a network gets right more than "
                  + baseline
                  + ", in percentage points, seed by seed on the same split; under noise the mean"
                  + " of five strengths. Trained on the pictures as they are, without noise."
                  + (protocol.seeds() > 2 ? STAR : ""))
          .table(made.differences());
    }
    page.paragraph("Accuracy, the mean of five strengths:").table(made.noise());
    if (drawn) {
      page.picture("pictures/noise.png", "Accuracy by strength; thin lines are single seeds")
          .picture("pictures/corruptions.png", "What is done to a face, strengths 0 to 5");
    }
  }

  private void classes(
      HtmlPage page, ReproduceTables made, int number, Architecture network, Paper.Classes paper) {
    page.heading("Table " + number + ": precision, recall and F1 of " + network.label())
        .table(made.classes(network, paper));
  }

  private void accuracies(HtmlPage page, ReproduceTables made) {
    page.heading("Table 7: accuracy and cost")
        .paragraph(
            "The epoch that is best in the test is chosen by the test itself: it flatters, and"
                + " stands here because many papers report it. The paper has one DRSN and does not"
                + " say which.")
        .table(made.accuracies())
        .paragraph(
            "Multiply-accumulates are counted operation by operation, here and for the paper's 224"
                + " pixels, colour and width 64. "
                + (speeds.isEmpty()
                    ? "Speeds were not measured."
                    : String.format(
                        Locale.ROOT,
                        "Speed: medians, batches of %d, %s.",
                        protocol.batch(),
                        speeds.getFirst().backend())))
        .table(made.costs());
  }

  private void figures(HtmlPage page) {
    if (figures.contains(5)) {
      page.heading("Figure 5: training of resnet18")
          .picture("pictures/figure5.png", "Accuracy and loss by epoch; thin lines: single seeds");
    }
    if (figures.contains(9)) {
      page.heading("Figure 9: training of all networks")
          .picture("pictures/figure9.png", "Loss and accuracy by epoch; thin lines: single seeds");
    }
    page.heading("Confusion matrices");
    for (Architecture network : protocol.networks()) {
      page.picture(
          "pictures/confusion-" + network.label() + ".png",
          network.label() + ", the tests of all seeds together");
    }
  }

  /** Some lines for the terminal. */
  String text() {
    StringBuilder text = new StringBuilder();
    table3.ifPresent(
        t ->
            t.tables()
                .forEach(
                    (by, table) ->
                        table.forEach(
                            (column, accuracies) ->
                                line(
                                    text,
                                    column + ", by " + by,
                                    Spread.of(accuracies).percent(),
                                    ""))));
    for (By by : protocol.ways()) {
      for (Architecture network : protocol.networks()) {
        line(
            text,
            network.label() + ", by " + by.label(),
            results.spread(by, network, Results::clean).percent(),
            "under noise " + results.spread(by, network, Results::noisy).percent());
      }
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String what, String accuracy, String more) {
    text.append(String.format(Locale.ROOT, "%-24s %16s  %s", what, accuracy, more).stripTrailing());
    text.append('\n');
  }

  /** Means and deviations. */
  ObjectNode json() {
    ObjectNode json = Output.object();
    table3.ifPresent(
        t -> {
          ObjectNode table = json.putObject("table3");
          t.tables()
              .forEach(
                  (by, columns) -> {
                    ObjectNode one = table.putObject(by);
                    columns.forEach((column, a) -> put(one.putObject(column), Spread.of(a)));
                  });
        });
    for (By by : protocol.ways()) {
      for (Architecture network : protocol.networks()) {
        ObjectNode one = json.withObject("networks").withObject(by.label());
        ObjectNode its = one.putObject(network.label());
        put(its.putObject("clean"), results.spread(by, network, Results::clean));
        for (Corruption corruption : Corruption.values()) {
          put(
              its.putObject(corruption.label()),
              results.spread(by, network, r -> r.under(corruption)));
        }
      }
    }
    return json;
  }

  private static void put(ObjectNode json, Spread spread) {
    json.put("mean", spread.mean()).put("deviation", spread.deviation());
  }
}
