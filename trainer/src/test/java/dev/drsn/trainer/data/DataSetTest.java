package dev.drsn.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets as folders and manifests, and every way in which people get them wrong. */
class DataSetTest {
  @TempDir Path dir;

  private void image(String name) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Image.black(4, 4, 1).write(file);
  }

  private void manifest(String text) throws IOException {
    Files.writeString(dir.resolve("manifest.csv"), text);
  }

  private static List<String> names(DataSet data) {
    return data.samples().stream().map(Sample::name).toList();
  }

  @Test
  void classFoldersAreClassesInAlphabeticalOrder() throws IOException {
    image("sad/2.png");
    image("sad/1.png");
    image("happy/deep/3.jpg");
    image(".hidden/4.png");
    image("happy/.5.png");
    Files.writeString(dir.resolve("happy/notes.txt"), "no image");
    DataSet data = DataSet.open(dir);
    assertThat(data.labels()).containsExactly("happy", "sad");
    assertThat(names(data)).containsExactly("happy/deep/3.jpg", "sad/1.png", "sad/2.png");
    assertThat(data.counts()).containsExactly(1, 2);
    assertThat(data.has(Part.NONE)).isTrue();
    assertThat(data.hasSubjects()).isFalse();
    assertThat(data.samples().getLast().target()).containsExactly(0, 1);
    assertThat(data.samples().getLast().source().read().width()).isEqualTo(4);
  }

  @Test
  void partsAreRecognisedAndShareTheirClasses() throws IOException {
    image("train/a/1.png");
    image("train/b/2.png");
    image("val/b/3.png");
    DataSet data = DataSet.open(dir);
    assertThat(data.labels()).containsExactly("a", "b");
    assertThat(names(data.part(Part.TRAIN))).containsExactly("train/a/1.png", "train/b/2.png");
    assertThat(data.part(Part.VALID).counts()).containsExactly(0, 1);
    assertThat(data.has(Part.TEST)).isFalse();
    assertThatThrownBy(() -> data.part(Part.TEST))
        .hasMessageContaining("no images in its part test");
  }

  @Test
  void brokenFoldersAreNamed() throws IOException {
    fails(dir, "has no class");
    image("a/1.png");
    fails(dir, "has one class, a");
    Files.createDirectory(dir.resolve("b"));
    fails(dir, "no images in its class b");
    Files.delete(dir.resolve("a/1.png"));
    fails(dir, "has no images");
    image("train/a/1.png");
    fails(dir, "(train) beside others");
    fails(dir.resolve("missing"), "there is no data set");
    fails(dir.resolve("train/a/1.png"), "neither a folder nor a .csv");
  }

  @Test
  void aManifestWithEverythingIsRead() throws IOException {
    manifest(
        """
        path,label,subject,split,p_happy,p_sad,p_angry,remark
        a/1.png,sad,anna,train,0.5,1.5,0,x
        "a/2,3.png",happy,bert,val,1,0,0,

        """);
    DataSet data = DataSet.open(dir);
    assertThat(data.labels()).containsExactly("happy", "sad", "angry");
    Sample first = data.samples().getFirst();
    assertThat(first.target()).containsExactly(0.25f, 0.75f, 0);
    assertThat(first.label()).isEqualTo(1);
    assertThat(first.subject()).isEqualTo("anna");
    assertThat(first.part()).isEqualTo(Part.TRAIN);
    assertThat(first.source()).isEqualTo(new ImageSource.OnDisk(dir.resolve("a/1.png")));
    assertThat(data.samples().get(1).name()).isEqualTo("a/2,3.png");
    assertThat(data.samples().get(1).part()).isEqualTo(Part.VALID);
    assertThat(data.hasSubjects()).isTrue();
    assertThat(data.withHardTargets().samples().getFirst().target()).containsExactly(0, 1, 0);
  }

  @Test
  void aManifestComesBackAsItWasWritten() throws IOException {
    manifest("label,path\nb,2.png\na,1.png\nb,3.png\n");
    DataSet data = DataSet.open(dir);
    assertThat(data.labels()).containsExactly("a", "b");
    Path copy = dir.resolve("copy.csv");
    List<Sample> parted = data.samples().stream().map(s -> s.withPart(Part.TEST)).toList();
    Manifest.write(copy, data.labels(), parted);
    DataSet back = DataSet.open(copy);
    assertThat(names(back)).containsExactly("2.png", "1.png", "3.png");
    assertThat(back.labels()).isEqualTo(data.labels());
    assertThat(back.samples().get(1).target()).containsExactly(1, 0);
    assertThat(back.has(Part.TEST)).isTrue();
  }

  @Test
  void brokenManifestsAreNamedWithTheirLine() throws IOException {
    wrong("", "has no class");
    wrong("path,class\na.png,x\n", "no column label");
    wrong("path,label\na.png,x\n", "one class, x");
    wrong("path,label\na.png\n", "line 2");
    wrong("path,label\na.png,x\nb.png,\n", "line 3: path and label");
    wrong("path,label\na.png,x\na.png,y\n", "line 3: a.png is listed a second time");
    wrong("path,label,split\na.png,x,later\n", "line 2: split is");
    wrong("path,label,p_x,p_y\na.png,z,1,0\n", "line 2: label z has no column p_z");
    wrong("path,label,p_x,p_y\na.png,x,one,0\n", "line 2: p_x is not a number: one");
    wrong("path,label,p_x,p_y\na.png,x,-1,2\n", "line 2: p_x must be 0 or above");
    wrong("path,label,p_x,p_y\na.png,x,NaN,2\n", "line 2: p_x must be 0 or above");
    wrong("path,label,p_x,p_y\na.png,x,0,0\n", "line 2: all p_ columns are 0");
    wrong("path,label,p_x,p_x\na.png,x,0,1\n", "duplicate fields: [p_x]");
    wrong("path,label\n\"a.png,x\n", "line");
    Files.write(dir.resolve("manifest.csv"), new byte[] {'p', (byte) 0xFF, '\n'});
    fails(dir, "manifest.csv");
  }

  @Test
  void classesFollowAnotherOrder() throws IOException {
    manifest("path,label,p_a,p_b\n1.png,b,0.25,0.75\n");
    DataSet data = DataSet.open(dir, List.of("c", "b", "a"));
    assertThat(data.samples().getFirst().label()).isEqualTo(1);
    assertThat(data.samples().getFirst().target()).containsExactly(0, 0.75f, 0.25f);
    assertThat(data.counts()).containsExactly(0, 1, 0);
    assertThat(data.withLabels(List.of("c", "b", "a"))).isSameAs(data);
    assertThatThrownBy(() -> DataSet.open(dir, List.of("b", "c")))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("classes [a] that are not among the expected [b, c]");
  }

  @Test
  void balancedWeightsMakeClassesEqual() {
    DataSet data = LoaderTest.data(4);
    float[] weights = data.balancedWeights();
    assertThat(weights[0] * 2).isCloseTo(weights[1], within(1e-6f));
    assertThat(weights[0] * 2 + weights[1] + weights[2]).isCloseTo(4, within(1e-6f));
    DataSet more = data.withLabels(List.of("a", "b", "c", "d"));
    assertThat(more.balancedWeights()).containsExactly(weights[0], weights[1], weights[2], 0);
  }

  @Test
  void picturesThatCannotBeReadAreLeftOutByNameOrAnError() throws IOException {
    image("a/1.png");
    image("a/2.png");
    image("b/3.png");
    Files.write(dir.resolve("a/1.png"), new byte[0]);
    Files.writeString(dir.resolve("b/text.jpg"), "this is text");
    DataSet data = DataSet.open(dir);
    Preprocess settings = Preprocess.fixed(1, 4);
    Crops crops = Crops.read(data, settings, false, 2, done -> {});
    assertThat(names(crops.data())).containsExactly("a/2.png", "b/3.png");
    assertThat(crops.size()).isEqualTo(2);
    assertThat(crops.rejected().stream().map(Crops.Rejected::name))
        .containsExactly("a/1.png", "b/text.jpg");
    assertThat(crops.rejected().getFirst().reason()).contains("is empty");
    assertThat(crops.pixels(1)).hasSize(16);
    assertThatThrownBy(() -> Crops.read(data, settings, true, 2, done -> {}))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("2 of 4 images cannot be used; the first: ")
        .hasMessageContaining("1.png is empty");
  }

  @Test
  void noUsablePictureAtAllIsAnError() throws IOException {
    manifest("path,label\n1.png,a\n2.png,b\n");
    DataSet data = DataSet.open(dir);
    assertThatThrownBy(() -> Crops.read(data, Preprocess.fixed(1, 4), false, 1, done -> {}))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("2 of 2 images")
        .hasMessageContaining("there is no file");
  }

  private void wrong(String text, String expected) throws IOException {
    manifest(text);
    fails(dir, expected);
  }

  private static void fails(Path path, String expected) {
    assertThatThrownBy(() -> DataSet.open(path))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining(expected)
        .message()
        .doesNotContain("\n");
  }
}
