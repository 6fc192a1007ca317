package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Safetensors;
import dev.drsn.engine.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn train}'s options as they are kept in a run folder and found there again. */
class TrainCommandTest {

  @TempDir static Path folder;
  private static Path data;

  @BeforeAll
  static void draw() {
    data = folder.resolve("faces");
    Cli.run("dataset", "synth", "--count", 36, "--subjects", 6, "--size", 16, "--out", data).ok();
  }

  private static Cli train(Path out, Object... more) {
    Object[] all = {
      "train",
      "--data",
      data,
      "--width",
      2,
      "--size",
      16,
      "--epochs",
      1,
      "--threads",
      1,
      "--out",
      out
    };
    return Cli.run(with(all, more));
  }

  private static Object[] with(Object[] arguments, Object... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray();
  }

  @Test
  void theCentreLossHasAScheduleThatIsKept() throws IOException {
    Path run = folder.resolve("centres");
    train(run, "--centre-loss", 0.01, "--centre-schedule", "cosine", "--centre-warmup", 0.5).ok();
    ObjectNode args = (ObjectNode) JsonMapper.shared().readTree(run.resolve("args.json"));
    assertThat(args.at("/options/objective/centre_schedule/kind").asString()).isEqualTo("cosine");
    assertThat(args.at("/options/objective/centre_schedule/warmup").asDouble()).isEqualTo(0.5);
    Cli.run("train", "--resume", run, "--epochs", 2, "--threads", 1)
        .failsWith(1, "its cosine schedule depends on them");
    train(folder.resolve("none"), "--centre-schedule", "cosin")
        .failsWith(1, "no schedule cosin", "constant, cosine, step or one-cycle");
    train(folder.resolve("none"), "--centre-warmup", -1).failsWith(1, "warm-up of -1.0 epochs");
  }

  /** The steps of the learning rate are none of the centre loss's. */
  @Test
  void aRunFromBeforeCentreSchedulesGoesOnWithWhateverFlags() throws IOException {
    Path run = folder.resolve("old");
    train(run, "--schedule", "step", "--step-epochs", 1, "--centre-loss", 0.01).ok();
    Path arguments = run.resolve("args.json");
    ObjectNode args = (ObjectNode) JsonMapper.shared().readTree(arguments);
    ((ObjectNode) args.at("/options/objective")).remove("centre_schedule");
    Files.writeString(arguments, args.toString());
    Cli.run("train", "--resume", run, "--epochs", 2, "--threads", 1).ok();
    assertThat(run.resolve("results.csv")).content().contains("\n2,");
  }

  /** Table 2's recipe, small: VGG16 from elsewhere, a new last layer, everything fine-tuned. */
  @Test
  void vgg16IsFineTunedAndDescribesFaces() {
    Path foreign = folder.resolve("vgg16.safetensors");
    Cli.run(
            "init",
            "--network",
            "vgg16",
            "--width",
            1,
            "--size",
            32,
            "--channels",
            3,
            "--labels",
            "a,b,c",
            "--out",
            foreign)
        .ok();
    Object[] recipe = {
      "train",
      "--data",
      data,
      "--network",
      "vgg16",
      "--width",
      1,
      "--channels",
      3,
      "--size",
      32,
      "--normalise",
      "imagenet",
      "--allow-missing",
      "^classifier.6",
      "--optimizer",
      "adam",
      "--lr",
      0.00001,
      "--weight-decay",
      0,
      "--schedule",
      "constant",
      "--warmup",
      0,
      "--epochs",
      2,
      "--threads",
      1
    };
    Path run = folder.resolve("vgg");
    Cli.run(with(recipe, "--weights", foreign, "--out", run)).ok();
    Weights before = new Weights(Safetensors.read(foreign, _ -> true).tensors());
    Weights after = Model.read(run.resolve("last.safetensors")).weights();
    // Adam moves each weight by the rate a step at most, about: 4 steps of 1e-5.
    float[] was = before.get("features.0.weight").data();
    float[] is = after.get("features.0.weight").data();
    float most = 0;
    for (int i = 0; i < was.length; i++) {
      most = Math.max(most, Math.abs(is[i] - was[i]));
    }
    assertThat(most).isBetween(1e-6f, 1e-4f);
    assertThat(after.get("classifier.6.weight").shape().n()).isEqualTo(6);
    Path fc7 = folder.resolve("fc7.npz");
    Cli.run(
            "features",
            "--kind",
            "cnn",
            "--weights",
            run.resolve("last.safetensors"),
            "--data",
            data,
            "--out",
            fc7)
        .ok();
    assertThat(fc7).isNotEmptyFile();

    SequencedMap<String, Tensor> some = new LinkedHashMap<>(before.tensors());
    some.remove("features.28.weight");
    Path broken = folder.resolve("broken.safetensors");
    Safetensors.write(broken, some, Map.of(), DType.F32);
    Path none = folder.resolve("none");
    Cli.run(with(recipe, "--weights", broken, "--out", none))
        .failsWith(1, "broken.safetensors", "in 1 entry: missing features.28.weight 8x8x3x3");
    assertThat(none.resolve("last.safetensors")).doesNotExist();
  }
}
