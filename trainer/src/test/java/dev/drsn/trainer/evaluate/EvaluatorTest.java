package dev.drsn.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.ImageSource;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EvaluatorTest {

  private static final int SIZE = 8;
  private static final NetworkSpec SPEC =
      NetworkSpec.of(NetworkSpec.Architecture.SENET18, 2, 3, 1, SIZE);

  private static Model model(String... labels) {
    return new Model(
        SPEC,
        List.of(labels),
        Preprocess.perImage(1, SIZE),
        Initialisation.of(SPEC.build(), 5),
        new LinkedHashMap<>());
  }

  private static DataSet data(boolean mirrored, String... labels) {
    SplittableRandom random = new SplittableRandom(3);
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      Image image = Image.black(SIZE, SIZE, 1);
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          int at = y * SIZE + (mirrored ? SIZE - 1 - x : x);
          image.pixels()[at] = (byte) random.nextInt(256);
        }
      }
      samples.add(
          Sample.of("" + i, new ImageSource.InMemory(image), i % 3, labels.length, "", Part.NONE));
    }
    return new DataSet("noise", List.of(labels), samples);
  }

  private static Evaluation evaluate(Model model, DataSet data, int batch, boolean flip) {
    try (Backend backend = new ReferenceBackend(DType.F32)) {
      Crops crops = Evaluator.read(model, data, true, 1, done -> {});
      return Evaluator.evaluate(model, crops, backend, batch, flip, 2);
    }
  }

  @Test
  void batchSizeMakesNoDifference() {
    Evaluation one = evaluate(model("a", "b", "c"), data(false, "a", "b", "c"), 1, false);
    Evaluation four = evaluate(model("a", "b", "c"), data(false, "a", "b", "c"), 4, false);
    assertThat(four.confusion()).isEqualTo(one.confusion());
    assertThat(four.loss()).isEqualTo(one.loss());
    assertThat(one.confusion().total()).isEqualTo(11);
  }

  @Test
  void labelsAreMatchedByName() {
    Evaluation same = evaluate(model("a", "b", "c"), data(false, "a", "b", "c"), 4, false);
    // The same classes in another order: c is now called a, and so on, in both.
    Evaluation other = evaluate(model("c", "b", "a"), data(false, "a", "b", "c"), 4, false);
    assertThat(same.confusion().labels()).containsExactly("a", "b", "c");
    assertThat(other.confusion().labels()).containsExactly("c", "b", "a");
    assertThat(other.confusion().counts()[2]).containsExactly(same.confusion().counts()[0]);
    assertThat(other.confusion().counts()[0]).containsExactly(same.confusion().counts()[2]);
  }

  @Test
  void classesThatTheModelLacksAreNamed() {
    assertThatThrownBy(
            () -> evaluate(model("a", "b", "c"), data(false, "a", "b", "zebra"), 4, false))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("zebra")
        .hasMessageContaining("noise");
  }

  @Test
  void flippedAverageIsTheSameForPicturesAndTheirMirrorImages() {
    Model model = model("a", "b", "c");
    Evaluation plain = evaluate(model, data(false, "a", "b", "c"), 4, true);
    Evaluation mirrored = evaluate(model, data(true, "a", "b", "c"), 4, true);
    assertThat(mirrored.loss()).isCloseTo(plain.loss(), within(1e-6));
    Evaluation without = evaluate(model, data(false, "a", "b", "c"), 4, false);
    assertThat(Math.abs(without.loss() - plain.loss())).isGreaterThan(1e-6);
  }
}
