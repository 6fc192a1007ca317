package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever users give: one line that says what, where and what to do, and nothing lost. */
class BadInputTest {

  @TempDir Path folder;
  private Path model;
  private Path face;

  @BeforeEach
  void makeModelAndFace() {
    model = folder.resolve("model.safetensors");
    face = folder.resolve("face.png");
    Cli.run("init", "--width", 4, "--size", 16, "--out", model).ok();
    picture(40, 40, 3).write(face);
  }

  private static Image picture(int height, int width, int seed) {
    byte[] pixels = new byte[height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 31 * seed >> 3);
    }
    return new Image(height, width, 1, pixels);
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private Cli classify(Path with, Object image) {
    return Cli.run("classify", "--model", with, "--face", "none", image);
  }

  private static byte[] safetensors(long length, String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(text)
        .array();
  }

  @Test
  void theGoodCaseWorks() {
    assertThat(classify(model, face).ok()).contains("class");
  }

  @Test
  void truncatedModels() throws IOException {
    byte[] whole = Files.readAllBytes(model);
    for (int length : new int[] {0, 7, 8, 100, whole.length / 2, whole.length - 1}) {
      Path cut = file("cut.safetensors", Arrays.copyOf(whole, length));
      classify(cut, face).failsWith(1, "cut.safetensors");
    }
  }

