package dev.drsn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.trainer.annotate.Desk;
import dev.drsn.trainer.collect.FaceSet;
import dev.drsn.trainer.data.DataSet;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Videos that are none, or show nobody: a line each, and nothing is left lying. */
class DatasetBuildCommandTest {

  @TempDir Path folder;

  /** A GIF in which a bar moves over a grey wall. */
  private Path wall(String name) throws IOException {
    Path file = folder.resolve(name);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int i = 0; i < 8; i++) {
        BufferedImage frame = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = frame.createGraphics();
        pen.setColor(Color.GRAY);
        pen.fillRect(0, 0, 320, 240);
        pen.setColor(Color.DARK_GRAY);
        pen.fillRect(20 * i, 0, 30, 240);
        pen.dispose();
        writer.writeToSequence(new IIOImage(frame, null, null), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    return file;
  }

  private Cli build(Object... from) {
    Object[] all = new Object[from.length + 5];
    all[0] = "dataset";
    all[1] = "build";
    all[2] = "--out";
    all[3] = folder.resolve("out");
    all[4] = "--from";
    System.arraycopy(from, 0, all, 5, from.length);
    return Cli.run(all);
  }

  @Test
  void aVideoWithoutFaces() throws IOException {
    Cli result = build(wall("wall.gif"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("wall.gif", "no faces", "--face-model");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void videosThatAreNone() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.mp4"));
    Path text = Files.writeString(folder.resolve("text.mp4"), "this is no video, it is a text\n");
    Path prose = Files.writeString(folder.resolve("prose.txt"), "neither is this\n".repeat(99));
    byte[] gif = Files.readAllBytes(wall("wall.gif"));
    Path cut = Files.write(folder.resolve("cut.gif"), Arrays.copyOf(gif, 9));
    for (Path file : List.of(empty, text, prose, cut)) {
      build(file).failsWith(1, file.getFileName().toString());
      assertThat(folder.resolve("out")).doesNotExist();
    }
    build(folder.resolve("missing.mp4")).failsWith(1, "missing.mp4", "path right");
    build(Files.createDirectories(folder.resolve("nothing"))).failsWith(1, "neither videos nor");
    Path unreadable = folder.resolve("one.png");
    Files.writeString(unreadable, "no picture");
    build(unreadable).failsWith(1, "one.png");
  }

  @Test
  void amongSeveralTheGoodOnesAreSearched() throws IOException {
    Path text = Files.writeString(folder.resolve("text.mp4"), "this is no video\n");
    Cli.run("dataset", "synth", "--count", 6, "--size", 64, "--out", folder.resolve("drawn")).ok();
    Path faces = folder.resolve("drawn/happy");
    Cli result = build(text, faces, "--stills", "--json", "--seed", "1");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains("text.mp4");
    assertThat(result.out()).contains("\"faces\":1", "\"failed\":1", "\"finished\":true");
    // Nobody has said what the face expresses.
    Cli.run("train", "--data", folder.resolve("out"), "--out", folder.resolve("run"))
        .failsWith(1, "annotate", "agree");
    assertThat(folder.resolve("out").resolve(DataSet.UNLABELLED)).exists();
    build(faces, "--stills", "--size", "99").failsWith(1, "size 128, not 99");
  }

  @Test
  void wrongOptions() {
    build("x", "--size", "4").failsWith(1, "16 to 512");
    build("x", "--change", "0").failsWith(1, "above 0");
    build("x", "--subjects", "nobody.csv").failsWith(1, "nobody.csv", "track");
    Cli.run("dataset", "build", "--from", "x").failsWith(2, "--out");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void annotatingAndAgreeingOnWhatIsNotThere() throws IOException {
    Cli.run("dataset", "annotate", "--data", folder, "--annotator", "kim")
        .failsWith(1, "faces.csv", "build");
    Cli.run("dataset", "agree", "--data", folder).failsWith(1, "faces.csv", "build");
    Cli.run("dataset", "synth", "--count", 12, "--size", 64, "--out", folder.resolve("drawn")).ok();
    build(folder.resolve("drawn"), "--stills").ok();
    Path set = folder.resolve("out");
    Cli.run("dataset", "agree", "--data", set).failsWith(1, "nobody has judged", "annotate");
    Cli.run("dataset", "annotate", "--data", set, "--annotator", "../kim").failsWith(1, "../kim");
    Path labels = Files.writeString(folder.resolve("l.yaml"), "labels: [{name: a, name: b}]");
    Cli.run("dataset", "annotate", "--data", set, "--annotator", "kim", "--labels", labels)
        .failsWith(1, "l.yaml line 1", "duplicate");
    Files.writeString(set.resolve("faces.csv"), "path,sha256\n");
    Cli.run("dataset", "agree", "--data", set).failsWith(1, "no faces");
  }

  /** Three annotators, the third of whom has stopped half way; then a training on what they say. */
  @Test
  void fromFacesToATraining() throws IOException {
    Path drawn = folder.resolve("drawn");
    Cli.run("dataset", "synth", "--count", 48, "--subjects", 8, "--size", 32, "--out", drawn).ok();
    build(drawn, "--stills", "--size", "32", "--alike", "0", "--seed", "3").ok();
    Path set = folder.resolve("out");
    FaceSet faces = FaceSet.open(set);
    String[] names = {"happy", "tired", "happy", "curious"};
    for (String annotator : List.of("kim", "lee", "max")) {
      try (Desk desk = Desk.of(faces, annotator, null)) {
        int judged = annotator.equals("max") ? faces.rows().size() / 2 : faces.rows().size();
        for (int i = 0; i < judged; i++) {
          boolean differs = annotator.equals("lee") && i >= judged - 3;
          desk.judge(faces.rows().get(i).id(), differs ? "focused" : names[i % 4], "");
        }
      }
    }
    Cli result = Cli.run("dataset", "agree", "--data", set);
    int size = faces.rows().size();
    assertThat(result.ok()).contains("3 annotators", "3 ambiguous", "Fleiss' kappa");
    assertThat(result.err().lines()).hasSize(2);
    assertThat(result.err())
        .contains("max has judged " + size / 2 + " of " + size)
        .contains("kappa is over the " + size / 2 + " faces that have 3 judgements");
    assertThat(Files.readAllLines(set.resolve("ambiguous.csv"))).hasSize(4);
    assertThat(Cli.run("dataset", "agree", "--data", set, "--json").ok())
        .contains("\"disputed\":3", "\"max\":" + size / 2);
    Cli.run(
            "train",
            "--data",
            set,
            "--width",
            4,
            "--size",
            16,
            "--epochs",
            1,
            "--out",
            folder.resolve("run"))
        .ok();
    assertThat(folder.resolve("run/best.safetensors")).exists();
  }
}
