package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.feature.Vocabulary;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.experiment.Classifier;
import dev.drsn.trainer.experiment.Features;
import dev.drsn.trainer.experiment.Fusion;
import dev.drsn.trainer.experiment.FusionText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn fusion}: the paper's table 3 on anyone's features. */
@Command(
    name = "fusion",
    sortOptions = false,
    description = {
      "Compares features and their fusion on random splits 8:2: the paper's table 3.",
      "Words, minima, maxima and classifiers are fitted on the training part of each split."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn features --kind hog,sift --data faces --out faces.npz",
      "  drsn fusion --features faces.npz",
      "  drsn fusion --features faces.npz --classifier rbf --by subject --csv table3.csv"
    })
final class FusionCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Option(
      names = "--features",
      paramLabel = "FILE.npz",
      required = true,
      description = "What drsn features wrote.")
  private Path file;

  @Option(
      names = "--by",
      paramLabel = "LIST",
      split = ",",
      description =
          "image (anyone may be in both parts), subject (nobody); default: both where subjects are"
              + " known.")
  private List<String> by;

  @Option(
      names = "--classifier",
      paramLabel = "NAME",
      defaultValue = "linear",
      description = "linear or rbf (support vectors), softmax; default: ${DEFAULT-VALUE}.")
  private String classifier;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      defaultValue = "bag",
      description = "Of SIFT: bag (of words) or vlad; default: ${DEFAULT-VALUE}.")
  private String encoding;

  @Option(names = "--words", paramLabel = "N", description = "Visual words; default: 256, vlad 32.")
  private Integer words;

  @Option(
      names = "--splits",
      paramLabel = "N",
      defaultValue = "10",
      description = "Random splits; default: ${DEFAULT-VALUE}.")
  private int splits;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Equal seeds give equal splits; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--csv", paramLabel = "FILE", description = "Also write a line a split.")
  private Path csv;

  @Override
  public Integer call() {
    Vocabulary.Encoding coding =
        switch (encoding) {
          case "bag" -> Vocabulary.Encoding.BAG;
          case "vlad" -> Vocabulary.Encoding.VLAD;
          default ->
              throw new DrsnException("there is no encoding " + encoding + "; choose bag or vlad");
        };
    int size = words != null ? words : coding == Vocabulary.Encoding.BAG ? 256 : 32;
    Fusion.Options options =
        new Fusion.Options(Classifier.of(classifier), coding, size, splits, seed);
    Fusion fusion = new Fusion(Features.read(file), options);
    SequencedMap<String, SequencedMap<String, List<Double>>> tables = new LinkedHashMap<>();
    for (String each : ways(fusion)) {
      Counter counter = new Counter(output.err(), "by " + each, fusion.cells());
      tables.put(each, fusion.table(each.equals("subject"), counter::at));
      counter.done();
    }
    if (csv != null) {
      AtomicFile.write(csv, FusionText.csv(tables));
    }
    output.print(json(tables), FusionText.text(tables));
    return 0;
  }

  private List<String> ways(Fusion fusion) {
    List<String> ways = new ArrayList<>();
    if (by == null) {
      ways.add("image");
      if (fusion.hasSubjects()) {
        ways.add("subject");
      } else {
        output.err().println("drsn: nobody says who is in the pictures: only splits by image");
      }
      return ways;
    }
    for (String each : by) {
      if (!each.equals("image") && !each.equals("subject")) {
        throw new DrsnException("splits are by image or by subject, not by " + each);
      }
      ways.add(each);
    }
    return ways;
  }

  private static ObjectNode json(SequencedMap<String, SequencedMap<String, List<Double>>> tables) {
    ObjectNode json = Output.object();
    tables.forEach(
        (by, table) -> {
          ObjectNode columns = json.putObject(by);
          table.forEach(
              (column, accuracies) -> {
                ArrayNode list = columns.putArray(column);
                accuracies.forEach(list::add);
              });
        });
    return json;
  }
}
