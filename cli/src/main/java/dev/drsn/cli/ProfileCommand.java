package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.Profile;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Weights;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code drsn profile}: where a network's time goes. */
@Command(
    name = "profile",
    sortOptions = false,
    description = {
      "Shows where a network's time goes, layer by layer.",
      "Without --model it makes an untrained network: its weights do not matter for its speed.",
      "Every run of drsn tells Java's Flight Recorder the same as events named drsn.Layer."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn profile --network resnet18 --size 224 --batch 8 --out profile.svg",
      "  drsn profile --model runs/first/best.safetensors --threads 1",
      "  drsn profile --network drsn18-cw --width 32 --batch 64 --train"
    })
final class ProfileCommand implements Callable<Integer> {

  private static final double RATE = 1e-3;

  @Spec private CommandSpec command;
  @Mixin private BackendOptions backends;
  @Mixin private TuneOption tune;
  @Mixin private ModelOption model;
  @Mixin private NetworkOptions network;
  @Mixin private SizeOptions sizes;
  @Mixin private Output output;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Images a run; default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Runs to take medians of; default: ${DEFAULT-VALUE}.")
  private int runs;

  @Option(
      names = "--warmup",
      paramLabel = "SECONDS",
      defaultValue = "3",
      description = "Runs before anything is measured; default: ${DEFAULT-VALUE}.")
  private double warmUp;

  @Option(names = "--train", description = "Profile steps of a training instead of inference.")
  private boolean train;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Also draw the layers into this .svg or .html file.")
  private Path out;

  @Override
  public Integer call() {
    check();
    Model loaded = model.given() ? model.read() : null;
    NetworkSpec spec = loaded == null ? sizes.spec(network, null) : loaded.spec();
    Network built = spec.build();
    Weights weights = loaded == null ? Initialisation.of(built, 1) : loaded.weights();
    try (Backend backend = backends.open(output.err(), tune.or(Tuning.MEASURE))) {
      Profile profile =
          train ? training(built, weights, backend) : inference(built, weights, backend);
      ProfileText text = new ProfileText(profile, spec, train, backend);
      if (out != null) {
        text.write(out);
      }
      output.print(text.json(), text.table());
    }
    return 0;
  }

  private void check() {
    if (batch < 1 || runs < 1) {
      throw new DrsnException("--batch and --runs are 1 or more; give other numbers");
    }
    if (!(warmUp >= 0 && warmUp <= 3600)) {
      throw new DrsnException("--warmup is 0 to 3600 seconds; give another number");
    }
    if (out != null && !ProfileText.writes(out)) {
      throw new DrsnException(out + " is neither .svg nor .html; give it one of these endings");
    }
    if (model.given()) {
      Stream.of("--network", "--width", "--classes", "--channels", "--size", "--stem")
          .filter(command.commandLine().getParseResult()::hasMatchedOption)
          .findFirst()
          .ifPresent(
              option -> {
                throw new ParameterException(
                    command.commandLine(),
                    "--model says what the network is; leave out one of --model and " + option);
              });
    }
  }

  private Duration warmUp() {
    return Duration.ofMillis(Math.round(1e3 * warmUp));
  }

  private Profile inference(Network built, Weights weights, Backend backend) {
    try (InferencePlan plan = InferencePlan.compile(built, weights, backend, batch)) {
      float[] images = noise(batch * plan.input().sampleElements());
      float[] logits = new float[batch * plan.outputs()];
      return Profile.of(() -> plan.run(images, batch, logits), batch, runs, warmUp());
    }
  }

  private Profile training(Network built, Weights weights, Backend backend) {
    TrainingOptions options = TrainingOptions.of(Optimizer.Adam.standard(false));
    try (TrainingPlan plan = TrainingPlan.compile(built, weights, options, backend, batch)) {
      int classes = built.shapes(1)[built.output()].sampleElements();
      float[] images = noise(batch * built.inputs().getFirst().shape().sampleElements());
      float[] targets = new float[batch * classes];
      for (int i = 0; i < batch; i++) {
        targets[i * classes + i % classes] = 1;
      }
      return Profile.of(() -> plan.step(images, targets, batch, RATE), batch, runs, warmUp());
    }
  }

  /** Costs what pictures cost. */
  private static float[] noise(int size) {
    SplittableRandom random = new SplittableRandom(1);
    float[] images = new float[size];
    for (int i = 0; i < size; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }
}
