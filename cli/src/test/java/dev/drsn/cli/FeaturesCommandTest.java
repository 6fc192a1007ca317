package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Npz;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Safetensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code drsn features} as a stranger uses it. */
class FeaturesCommandTest {

  @TempDir static Path folder;
  private static Path data;

  @BeforeAll
  static void draw() {
    data = folder.resolve("faces");
    Cli.run("dataset", "synth", "--count", 24, "--subjects", 6, "--size", 48, "--out", data).ok();
  }

  @Test
  void hogSiftAndTheEmbeddingOfAModel() {
    Path model = folder.resolve("vgg.safetensors");
    Cli.run("init", "--network", "vgg16", "--width", 1, "--size", 32, "--out", model).ok();
    Path out = folder.resolve("faces.npz");
    Path picture = folder.resolve("seen.png");
    String json =
        Cli.run(
                "features",
                "--kind",
                "hog,sift,cnn",
                "--weights",
                model,
                "--data",
                data,
                "--out",
                out,
                "--picture",
                picture,
                "--json")
            .ok();
    JsonNode node = JsonMapper.shared().readTree(json);
    assertThat(node.get("images").asInt()).isEqualTo(24);
    assertThat(node.get("hog").asInt()).isEqualTo(1764);
    assertThat(node.get("cnn").asInt()).isEqualTo(64);
    assertThat(node.get("sift").asDouble()).isGreaterThan(10);
    Npz npz = Npz.read(out);
    assertThat(npz.arrays().get("hog").shape().n()).isEqualTo(24);
    assertThat(npz.texts().get("samples.csv")).contains("focused/00000.png,focused,0");
    assertThat(picture).isNotEmptyFile();
  }

  @Test
  void badInputIsOneLine() {
    Path out = folder.resolve("none.npz");
    Cli.run("features", "--kind", "hog,lbp", "--data", data, "--out", out)
        .failsWith(1, "no feature lbp", "hog, sift and cnn");
    Cli.run("features", "--kind", "cnn", "--data", data, "--out", out).failsWith(1, "--weights");
    Cli.run("features", "--hog-norm", "l3", "--data", data, "--out", out)
        .failsWith(1, "no l3", "block-max");
    Path whole = folder.resolve("whole.safetensors");
    Cli.run("init", "--network", "vgg16", "--width", 1, "--size", 32, "--out", whole).ok();
    SequencedMap<String, Tensor> some =
        new LinkedHashMap<>(Safetensors.read(whole, name -> true).tensors());
    some.remove("classifier.3.weight");
    Path broken = folder.resolve("broken.safetensors");
    Safetensors.write(broken, some, Map.of(), DType.F32);
    Cli.run("features", "--kind", "cnn", "--weights", broken, "--data", data, "--out", out)
        .failsWith(1, "broken.safetensors has no classifier.3.weight");
    assertThat(out).doesNotExist();
  }

  @Test
  void theFusionTableOfWhatWasWritten() {
    Path out = folder.resolve("hog.npz");
    Cli.run("features", "--kind", "hog", "--data", data, "--out", out).ok();
    Cli.run("fusion", "--features", out)
        .failsWith(1, "class confused has 4 images, a split 8:2 needs 5 or more");
    Path more = folder.resolve("more");
    Cli.run("dataset", "synth", "--count", 36, "--subjects", 6, "--size", 48, "--out", more).ok();
    Cli.run("features", "--kind", "hog", "--data", more, "--out", out).ok();
    Path csv = folder.resolve("table3.csv");
    JsonNode json =
        JsonMapper.shared()
            .readTree(
                Cli.run("fusion", "--features", out, "--splits", 2, "--csv", csv, "--json").ok());
    assertThat(json.get("image").get("hog").size()).isEqualTo(2);
    assertThat(json.get("subject").get("fusion").get(0).asDouble()).isBetween(0.0, 1.0);
    assertThat(csv).content().startsWith("by,split,hog,fusion\nimage,1,");
    Cli.run("fusion", "--features", out, "--by", "mood").failsWith(1, "not by mood");
    Cli.run("fusion", "--features", data.resolve("manifest.csv")).failsWith(1, "no .npz");
  }

  @Test
  void mapsOfTwoModelsSideBySide() {
    Path one = folder.resolve("one.safetensors");
    Path two = folder.resolve("two.safetensors");
    Cli.run("init", "--width", 4, "--size", 24, "--out", one).ok();
    Cli.run("init", "--width", 4, "--size", 24, "--seed", 2, "--out", two).ok();
    Path out = folder.resolve("map.png");
    JsonNode json =
        JsonMapper.shared()
            .readTree(
                Cli.run("map", "--data", data, "--perplexity", 5, "--out", out, "--json", one, two)
                    .ok());
    assertThat(json.get("faces").asInt()).isEqualTo(24);
    assertThat(json.get("models").get(1).get("ratio").asDouble()).isGreaterThan(0);
    assertThat(out).isNotEmptyFile();
    Cli.run("map", "--data", data, "--out", out, one)
        .failsWith(1, "24 faces are too few for a map of perplexity 30.0");
  }
}
