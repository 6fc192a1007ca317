package dev.drsn.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.FerPlus.Input;
import dev.drsn.trainer.data.FerPlus.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FER+ and fer2013.csv become data set folders; what is wrong with them is named. */
class ImportTest {
  private static final String BOX = ",\"(0, 0, 48, 48)\",";
  private static final String VOTES =
      "1.png"
          + BOX
          + "4,0,0,1,3,2,0,0,0,0\n"
          + "2.png"
          + BOX
          + "1,1,0,0,0,0,0,0,8,0\n"
          + "3.png"
          + BOX
          + "0,5,5,0,0,0,0,0,0,0\n"
          + "4.png"
          + BOX
          + "0,0,0,0,0,0,0,5,0,5\n"
          + "5.png"
          + BOX
          + "0,0,0,0,0,0,0,0,0,10\n"
          + "6.png"
          + BOX
          + "0,9,0,0,0,0,0,0,1,0\n";

  @TempDir Path dir;
  private Path out;
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  @BeforeEach
  void makeImages() {
    out = dir.resolve("out");
    for (int i = 1; i <= 6; i++) {
      Image image = Image.black(48, 48, 1);
      image.pixels()[i] = (byte) 200;
      files.put(i + ".png", image.toPng());
    }
    files.put("train-votes.csv", VOTES.getBytes(StandardCharsets.UTF_8));
  }

  private Path folder() throws IOException {
    Path folder = Files.createDirectories(dir.resolve("images"));
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
    return folder;
  }

