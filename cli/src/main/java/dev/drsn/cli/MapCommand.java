package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.feature.Sift;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.experiment.FeatureExtraction;
import dev.drsn.trainer.experiment.Features;
import dev.drsn.trainer.experiment.Features.Kind;
import dev.drsn.trainer.experiment.MapPicture;
import dev.drsn.trainer.experiment.Scatter;
import dev.drsn.trainer.experiment.Tsne;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn map}: what a centre loss does to a network's last layer, to be seen. */
@Command(
    name = "map",
    sortOptions = false,
    description = {
      "Draws where networks put a data set's faces, by t-SNE of what their last layer reads,",
      "side by side, and says how compact classes are: scatter within over scatter between."
    },
    footerHeading = "%nExample:%n",
    footer = {
      "  drsn map --data faces --part valid --out map.png runs/plain/best.safetensors \\",
      "           runs/centres/best.safetensors"
    })
final class MapCommand implements Callable<Integer> {

  @Mixin private BackendOptions backends;
  @Mixin private Output output;

  @Parameters(paramLabel = "MODEL", arity = "1..*", description = "Model files.")
  private List<Path> models;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A folder of class folders, a data set folder, or a manifest.csv.")
  private Path data;

  @Option(
      names = "--part",
      paramLabel = "NAME",
      defaultValue = "all",
      description = "train, valid, test or all; default: ${DEFAULT-VALUE}.")
  private String part;

  @Option(
      names = "--perplexity",
      paramLabel = "X",
      defaultValue = "30",
      description = "About how many neighbours count; default: ${DEFAULT-VALUE}.")
  private double perplexity;

  @Option(names = "--out", paramLabel = "FILE.png", required = true, description = "The picture.")
  private Path out;

  @Override
  public Integer call() {
    if (!(perplexity >= 2 && perplexity <= 1000)) {
      throw new DrsnException("--perplexity is 2 to 1000, not " + perplexity);
    }
    DataSet all = DataSet.open(data);
    DataSet set = part.equals("all") ? all : all.part(Parts.of(part));
    Tsne.Options customary = Tsne.Options.customary();
    Tsne.Options options =
        new Tsne.Options(perplexity, customary.iterations(), customary.theta(), customary.seed());
    List<MapPicture.Panel> panels = new ArrayList<>();
    ObjectNode json = Output.object();
    ArrayNode list = json.putArray("models");
    StringBuilder text = new StringBuilder();
    int[] classes = {};
    try (Backend backend = backends.open(output.err())) {
      for (Path model : models) {
        FeatureExtraction extraction =
            new FeatureExtraction(
                Set.of(Kind.CNN), Hog.paper(), Sift.Options.sparse(), Optional.of(model));
        Counter counter = new Counter(output.err(), "running", set.samples().size());
        Features features = extraction.run(set, backend, true, counter::at).features();
        counter.done();
        List<float[]> rows = features.columns().get(Kind.CNN);
        classes = features.samples().stream().mapToInt(Features.Row::label).toArray();
        Scatter scatter = Scatter.of(rows, classes, set.classes());
        String ratio = String.format(Locale.ROOT, "ratio %.3f", scatter.ratio());
        panels.add(new MapPicture.Panel(model + ": " + ratio, Tsne.map(rows, options)));
        list.addObject()
            .put("model", model.toString())
            .put("within", scatter.within())
            .put("between", scatter.between())
            .put("ratio", scatter.ratio());
        text.append(text.isEmpty() ? "" : "\n").append(model).append(": ").append(ratio);
      }
    }
    if (Charts.possible()) {
      MapPicture.write(panels, set.labels(), classes, out);
    } else {
      output.err().println("drsn: " + Charts.IMPOSSIBLE);
    }
    output.print(json.put("faces", classes.length), text.toString());
    return 0;
  }
}
