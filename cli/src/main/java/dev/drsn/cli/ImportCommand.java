package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.weights.ForeignWeights;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.WeightsFit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn import}: a model file of someone's weights. */
@Command(
    name = "import",
    description = {
      "Makes a model file of weights from elsewhere.",
      "Reads safetensors and PyTorch's .pth with torchvision's names; nothing in a .pth is run."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn import --weights resnet18.pth --network resnet18 --out resnet18.safetensors",
      "  drsn import --weights resnet18.pth --network drsn18-cw --classes 6 \\",
      "              --allow-missing 'gate|^fc' --out start.safetensors"
    })
final class ImportCommand implements Callable<Integer> {

  @Mixin private NetworkOptions network;
  @Mixin private Output output;

  @Option(names = "--weights", paramLabel = "FILE", required = true, description = "The weights.")
  private Path weights;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "A label a line, in the order of the outputs; default: class0, class1, ...")
  private Path labels;

  @Option(
      names = "--width",
      paramLabel = "N",
      description = "Channels of the first stage; default: read off the weights.")
  private Integer width;

  @Option(
      names = "--classes",
      paramLabel = "N",
      description = "Outputs; default: read off the weights.")
  private Integer classes;

  @Option(
      names = "--channels",
      paramLabel = "N",
      description = "Of the input image; default: read off the weights.")
  private Integer channels;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "224",
      description = "Height and width of the input; default: ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--allow-missing",
      paramLabel = "REGEX",
      description = "Entries that may be missing, unexpected or of another shape.")
  private String allowMissing;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "For entries that are missing; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "The model file.")
  private Path out;

  @Override
  public Integer call() {
    ForeignWeights foreign = ForeignWeights.read(weights);
    List<String> names = labels == null ? null : readLabels(labels);
    Integer given = classes == null && names != null ? Integer.valueOf(names.size()) : classes;
    NetworkSpec spec =
        network.changed(
            foreign.spec(
                network.architecture(),
                size,
                optional(width),
                optional(given),
                optional(channels)));
    if (names == null) {
      names = IntStream.range(0, spec.classes()).mapToObj(k -> "class" + k).toList();
    }
    WeightsFit fit =
        WeightsFit.fit(
            spec.build(),
            foreign.weights(),
            Initialisation.of(spec.build(), seed),
            Patterns.of(allowMissing),
            weights.toString());
    Preprocess preprocess =
        spec.channels() == 3 ? Preprocess.imageNet(size) : Preprocess.fixed(1, size);
    Model model = new Model(spec, names, preprocess, fit.weights(), new LinkedHashMap<>());
    model.withNote("source", weights.getFileName().toString()).write(out, DType.F32);
    ModelSummary summary = ModelSummary.of(model);
    ObjectNode json = summary.json().put("out", out.toString());
    ArrayNode missing = json.putArray("missing");
    fit.missing().forEach(missing::add);
    String left =
        fit.missing().isEmpty()
            ? ""
            : String.format("%n%d entries kept their initial values", fit.missing().size());
    output.print(json, String.format("%s%s%nwritten to %s", summary.text(), left, out));
    return 0;
  }

  private static OptionalInt optional(Integer given) {
    return given == null ? OptionalInt.empty() : OptionalInt.of(given);
  }

  private static List<String> readLabels(Path file) {
    try {
      List<String> lines = Files.readAllLines(file).stream().map(String::strip).toList();
      List<String> names = lines.stream().filter(line -> !line.isEmpty()).toList();
      if (names.isEmpty()) {
        throw new DrsnException(file + " has no labels; write one a line");
      }
      return names;
    } catch (IOException e) {
      throw new DrsnException("labels " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
