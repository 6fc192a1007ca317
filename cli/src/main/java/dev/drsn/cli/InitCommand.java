package dev.drsn.cli;

import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn init}: an untrained model. */
@Command(
    name = "init",
    description = "Makes an untrained model, for comparisons and benchmarks.",
    footerHeading = "%nExample:%n",
    footer =
        "  drsn init --network drsn18-cw --width 16 --size 64 --seed 7 --out start.safetensors")
final class InitCommand implements Callable<Integer> {

  @Mixin private NetworkOptions network;
  @Mixin private SizeOptions sizes;
  @Mixin private Output output;

  @Option(
      names = "--labels",
      paramLabel = "A,B,...",
      split = ",",
      description = "The classes' names; default: class0, class1, ...")
  private List<String> labels;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Equal seeds give equal weights; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "The model file.")
  private Path out;

  @Override
  public Integer call() {
    NetworkSpec spec = sizes.spec(network, labels);
    Network built = spec.build();
    List<String> names =
        labels != null
            ? labels
            : IntStream.range(0, spec.classes()).mapToObj(k -> "class" + k).toList();
    Model model =
        new Model(
            spec,
            names,
            Preprocess.fixed(spec.channels(), spec.size()),
            Initialisation.of(built, seed),
            new LinkedHashMap<>());
    model.withNote("seed", Long.toString(seed)).write(out, DType.F32);
    ModelSummary summary = ModelSummary.of(model);
    ObjectNode json = summary.json().put("out", out.toString());
    output.print(json, String.format(Locale.ROOT, "%s%nwritten to %s", summary.text(), out));
    return 0;
  }
}
