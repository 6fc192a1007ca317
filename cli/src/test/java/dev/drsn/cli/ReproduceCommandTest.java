package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.tensor.Npz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code drsn reproduce} as a stranger uses it. */
class ReproduceCommandTest {

  @TempDir static Path folder;
  private static Path data;

  @BeforeAll
  static void draw() {
    data = folder.resolve("faces");
    Cli.run("dataset", "synth", "--count", 60, "--subjects", 10, "--size", 24, "--out", data).ok();
  }

  private static Cli reproduce(Path data, Path out, Object... more) {
    return Cli.run(
        Stream.concat(
                Stream.of(
                    "reproduce",
                    "--data",
                    data,
                    "--width",
                    2,
                    "--size",
                    16,
                    "--epochs",
                    1,
                    "--seeds",
                    2,
                    "--threads",
                    1,
                    "--out",
                    out),
                Stream.of(more))
            .toArray());
  }

  @Test
  void allTablesAndFiguresOnOnePage() throws IOException {
    Path out = folder.resolve("all");
    JsonNode json = JsonMapper.shared().readTree(reproduce(data, out, "--no-speed", "--json").ok());
    assertThat(json.get("end").asString()).isEqualTo("complete");
    JsonNode clean = json.get("networks").get("subject").get("drsn18-cw").get("clean");
    assertThat(clean.get("mean").asDouble()).isBetween(0.0, 1.0);
    assertThat(json.get("table3").get("subject").get("fusion").get("mean").asDouble())
        .isBetween(0.0, 1.0);
    String page = Files.readString(out.resolve("index.html"));
    assertThat(page)
        .contains("Table 3", "Table 5", "Table 6", "Table 7", "Table 8", "Figure 5", "Figure 9")
        .contains("84.12 %", "80.25 %", "1.8136 G", "JPEG")
        .doesNotContain("<script", "http://", "https://", "NaN");
    Matcher pictures = Pattern.compile("img src=\"([^\"]+)\"").matcher(page);
    int count = 0;
    while (pictures.find()) {
      assertThat(out.resolve(pictures.group(1))).isNotEmptyFile();
      count++;
    }
    assertThat(count).isEqualTo(8);
    // A line each: networks x seeds, with classes, corruptions and levels, epochs.
    assertThat(Files.readAllLines(out.resolve("runs.csv"))).hasSize(1 + 4 * 2);
    assertThat(Files.readAllLines(out.resolve("classes.csv"))).hasSize(1 + 4 * 2 * 6);
    assertThat(Files.readAllLines(out.resolve("noise.csv"))).hasSize(1 + 4 * 2 * 6 * 5);
    assertThat(Files.readAllLines(out.resolve("curves.csv"))).hasSize(1 + 4 * 2);
    assertThat(Files.readAllLines(out.resolve("table3.csv"))).hasSize(1 + 2 * 10);
    assertThat(out.resolve("networks.csv"))
        .content()
        .containsPattern("drsn18-cs,[0-9]+,[0-9]+,[0-9]+,,,,\n");

    // The same command again trains nothing; a picture that was lost comes back.
    Path model = out.resolve("runs/senet18-subject-2/last.safetensors");
    FileTime trained = Files.getLastModifiedTime(model);
    Files.delete(out.resolve("pictures/noise.png"));
    String again = reproduce(data, out, "--no-speed").ok();
    assertThat(again).contains("drsn18-cw, by subject", "under noise", "open ");
    assertThat(Files.getLastModifiedTime(model)).isEqualTo(trained);
    assertThat(out.resolve("pictures/noise.png")).isNotEmptyFile();
    reproduce(data, out, "--lr", 0.01).failsWith(1, "was begun otherwise; now: rate 0.01");
  }

  @Test
  void onlyWhatWasChosenIsTrained() {
    Path out = folder.resolve("some");
    reproduce(data, out, "--tables", "6", "--figures", "none", "--by", "image").ok();
    assertThat(out.resolve("networks.csv")).content().contains("resnet18,").doesNotContain(",,");
    assertThat(out.resolve("runs/resnet18-image-2/result.json")).exists();
    assertThat(out.resolve("runs/senet18-image-1")).doesNotExist();
    assertThat(out.resolve("table3.csv")).doesNotExist();
    Path none = folder.resolve("none");
    reproduce(data, none, "--tables", "5", "--figures", "none").ok();
    assertThat(none.resolve("index.html")).content().contains("Table 5").doesNotContain("<img");
    assertThat(none.resolve("runs")).isEmptyDirectory();
  }

  @Test
  void badInputIsOneLineAndLeavesNothing() throws IOException {
    Path out = folder.resolve("bad");
    reproduce(data, out, "--tables", "4").failsWith(1, "no table 4 to reproduce", "3, 5, 6, 7, 8");
    reproduce(data, out, "--figures", "5,x").failsWith(1, "no figure x", "5, 9");
    reproduce(data, out, "--networks", "vgg16").failsWith(1, "vgg16 cannot be compared");
    reproduce(data, out, "--networks", "senet18").failsWith(1, "add resnet18 to --networks");
    Cli.run("reproduce", "--data", data, "--out", out, "--seeds", 0)
        .failsWith(1, "seeds are 1 to 1000, not 0");
    reproduce(data, out, "--by", "mood").failsWith(1, "no split by mood");
    Path few = folder.resolve("few.csv");
    List<String> lines = Files.readAllLines(data.resolve("manifest.csv"));
    Files.write(
        few,
        Stream.concat(
                lines.stream().filter(line -> !line.contains(",happy,")),
                lines.stream().filter(line -> line.contains(",happy,")).limit(2))
            .map(line -> line.equals(lines.getFirst()) ? line : "faces/" + line)
            .toList());
    reproduce(few, out).failsWith(1, "class happy has 2 images, a split 8:2 needs 5 or more");
    Path nobody = folder.resolve("nobody.csv");
    Files.write(
        nobody,
        lines.stream()
            .map(line -> line.split(",", -1))
            .map(f -> f[0].equals("path") ? "path,label" : "faces/" + f[0] + "," + f[1])
            .toList());
    reproduce(nobody, out, "--by", "subject").failsWith(1, "does not say who is in");
    assertThat(out).doesNotExist();
  }

  @Test
  void featuresOfAnotherVersionOrOtherPictures() {
    Path out = folder.resolve("features");
    Path hog = folder.resolve("hog.npz");
    Cli.run("features", "--kind", "hog", "--data", data, "--out", hog).ok();
    Path later = folder.resolve("later.npz");
    Npz npz = Npz.read(hog);
    SequencedMap<String, String> texts = new LinkedHashMap<>(npz.texts());
    texts.compute("drsn.json", (_, about) -> about.replace("\"version\" : 1", "\"version\" : 9"));
    new Npz(npz.arrays(), texts).write(later);
    reproduce(data, out, "--features", later).failsWith(1, "features of version 9");
    Path other = folder.resolve("other");
    Cli.run("dataset", "synth", "--count", 66, "--subjects", 11, "--size", 24, "--out", other).ok();
    reproduce(other, out, "--features", hog).failsWith(1, "other pictures", "60 and 66");
    assertThat(out).doesNotExist();
    reproduce(data, out, "--features", hog, "--tables", "3", "--figures", "none").ok();
    assertThat(out.resolve("table3.csv")).content().startsWith("by,split,hog,fusion\n");
  }
}
