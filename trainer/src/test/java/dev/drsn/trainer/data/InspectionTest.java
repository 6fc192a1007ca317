package dev.drsn.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one should know of a data set before training on it is found. */
class InspectionTest {
  @TempDir Path dir;

  private void image(String name, int width, int channels, int value) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Image image = Image.black(4, width, channels);
    image.pixels()[0] = (byte) value;
    image.write(file);
  }

  @Test
  void countsSizesDuplicatesAndUnreadableFilesAreFound() throws IOException {
    image("train/a/1.png", 4, 1, 1);
    image("train/a/2.png", 4, 1, 2);
    image("train/b/3.png", 5, 1, 1);
    image("valid/a/4.png", 4, 1, 1);
    image("valid/b/5.png", 4, 3, 1);
    image("train/b/6.png", 4, 1, 2);
    image("train/b/7.png", 4, 1, 9);
    image("train/b/8.png", 4, 1, 9);
    Files.write(dir.resolve("train/b/empty.png"), new byte[0]);

    Inspection found = Inspection.of(DataSet.open(dir), 3, done -> {});

    assertThat(found.labels()).containsExactly("a", "b");
    assertThat(found.counts().get(Part.TRAIN)).containsExactly(2, 4);
    assertThat(found.counts().get(Part.VALID)).containsExactly(1, 1);
    assertThat(found.formats()).hasSize(3).containsEntry("4 x 4 grey", 6);
    assertThat(found.formats()).containsEntry("5 x 4 grey", 1).containsEntry("4 x 4 colour", 1);
    assertThat(found.unreadable()).hasSize(1);
    assertThat(found.unreadable().getFirst().name()).isEqualTo("train/b/empty.png");
    assertThat(found.unreadable().getFirst().reason()).contains("is empty");
    assertThat(found.duplicates())
        .containsExactlyInAnyOrder(
            List.of("train/a/1.png", "valid/a/4.png"),
            List.of("train/a/2.png", "train/b/6.png"),
            List.of("train/b/7.png", "train/b/8.png"));
    assertThat(found.leaking()).containsExactly(List.of("train/a/1.png", "valid/a/4.png"));
    assertThat(found.contradicting()).containsExactly(List.of("train/a/2.png", "train/b/6.png"));
    assertThat(found.subjects()).isZero();
  }

  @Test
  void peopleInSeveralPartsAreNamed() throws IOException {
    for (int i = 1; i <= 4; i++) {
      image(i + ".png", 4, 1, i);
    }
    Files.writeString(
        dir.resolve("manifest.csv"),
        """
        path,label,subject,split
        1.png,a,anna,train
        2.png,b,bert,train
        3.png,a,anna,valid
        4.png,b,carl,valid
        """);
    Inspection found = Inspection.of(DataSet.open(dir), 1, done -> {});
    assertThat(found.subjects()).isEqualTo(3);
    assertThat(found.sharedSubjects()).containsExactly("anna");
    assertThat(found.duplicates()).isEmpty();
    assertThat(found.unreadable()).isEmpty();
  }

  @Test
  void aSplitIsKeptInAManifestOfItsOwn() throws IOException {
    for (int i = 1; i <= 9; i++) {
      image("set/" + (i % 2 == 0 ? "a" : "b") + "/" + i + ".png", 4, 1, i);
    }
    DataSet split = Split.random(DataSet.open(dir.resolve("set")), 0.4, 0, 3, false);
    Path manifest = dir.resolve("lists").resolve("split.csv");
    Files.createDirectory(manifest.getParent());
    split.writeManifest(manifest);
    DataSet back = DataSet.open(manifest);
    assertThat(back.samples().getFirst().name()).isEqualTo("../set/a/2.png");
    assertThat(back.labels()).isEqualTo(split.labels());
    for (int i = 0; i < 9; i++) {
      assertThat(back.samples().get(i).part()).isEqualTo(split.samples().get(i).part());
      assertThat(back.samples().get(i).source().read())
          .isEqualTo(split.samples().get(i).source().read());
    }
  }
}
