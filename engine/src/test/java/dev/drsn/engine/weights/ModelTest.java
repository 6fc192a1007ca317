package dev.drsn.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Stem;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelTest {

  @TempDir Path folder;

  private static Model sample() {
    NetworkSpec spec =
        NetworkSpec.of(Architecture.DRSN18_CS, 1, 3, 1, 32)
            .withStem(Stem.FACE)
            .withGate(2, false)
            .withPreactivation(true);
    Weights weights = Initialisation.of(spec.build(), 5);
    SequencedMap<String, String> notes = new LinkedHashMap<>();
    notes.put("accuracy", "84.2 %\nof FER+ valid");
    return new Model(
        spec,
        List.of("müde", "a \"quoted\", label", ""),
        Preprocess.fixed(1, 32).withMargin(0.25),
        weights,
        notes);
  }

  @Test
  void comesBackWhole() throws IOException {
    Path file = folder.resolve("m.safetensors");
    sample().write(file, DType.F32);
    assertThat(Model.read(file)).isEqualTo(sample());
    byte[] bytes = Files.readAllBytes(file);
    Model.read(file).write(file, DType.F32);
    assertThat(file).hasBinaryContent(bytes);
  }

  @Test
  void halfPrecisionRoundsOnce() throws IOException {
    Path file = folder.resolve("m.safetensors");
    sample().write(file, DType.F16);
    Model half = Model.read(file);
    assertThat(half.labels()).isEqualTo(sample().labels());
    Tensor exact = sample().weights().get("conv1.weight");
    Tensor rounded = half.weights().get("conv1.weight");
    for (int i = 0; i < exact.data().length; i++) {
      assertThat(rounded.data()[i])
          .isEqualTo(Float.float16ToFloat(Float.floatToFloat16(exact.data()[i])));
    }
    byte[] bytes = Files.readAllBytes(file);
    half.write(file, DType.F16);
    assertThat(file).hasBinaryContent(bytes);
  }

  @Test
  void plainWeightsAreSentToImport() {
    Path file = folder.resolve("plain.safetensors");
    Safetensors.write(file, sample().weights().tensors(), Map.of("format", "pt"), DType.F32);
    assertRefused(
        file, "holds weights without a description; make a model of it with 'drsn import");
  }

  /** One entry of the metadata changed; {@code -} takes it out. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "drsn.format|2|a model of format 2",
        "network|-|lacks 'network'",
        "network|alexnet|there is no network alexnet",
        "width|x|'width' is no whole number: x",
        "width|0|width 0 is not within",
        "width|99999|width 99999 is not within",
        "width|2|does not fit the network",
        "classes|4|does not fit the network in 2 entries",
        "channels|3|does not fit the network in 1 entry",
        "size|64|prepared as 1 x 32",
        "size|-1|size -1 is not within",
        "stem|5x5|there is no stem 5x5",
        "preactivation|maybe|neither true nor false",
        "gate.norm|true|does not fit the network",
        "labels|-|lacks 'labels'",
        "labels|[\"a\",\"b\"]|3 outputs and there are 2 labels",
        "labels|[\"a\",\"b\",null]|labels are not a JSON list of texts",
        "labels|[\"a\",\"b\",{}]|labels are not a JSON list of texts",
        "labels|null|labels are not a JSON list of texts",
        "labels|[\"a\"|labels are not a JSON list of texts",
        "preprocess.size|-|preprocess.size",
        "preprocess.margin|NaN|margin",
        "preprocess.channels|3|mean",
      })
  void refusesADescription(String key, String value, String why) {
    Path file = folder.resolve("m.safetensors");
    sample().write(file, DType.F32);
    SequencedMap<String, String> metadata = new LinkedHashMap<>(Safetensors.readMetadata(file));
    if (value.equals("-")) {
      metadata.remove(key);
    } else {
      metadata.put(key, value);
    }
    Safetensors.write(file, sample().weights().tensors(), metadata, DType.F32);
    assertRefused(file, why);
  }

  @Test
  void refusesToBeMadeWithoutALabelAnOutput() {
    Model model = sample();
    assertThatThrownBy(
            () ->
                new Model(
                    model.spec(), List.of("a"), model.preprocess(), model.weights(), model.notes()))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("3 outputs and there are 1 labels");
  }

  @Test
  void noDamageGivesAnotherException() throws IOException {
    Path file = folder.resolve("m.safetensors");
    sample().write(file, DType.F32);
    byte[] good = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(4);
    int refused = 0;
    for (int i = 0; i < 800; i++) {
      byte[] bad = good.clone();
      // Half of them within the first 1 KB, where the description lies.
      int at = random.nextInt(i % 2 == 0 ? 1024 : good.length);
      bad[at] ^= (byte) (1 << random.nextInt(8));
      try {
        Model.read(Files.write(file, bad));
      } catch (DrsnException e) {
        refused++;
        assertThat(e.getMessage().lines().findFirst().orElseThrow()).contains(file.toString(), ";");
      }
    }
    assertThat(refused).isGreaterThan(300);
  }

  private static void assertRefused(Path file, String why) {
    assertThatThrownBy(() -> Model.read(file))
        .isInstanceOf(DrsnException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(why);
  }
}
