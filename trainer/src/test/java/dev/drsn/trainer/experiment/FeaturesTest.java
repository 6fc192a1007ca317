package dev.drsn.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.Npz;
import dev.drsn.trainer.experiment.Features.Kind;
import dev.drsn.trainer.experiment.Features.Row;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features as a file: nothing is lost, nothing of another version is taken. */
class FeaturesTest {

  @TempDir Path folder;

  private Path written() {
    SequencedMap<Kind, List<float[]>> columns = new LinkedHashMap<>();
    columns.put(Kind.HOG, List.of(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6}));
    float[] one = new float[128];
    one[5] = 7;
    columns.put(Kind.SIFT, List.of(new float[256], new float[0], one));
    SequencedMap<Kind, String> how = new LinkedHashMap<>();
    how.put(Kind.HOG, "by hand");
    how.put(Kind.SIFT, "by hand too");
    List<Row> rows =
        List.of(new Row("a.png", 1, "p"), new Row("b, c.png", 0, ""), new Row("d.png", 1, "q"));
    Path file = folder.resolve("features.npz");
    new Features(List.of("happy", "tired"), rows, columns, how).write(file);
    return file;
  }

  @Test
  void whatIsWrittenIsRead() {
    Features read = Features.read(written());
    assertThat(read.labels()).containsExactly("happy", "tired");
    assertThat(read.samples().get(1)).isEqualTo(new Row("b, c.png", 0, ""));
    assertThat(read.columns().keySet()).containsExactly(Kind.HOG, Kind.SIFT);
    assertThat(read.columns().get(Kind.HOG).get(2)).containsExactly(5, 6);
    List<float[]> sift = read.columns().get(Kind.SIFT);
    assertThat(sift.get(0)).hasSize(256);
    assertThat(sift.get(1)).isEmpty();
    assertThat(sift.get(2)[5]).isEqualTo(7);
    assertThat(read.how()).containsEntry(Kind.HOG, "by hand");
    assertThat(read.column(Kind.CNN)).isEmpty();
  }

  @Test
  void anotherVersionIsRefusedInOneLine() {
    Npz npz = Npz.read(written());
    SequencedMap<String, String> texts = new LinkedHashMap<>(npz.texts());
    texts.compute("drsn.json", (_, text) -> text.replace("\"version\" : 1", "\"version\" : 2"));
    Path other = folder.resolve("other.npz");
    new Npz(npz.arrays(), texts).write(other);
    assertThatThrownBy(() -> Features.read(other))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("other.npz holds features of version 2")
        .hasMessageContaining("run drsn features again")
        .hasMessageNotContaining("\n");
  }

  @Test
  void filesOfOthersAndDamagedOnesAreRefused() {
    Npz npz = Npz.read(written());
    Path other = folder.resolve("other.npz");
    new Npz(npz.arrays(), new LinkedHashMap<>()).write(other);
    assertThatThrownBy(() -> Features.read(other)).hasMessageContaining("no features of drsn");
    SequencedMap<String, String> texts = new LinkedHashMap<>(npz.texts());
    texts.put("samples.csv", "name,label,subject\na,happy,\nb,angry,\n");
    new Npz(npz.arrays(), texts).write(other);
    assertThatThrownBy(() -> Features.read(other)).hasMessageContaining("samples.csv, line 3");
    texts.put("samples.csv", "name,label,subject\na,happy,\nb,tired,\n");
    new Npz(npz.arrays(), texts).write(other);
    assertThatThrownBy(() -> Features.read(other)).hasMessageContaining("is damaged");
  }
}
