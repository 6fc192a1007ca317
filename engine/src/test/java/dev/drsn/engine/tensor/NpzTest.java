package dev.drsn.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Zips of arrays: what is written is read again, and what is no zip is refused. */
class NpzTest {

  @TempDir Path folder;

  private Path written() {
    SequencedMap<String, Tensor> arrays = new LinkedHashMap<>();
    arrays.put("a", new Tensor(Shape.of(2, 3), new float[] {1, 2, 3, -4, 5e-9f, 6e9f}));
    arrays.put("b", new Tensor(Shape.of(1), new float[] {7}));
    SequencedMap<String, String> texts = new LinkedHashMap<>();
    texts.put("samples.csv", "name,é\n");
    Path file = folder.resolve("x.npz");
    new Npz(arrays, texts).write(file);
    return file;
  }

  @Test
  void whatIsWrittenIsRead() {
    Npz read = Npz.read(written());
    assertThat(read.arrays().keySet()).containsExactly("a", "b");
    assertThat(read.arrays().get("a").data()).containsExactly(1, 2, 3, -4, 5e-9f, 6e9f);
    assertThat(read.texts()).containsEntry("samples.csv", "name,é\n");
  }

  @Test
  void damagedOrOtherFilesAreRefusedInOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    for (int length : new int[] {0, 1, 30, 90, 200}) {
      Path cut = Files.write(folder.resolve("cut.npz"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Npz.read(cut))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("cut.npz")
          .hasMessageNotContaining("\n");
    }
    assertThatThrownBy(() -> Npz.read(folder.resolve("none.npz")))
        .hasMessageContaining("there is no file");
  }
}
