package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code drsn explain} as a stranger uses it. */
class ExplainCommandTest {

  @TempDir Path folder;

  private Path model(String network) {
    Path file = folder.resolve(network + ".safetensors");
    Cli.run("init", "--network", network, "--width", 2, "--size", 32, "--out", file).ok();
    return file;
  }

  private Path face(String name) {
    byte[] pixels = new byte[48 * 48];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 31 >> 3);
    }
    Path file = folder.resolve(name);
    new Image(48, 48, 1, pixels).write(file);
    return file;
  }

  @Test
  void aMapAndThresholds() throws IOException {
    Path out = folder.resolve("why/these");
    Path face = face("face.png");
    Path model = model("drsn18-cw");
    JsonNode json =
        JsonMapper.shared()
            .readTree(Cli.run("explain", "--model", model, "--out", out, "--json", face).ok());
    assertThat(json.get("label")).isEqualTo(json.get("explained"));
    assertThat(json.get("map").get("values").size())
        .isEqualTo(json.get("map").get("height").asInt() * json.get("map").get("width").asInt());
    assertThat(json.get("gates").size()).isEqualTo(8);
    JsonNode last = json.get("gates").get(7);
    assertThat(last.get("block").asString()).isEqualTo("layer4.1");
    assertThat(last.get("tau").size()).isEqualTo(16);
    assertThat(last.get("zeroShare").asDouble())
        .isEqualTo(last.get("zeros").asDouble() / last.get("activations").asDouble());
    assertThat(JsonMapper.shared().readTree(Files.readString(out.resolve("face-0.json"))))
        .isEqualTo(json);
    Image picture = Image.read(out.resolve("face-0.png"));
    Path plain = folder.resolve("plain");
    String text = Cli.run("explain", "--model", model("resnet18"), "--out", plain, face).ok();
    assertThat(text).contains("face.png  48x48+0+0").doesNotContain("tau");
    Image withoutGates = Image.read(plain.resolve("face-0.png"));
    assertThat(picture.height()).isGreaterThan(withoutGates.height() + 200);
    assertThat(Cli.run("explain", "--model", model, face).ok())
        .containsPattern("layer1\\.0 +2 ")
        .containsPattern("layer4\\.1 +16 ");
  }

  @Test
  void anyClassAndStageOfAnyNetwork() {
    Path face = face("face.png");
    JsonNode json =
        JsonMapper.shared()
            .readTree(
                Cli.run(
                        "explain",
                        "--model",
                        model("vgg16"),
                        "--class",
                        "class3",
                        "--stage",
                        3,
                        "--json",
                        face)
                    .ok());
    assertThat(json.get("explained").asString()).isEqualTo("class3");
    assertThat(json.get("map").get("height").asInt()).isEqualTo(8);
    assertThat(json.has("gates")).isFalse();
  }

  @Test
  void picturesOfOneNameInTwoFoldersKeepTheirOwn() throws IOException {
    Files.createDirectories(folder.resolve("a"));
    Files.createDirectories(folder.resolve("b"));
    Path out = folder.resolve("why");
    Cli.run("explain", "--model", model("senet18"), "--out", out, face("a/x.png"), face("b/x.png"))
        .ok();
    assertThat(out.resolve("x-0.json")).content().contains("a/x.png");
    assertThat(out.resolve("x-0-2.json")).content().contains("b/x.png");
    assertThat(out.resolve("x-0-2.png")).isNotEmptyFile();
  }

  @Test
  void badInputIsOneLine() throws IOException {
    Path model = model("resnet18");
    Path face = face("face.png");
    Cli.run("explain", "--model", model, "--class", "bored", face)
        .failsWith(1, "the model has no class bored; choose one of class0, class1");
    Cli.run("explain", "--model", model, "--stage", 5, face)
        .failsWith(1, "there is no stage 5; the network has stages 1 to 4");
    Path wall = folder.resolve("wall.png");
    Image.black(200, 200, 1).write(wall);
    Cli.run("explain", "--model", model, wall).failsWith(1, "no face found in", "--face none");
    Cli.run("explain", "--model", model, folder.resolve("none.png")).failsWith(1, "no file");
    Path taken = Files.writeString(folder.resolve("taken"), "x");
    Cli some = Cli.run("explain", "--model", model, wall, face);
    assertThat(some.code()).isEqualTo(1);
    assertThat(some.out()).contains("face.png");
    assertThat(some.err()).contains("1 of 2 pictures left out");
    Cli full = Cli.run("explain", "--model", model, "--out", taken, face);
    assertThat(full.code()).isEqualTo(1);
    assertThat(full.err().lines()).hasSize(1).first().asString().contains("taken cannot be made");
  }
}