  @Test
  void aModelWithAnyBitOfItsHeaderFlippedIsReadOrRefusedInOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(model);
    int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int refused = 0;
    for (int i = 0; i < 8 + header; i += 97) {
      byte[] flipped = whole.clone();
      flipped[i] ^= (byte) (1 << i % 8);
      Cli result = classify(file("flipped.safetensors", flipped), face);
      if (result.code() != 0) {
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).startsWith("drsn: ").doesNotContain("Exception");
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void aHeaderOfExabytes() throws IOException {
    Path huge = file("huge.safetensors", safetensors(1L << 60, "{}", 0));
    classify(huge, face).failsWith(1, "huge.safetensors");
  }

  @Test
  void overlappingTensors() throws IOException {
    String header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}";
    Path overlap = file("overlap.safetensors", safetensors(header.length(), header, 12));
    Cli.run("import", "--weights", overlap, "--network", "resnet18", "--out", folder.resolve("x"))
        .failsWith(1, "overlap.safetensors");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void weightsThatAreNoNumbers() throws IOException {
    byte[] whole = Files.readAllBytes(model);
    ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putFloat(whole.length - 4, Float.NaN);
    classify(file("nan.safetensors", whole), face).failsWith(1, "nan.safetensors");
  }

  @Test
  void aCheckpointThatWantsToRunACommand() throws IOException {
    Path proof = folder.resolve("proof");
    String pickle = "cos\nsystem\n(S'touch " + proof + "'\ntR.";
    Path plain = file("evil.pth", ("\u0080\u0002" + pickle).getBytes(StandardCharsets.ISO_8859_1));
    Path zip = folder.resolve("evilzip.pth");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("archive/data.pkl"));
      out.write(Files.readAllBytes(plain));
      out.closeEntry();
    }
    for (Path evil : new Path[] {plain, zip}) {
      Cli.run("import", "--weights", evil, "--network", "resnet18", "--out", folder.resolve("x"))
          .failsWith(1, evil.getFileName().toString());
    }
    assertThat(proof).doesNotExist();
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void aZipBomb() throws IOException {
    Path bomb = folder.resolve("bomb.pth");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(bomb))) {
      out.putNextEntry(new ZipEntry("archive/data.pkl"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 300; i++) {
        out.write(zeros);
      }
      out.closeEntry();
    }
    Cli.run("import", "--weights", bomb, "--network", "resnet18", "--out", folder.resolve("x"))
        .failsWith(1, "bomb.pth");
  }

  @Test
  void foldersWithoutAnythingToLearn() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path run = folder.resolve("run");
    Cli.run("train", "--data", empty, "--out", run).failsWith(1, "empty");
    Path one = Files.createDirectories(folder.resolve("one/happy"));
    picture(20, 20, 1).write(one.resolve("a.png"));
    Cli.run("train", "--data", one.getParent(), "--out", run).failsWith(1, "one class");
    Cli.run("train", "--data", folder.resolve("missing"), "--out", run).failsWith(1, "missing");
    assertThat(run).doesNotExist();
  }

  @Test
  void aClassOfTwoImages() throws IOException {
    Path data = folder.resolve("thin");
    for (String label : new String[] {"happy", "sad"}) {
      Files.createDirectories(data.resolve(label));
      for (int i = 0; i < 10; i++) {
        picture(16, 16, i + 1).write(data.resolve(label).resolve(i + ".png"));
      }
    }
    Path rare = Files.createDirectories(data.resolve("tired"));
    picture(16, 16, 50).write(rare.resolve("0.png"));
    picture(16, 16, 51).write(rare.resolve("1.png"));
    Cli split =
        Cli.run(
            "dataset",
            "split",
            "--data",
            data,
            "--valid",
            0.2,
            "--test",
            0.2,
            "--out",
            data.resolve("split.csv"));
    split.ok();
    assertThat(split.err().lines()).hasSize(1);
    assertThat(split.err())
        .contains("class tired has 1 images to train on and 0 in test: nothing will be known");
    Path run = folder.resolve("run");
    Cli trained =
        Cli.run("train", "--data", data, "--width", 4, "--size", 16, "--epochs", 1, "--out", run);
    trained.ok();
    assertThat(trained.err())
        .contains("class tired has 2 images to train on and 0 in valid: nothing will be known");
    Files.writeString(
        data.resolve("own.csv"),
        Files.readString(data.resolve("split.csv"))
            .replaceAll("(tired/.\\.png,tired,,)\\w*", "$1valid"));
    Cli unlearned =
        Cli.run(
            "train",
            "--data",
            data.resolve("own.csv"),
            "--width",
            4,
            "--size",
            16,
            "--epochs",
            1,
            "--out",
            folder.resolve("other"));
    unlearned.ok();
    assertThat(unlearned.err())
        .contains("class tired has 0 images to train on and 2 in valid: it cannot be learned");
  }

  @Test
  void picturesThatAreNone() throws IOException {
    classify(model, file("text.jpg", "not a picture".getBytes(StandardCharsets.UTF_8)))
        .failsWith(1, "text.jpg");
    classify(model, file("empty.png", new byte[0])).failsWith(1, "empty.png");
    byte[] png = Files.readAllBytes(face);
    classify(model, file("half.png", Arrays.copyOf(png, png.length / 2))).failsWith(1, "half.png");
    ByteBuffer.wrap(png).putInt(16, 20_000).putInt(20, 20_000);
    classify(model, file("vast.png", png)).failsWith(1, "vast.png");
    classify(model, folder.resolve("missing.png")).failsWith(1, "missing.png");
    picture(1, 1, 1).write(folder.resolve("dot.png"));
    assertThat(classify(model, folder.resolve("dot.png")).ok()).contains("dot.png");
  }

  @Test
  void amongSeveralPicturesTheGoodOnesAreClassified() throws IOException {
    Path text = file("text.jpg", "not a picture".getBytes(StandardCharsets.UTF_8));
    Cli result = Cli.run("classify", "--model", model, "--face", "none", text, face);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).contains("face.png");
    assertThat(result.err()).contains("text.jpg").contains("1 of 2 pictures");
  }

  @Test
  void dataOfOtherClassesThanTheModels() {
    Path data = folder.resolve("data");
    Cli.run("dataset", "synth", "--count", 12, "--subjects", 2, "--size", 16, "--out", data).ok();
    Cli.run("evaluate", "--model", model, "--data", data).failsWith(1, "focused");
  }

  @Test
  void aFullDisk() {
    // The device that is always full.
    Cli.run("init", "--width", 4, "--size", 16, "--out", "/dev/full").failsWith(1, "/dev/full");
  }

  @Test
  void anExistingFileSurvivesAnExportThatFails() throws IOException {
    Path kept = file("kept.onnx", new byte[] {1, 2, 3});
    Path broken = file("broken.safetensors", new byte[] {1, 2, 3});
    Cli.run("export", "--model", broken, "--format", "onnx", "--out", kept)
        .failsWith(1, "broken.safetensors");
    assertThat(kept).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void aRunFolderThatExists() throws IOException {
    Path data = folder.resolve("data");
    Cli.run("dataset", "synth", "--count", 24, "--subjects", 4, "--size", 16, "--out", data).ok();
    Path run = Files.createDirectories(folder.resolve("run"));
    Path mine = Files.writeString(run.resolve("mine.txt"), "precious");
    Cli.run("train", "--data", data, "--width", 4, "--size", 16, "--epochs", 1, "--out", run)
        .failsWith(1, "run");
    assertThat(mine).hasContent("precious");
  }

  @Test
  void wrongCommandLines() {
    Cli.run("classify").failsWith(2, "IMAGE");
    Cli.run("train", "--epocs", 3).failsWith(2, "--epochs");
    Cli.run("train").failsWith(2, "--data");
    Cli.run("init", "--network", "resnet19", "--out", folder.resolve("x"))
        .failsWith(1, "resnet19", "drsn18-cw");
    Cli.run("run", "--model", model, "--input", face, "--output", folder.resolve("y"))
        .failsWith(1, "face.png");
    Cli.run("classify", "--backend", "cuda", "--model", model, face).failsWith(1, "cuda", "cpu");
  }

  @Test
  void tensorsOfAnotherShape() throws IOException {
    Path x = folder.resolve("x.npy");
    try (OutputStream out = Files.newOutputStream(x)) {
      String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }\n";
      out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
      out.write(new byte[] {(byte) header.length(), 0});
      out.write(header.getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[4 * 64]);
    }
    Cli.run("run", "--model", model, "--input", x, "--output", folder.resolve("y.npy"))
        .failsWith(1, "x.npy", "1x1x8x8");
    assertThat(folder.resolve("y.npy")).doesNotExist();
  }
}
