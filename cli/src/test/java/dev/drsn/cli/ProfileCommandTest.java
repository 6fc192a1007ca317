package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.SAXException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ProfileCommandTest {

  @TempDir Path folder;

  private static Cli profile(Object... more) {
    Object[] small = {"profile", "--no-tune", "--runs", 3, "--warmup", 0};
    return Cli.run(Stream.concat(Stream.of(small), Stream.of(more)).toArray());
  }

  private static Cli small(Object... more) {
    Object[] small = {"--network", "senet18", "--width", 8, "--size", 32, "--batch", 2};
    return profile(Stream.concat(Stream.of(small), Stream.of(more)).toArray());
  }

  @Test
  void aTableHasALineALayerAndOneOfTheWhole() {
    String[] lines = small().ok().lines().toArray(String[]::new);
    assertThat(lines[0]).contains("senet18", "width 8", "1x32x32", "batch of 2", "cpu");
    assertThat(lines[1]).contains("layer", "operation", "ms", "GFLOP/s", "share");
    assertThat(lines).anyMatch(line -> line.matches("layer1\\.0\\.conv1 .*8x.*%"));
    assertThat(lines).anyMatch(line -> line.contains("layer1.0.gate") && line.contains("squeeze"));
    assertThat(lines[lines.length - 1]).contains("ms,", "images/s", "medians of 3 runs");
  }

  @Test
  void jsonHasTheSame() {
    JsonNode json = JsonMapper.shared().readTree(small("--json", "--backend", "reference").ok());
    assertThat(json.get("network").asString()).isEqualTo("senet18");
    assertThat(json.get("backend").asString()).isEqualTo("reference");
    assertThat(json.get("batch").intValue()).isEqualTo(2);
    assertThat(json.get("images_per_second").doubleValue() * json.get("ms").doubleValue())
        .isCloseTo(2e3, offset(1e-6));
    double share = 0;
    for (JsonNode layer : json.get("layers")) {
      assertThat(layer.get("ms").doubleValue()).isPositive();
      share += layer.get("share").doubleValue();
    }
    assertThat(share).isCloseTo(1, offset(1e-6));
  }

  @Test
  void trainingsGoBackwardToo() {
    assertThat(small("--train").ok()).contains("training step of 2", "backward of convolution 3x3");
  }

  @Test
  void aModelIsProfiledAsItIs() {
    Path model = folder.resolve("model.safetensors");
    Cli.run("init", "--network", "resnet18", "--width", 4, "--size", 16, "--out", model).ok();
    assertThat(profile("--model", model).ok()).contains("resnet18 of width 4, 1x16x16, batch of 1");
    profile("--model", model, "--width", 8).failsWith(2, "--model", "--width");
    assertThat(Cli.run("info", "--model", model).ok())
        .contains("resnet18, width 4", "parameters", "multiply-accumulates");
  }

  @Test
  void picturesAreWellFormedAndHaveNoScripts()
      throws IOException, ParserConfigurationException, SAXException {
    Path svg = folder.resolve("layers.svg");
    small("--out", svg).ok();
    var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
    assertThat(document.getElementsByTagName("rect").getLength()).isGreaterThan(20);
    Path page = folder.resolve("layers.html");
    small("--train", "--out", page).ok();
    assertThat(Files.readString(page))
        .contains("<svg", "<table>", "prefers-color-scheme: dark")
        .doesNotContain("<script")
        .doesNotContain("href");
  }

  @Test
  void wrongNumbersAndNamesAreOneLine() {
    small("--batch", 0).failsWith(2, "--batch");
    profile("--batch", 0).failsWith(1, "--batch", "1 or more");
    profile("--batch", "x").failsWith(2, "--batch", "x");
    profile("--network", "lenet").failsWith(1, "lenet", "resnet18");
    profile("--size", 3).failsWith(1, "3");
    profile("--width", 0).failsWith(1, "width");
    profile("--out", folder.resolve("layers.png")).failsWith(1, "layers.png", ".svg");
    profile("--model", folder.resolve("none.safetensors")).failsWith(1, "none.safetensors");
    Cli.run("profile", "--warmup", -1).failsWith(1, "--warmup");
    profile("--threads", -2).failsWith(1, "threads -2");
    profile("--width", 4, "--size", 16, "--out", folder.resolve("no").resolve("layers.svg"))
        .failsWith(1, "layers.svg", "no folder");
  }
}
