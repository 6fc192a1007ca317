package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.tensor.Npy;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Model;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn run}: raw tensors in, logits out. */
@Command(
    name = "run",
    description = {
      "Runs a model on raw tensors: no preprocessing, no softmax.",
      "Input: float32 [N, C, H, W] as numpy.save writes it; output: float32 [N, classes]."
    },
    footerHeading = "%nExample:%n",
    footer = "  drsn run --model m.safetensors --input x.npy --output logits.npy")
final class RunCommand implements Callable<Integer> {

  @Mixin private BackendOptions backends;
  @Mixin private TuneOption tune;
  @Mixin private ModelOption model;
  @Mixin private Output output;

  @Option(names = "--input", paramLabel = "X.npy", required = true, description = "The images.")
  private Path input;

  @Option(names = "--output", paramLabel = "Y.npy", required = true, description = "The logits.")
  private Path result;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "32",
      description = "The most images at once; default: ${DEFAULT-VALUE}.")
  private int batch;

  @Override
  public Integer call() {
    Model loaded = model.read();
    Tensor x = Npy.read(input);
    Shape sample = loaded.spec().input();
    if (x.shape().rank() != 4 || !x.shape().withN(1).equals(sample)) {
      throw new DrsnException(
          input
              + " is "
              + x.shape()
              + ", the model reads N"
              + sample.toString().substring(1)
              + "; give images of that shape");
    }
    if (batch < 1) {
      throw new DrsnException("batch " + batch + " is below 1; give another");
    }
    int n = x.shape().n();
    int classes = loaded.spec().classes();
    float[] logits = new float[n * classes];
    int most = Math.min(batch, n);
    try (Backend backend = backends.openQuietly(tune.or(Tuning.KNOWN));
        InferencePlan plan =
            InferencePlan.compile(loaded.network(), loaded.weights(), backend, most)) {
      float[] part = new float[most * classes];
      for (int from = 0; from < n; from += most) {
        int count = Math.min(most, n - from);
        int each = sample.sampleElements();
        plan.run(Arrays.copyOfRange(x.data(), from * each, (from + count) * each), count, part);
        System.arraycopy(part, 0, logits, from * classes, count * classes);
      }
      Npy.write(result, new Tensor(Shape.of(n, classes), logits));
      ObjectNode json =
          Output.object()
              .put("images", n)
              .put("classes", classes)
              .put("backend", backend.name())
              .put("output", result.toString());
      output.print(
          json, n + " x " + classes + " logits written to " + result + " by " + backend.name());
    }
    return 0;
  }
}