  private Path tar() throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    entry(tar, "train/", '5', new byte[0]);
    files.forEach((name, bytes) -> entry(tar, "train/" + name, '0', bytes));
    tar.writeBytes(new byte[1024]);
    return Files.write(dir.resolve("train.tar"), tar.toByteArray());
  }

  private static void entry(ByteArrayOutputStream tar, String name, char type, byte[] bytes) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 124, String.format("%011o", bytes.length));
    header[156] = (byte) type;
    put(header, 257, "ustar");
    put(header, 263, "00");
    put(header, 148, "        ");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    put(header, 148, String.format("%06o", sum));
    header[154] = 0;
    tar.writeBytes(header);
    tar.writeBytes(Arrays.copyOf(bytes, Math.ceilDiv(bytes.length, 512) * 512));
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private FerPlus.Result read(Path images, Rule rule) {
    return FerPlus.read(List.of(new Input(images, null, Part.TRAIN)), out, rule, false, done -> {});
  }

  @Test
  void mostVotesDecideAndTheTargetsAreTheVotes() throws IOException {
    FerPlus.Result result = read(folder(), Rule.PLURALITY);
    assertThat(result.images()).isEqualTo(6);
    assertThat(result.left()).isEqualTo(2);
    assertThat(result.tied()).isEqualTo(2);
    assertThat(result.rejected()).isEmpty();
    DataSet data = DataSet.open(out);
    assertThat(data.labels()).isEqualTo(FerPlus.EMOTIONS);
    assertThat(data.samples().stream().map(Sample::name))
        .containsExactly(
            "train/neutral/1.png",
            "train/happiness/3.png",
            "train/contempt/4.png",
            "train/happiness/6.png");
    assertThat(data.has(Part.TRAIN)).isTrue();
    assertThat(data.samples().getFirst().target())
        .containsExactly(0.4f, 0, 0, 0.1f, 0.3f, 0.2f, 0, 0);
    assertThat(data.samples().getLast().target()).containsExactly(0, 1, 0, 0, 0, 0, 0, 0);
    assertThat(Files.readAllBytes(out.resolve("train/happiness/6.png")))
        .isEqualTo(files.get("6.png"));
    assertThat(result.data().counts()).isEqualTo(data.counts());
  }

  @Test
  void theAuthorsRuleWantsMoreThanHalfAndDropsSingleVotes() throws IOException {
    FerPlus.Result result = read(folder(), Rule.AUTHORS);
    assertThat(result.left()).isEqualTo(5);
    assertThat(result.tied()).isZero();
    assertThat(result.data().samples().stream().map(Sample::name))
        .containsExactly("train/happiness/6.png");
  }

  @Test
  void anArchiveGivesTheSameAsItsFolder() throws IOException {
    read(folder(), Rule.PLURALITY);
    String manifest = Files.readString(out.resolve("manifest.csv"));
    out = dir.resolve("from-tar");
    read(tar(), Rule.PLURALITY);
    assertThat(out.resolve("manifest.csv")).hasContent(manifest);
    assertThat(out.resolve("train/neutral/1.png")).hasBinaryContent(files.get("1.png"));
  }

  @Test
  void longAndPaxNamesAreRead() throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    String name = "x".repeat(120) + ".png";
    entry(tar, "././@LongLink", 'L', ("a/" + name + "\0").getBytes(StandardCharsets.US_ASCII));
    entry(tar, "a/" + name.substring(0, 90), '0', new byte[] {1, 2, 3});
    entry(
        tar,
        "pax",
        'x',
        "19 mtime=12345.678\n18 path=b/short.é\n".getBytes(StandardCharsets.UTF_8));
    entry(tar, "b/other", '0', new byte[] {4});
    Path file = Files.write(dir.resolve("a.tar"), tar.toByteArray());
    try (Tar archive = new Tar(file)) {
      assertThat(archive.names()).containsExactly(name, "short.é");
      assertThat(archive.read(name)).containsExactly(1, 2, 3);
      assertThat(archive.read("short.é")).containsExactly(4);
      assertThat(archive.read("none")).isNull();
    }
  }

  @Test
  void severalInputsBecomeParts() throws IOException {
    Path votes = Files.writeString(dir.resolve("valid.csv"), VOTES);
    Path folder = folder();
    List<Input> inputs =
        List.of(new Input(folder, null, Part.TRAIN), new Input(folder, votes, Part.VALID));
    FerPlus.Result result = FerPlus.read(inputs, out, Rule.PLURALITY, true, done -> {});
    assertThat(result.data().part(Part.VALID).counts())
        .isEqualTo(result.data().part(Part.TRAIN).counts());
  }

  @Test
  void missingAndBrokenImagesAreLeftOutByNameOrAnError() throws IOException {
    files.remove("3.png");
    files.put("6.png", "text".getBytes(StandardCharsets.UTF_8));
    Path folder = folder();
    FerPlus.Result result = read(folder, Rule.PLURALITY);
    assertThat(result.rejected().stream().map(Crops.Rejected::name))
        .containsExactly("3.png", "6.png");
    assertThat(result.data().samples()).hasSize(2);
    out = dir.resolve("strict");
    List<Input> inputs = List.of(new Input(folder, null, Part.TRAIN));
    fails(() -> FerPlus.read(inputs, out, Rule.PLURALITY, true, done -> {}), "no image 3.png");
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("images", "out");
  }

  @Test
  void brokenInputIsNamedAndLeavesNothing() throws IOException {
    wrong("1.png,4,0,0\n", "train-votes.csv line 1: has 4 columns");
    wrong("1.png" + BOX + "4,0,0,1,x,2,0,0,0,0\n", "line 1: 'x' is not a number of votes");
    wrong("1.png" + BOX + "4,0,0,1,-3,2,0,0,0,0\n", "'-3' is not a number of votes");
    wrong("../1.png" + BOX + "4,0,0,1,3,2,0,0,0,0\n", "not the name of an image file");
    wrong(VOTES + VOTES, "line 7: 1.png is listed a second time");
    wrong("", "has no votes in it");
    wrong("9.png" + BOX + "4,0,0,1,3,2,0,0,0,0\n", "no image of the votes can be read");
    files.put("label.csv", VOTES.getBytes(StandardCharsets.UTF_8));
    Path folder = folder();
    fails(() -> read(folder, Rule.PLURALITY), "has votes files [label.csv, train-votes.csv]");
    fails(() -> read(dir.resolve("nowhere"), Rule.PLURALITY), "there is no folder or archive");
    Path noVotes = Files.createDirectories(dir.resolve("empty"));
    fails(() -> read(noVotes, Rule.PLURALITY), "has no votes file");
    Path tar = tar();
    byte[] bytes = Files.readAllBytes(tar);
    Files.write(tar, Arrays.copyOf(bytes, 2000));
    fails(() -> read(tar, Rule.PLURALITY), "is truncated");
    bytes[300] ^= 1;
    Files.write(tar, bytes);
    fails(() -> read(tar, Rule.PLURALITY), "not a tar archive");
    assertThat(out).doesNotExist();
    Files.createDirectory(out);
    fails(() -> read(folder, Rule.PLURALITY), "exists already");
    assertThat(dir.toFile().list()).noneMatch(name -> name.startsWith("."));
  }

  @Test
  void fer2013IsImportedLineByLine() throws IOException {
    String pixels = pixels(7);
    Path csv =
        Files.writeString(
            dir.resolve("fer2013.csv"),
            "emotion,pixels,Usage\n3,"
                + pixels
                + ",Training\n0,"
                + pixels
                + ",PublicTest\n6,"
                + pixels
                + ",PrivateTest\n7,"
                + pixels
                + ",Training\n1,1 2 3,Training\n2,"
                + pixels(256)
                + ",Training\n2,"
                + pixels
                + ",Later\n2\n");
    Fer2013.Result result = Fer2013.read(csv, out, false, done -> {});
    assertThat(result.images()).isEqualTo(8);
    assertThat(result.rejected().stream().map(Crops.Rejected::reason))
        .containsExactly(
            "emotion is 0 to 6, not '7'",
            "has 3 pixels instead of 48 x 48",
            "pixel '256' is not 0 to 255",
            "Usage is Training, PublicTest or PrivateTest, not 'Later'",
            "has 1 columns");
    assertThat(result.rejected().getFirst().name()).endsWith("fer2013.csv line 5");
    DataSet data = DataSet.open(out);
    assertThat(data.samples().stream().map(Sample::name))
        .containsExactly(
            "train/happiness/fer0000000.png",
            "valid/anger/fer0000001.png",
            "test/neutral/fer0000002.png");
    Image image = data.samples().getFirst().source().read();
    assertThat(image.channels()).isEqualTo(1);
    assertThat(image.pixels()).hasSize(2304).containsOnly(7);
    Path strict = dir.resolve("strict");
    fails(() -> Fer2013.read(csv, strict, true, done -> {}), "line 5: emotion is 0 to 6");
    assertThat(strict).doesNotExist();
  }

  @Test
  void whatIsNotFer2013IsSaid() throws IOException {
    Path csv = Files.writeString(dir.resolve("a.csv"), "path,label\na,b\n");
    fails(() -> Fer2013.read(csv, out, false, done -> {}), "is it fer2013.csv?");
    Files.writeString(csv, "emotion,pixels,Usage\n");
    fails(() -> Fer2013.read(csv, out, false, done -> {}), "has no images");
    Files.writeString(csv, "emotion,pixels,Usage\n9,1,Training\n");
    fails(() -> Fer2013.read(csv, out, false, done -> {}), "no line that is an image");
    Path missing = dir.resolve("missing.csv");
    fails(() -> Fer2013.read(missing, out, false, done -> {}), "there is no file");
  }

  private static String pixels(int value) {
    return String.join(" ", IntStream.range(0, 2304).mapToObj(i -> "" + value).toList());
  }

  private void wrong(String votes, String expected) throws IOException {
    byte[] before = files.put("train-votes.csv", votes.getBytes(StandardCharsets.UTF_8));
    Path folder = folder();
    fails(() -> read(folder, Rule.PLURALITY), expected);
    assertThat(out).doesNotExist();
    files.put("train-votes.csv", before);
  }

  private static void fails(Runnable action, String expected) {
    assertThatThrownBy(action::run)
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining(expected)
        .message()
        .doesNotContain("\n");
  }
}
