package dev.drsn.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Stem;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.TorchFiles.Pickle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForeignWeightsTest {

  private static final OptionalInt NOT_GIVEN = OptionalInt.empty();

  @TempDir Path folder;

  static Stream<NetworkSpec> specs() {
    NetworkSpec cw = NetworkSpec.of(Architecture.DRSN18_CW, 8, 5, 3, 224);
    return Stream.of(
        NetworkSpec.of(Architecture.RESNET18, 8, 6, 3, 224),
        NetworkSpec.of(Architecture.RESNET18, 12, 7, 1, 64),
        NetworkSpec.of(Architecture.RESNET18, 8, 7, 1, 32),
        NetworkSpec.of(Architecture.RESNET18, 8, 7, 1, 64).withStem(Stem.IMAGE),
        NetworkSpec.of(Architecture.RESNET18, 8, 7, 1, 224).withStem(Stem.FACE),
        NetworkSpec.of(Architecture.SENET18, 32, 6, 1, 64),
        NetworkSpec.of(Architecture.DRSN18_CS, 8, 6, 1, 64),
        cw,
        cw.withGate(4, false),
        cw.withPreactivation(true),
        NetworkSpec.of(Architecture.VGG16, 1, 6, 3, 32));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void theShapesTellTheNetwork(NetworkSpec spec) {
    Weights weights = Initialisation.of(spec.build(), 1);
    SequencedMap<String, Tensor> wrapped = new LinkedHashMap<>();
    weights.tensors().forEach((name, tensor) -> wrapped.put("module." + name, tensor));
    wrapped.put("module.bn1.num_batches_tracked", Tensor.zeros(Shape.of(1)));
    Path file = folder.resolve("w.safetensors");
    Safetensors.write(file, wrapped, Map.of(), DType.F32);
    ForeignWeights foreign = ForeignWeights.read(file);
    assertThat(foreign.weights()).isEqualTo(weights);
    NetworkSpec read =
        foreign.spec(spec.architecture(), spec.size(), NOT_GIVEN, NOT_GIVEN, NOT_GIVEN);
    NetworkSpec expected =
        spec.architecture().gate() == dev.drsn.engine.network.Gate.SQUEEZE_EXCITE
            ? spec.withGate(spec.reduction(), read.gateNorm())
            : spec;
    assertThat(read).isEqualTo(expected);
    assertThat(
            WeightsFit.fit(read.build(), foreign.weights(), weights, WeightsFit.NONE, "w")
                .missing())
        .isEmpty();
  }

  @Test
  void whatTheUserGivesCounts() {
    Weights weights =
        Initialisation.of(NetworkSpec.of(Architecture.RESNET18, 8, 6, 3, 64).build(), 1);
    ForeignWeights foreign = new ForeignWeights(folder, weights);
    NetworkSpec read =
        foreign.spec(
            Architecture.DRSN18_CW, 64, OptionalInt.of(16), OptionalInt.of(2), OptionalInt.of(1));
    assertThat(read).isEqualTo(NetworkSpec.of(Architecture.DRSN18_CW, 16, 2, 1, 64));
    assertThatThrownBy(() -> foreign.spec(Architecture.VGG16, 64, NOT_GIVEN, NOT_GIVEN, NOT_GIVEN))
        .isInstanceOf(DrsnException.class)
        .hasMessage(
            folder
                + " has no features.0.weight (it begins with conv1.weight); name the right"
                + " network, or give --width");
  }

  @Test
  void tellsFormsApart() throws IOException {
    byte[] pickle =
        new Pickle()
            .ops("}(")
            .text("module._orig_mod.fc.bias")
            .tensor("FloatStorage", "0", 2, 0, new long[] {2}, 1)
            .op('u')
            .end();
    Map<String, byte[]> storages = Map.of("0", TorchFiles.floats(3, 4));
    List<byte[]> forms =
        List.of(TorchFiles.zip(pickle, storages), TorchFiles.sequence(pickle, storages, 4));
    for (byte[] form : forms) {
      Path file = Files.write(folder.resolve("any.name"), form);
      SequencedMap<String, Tensor> tensors = ForeignWeights.read(file).weights().tensors();
      assertThat(tensors).containsOnlyKeys("fc.bias");
      assertThat(tensors.get("fc.bias").data()).containsExactly(3, 4);
    }
    // A header of 0x0280 bytes: a safetensors file may begin as a pickle does.
    SequencedMap<String, Tensor> one = new LinkedHashMap<>();
    one.put("fc.bias", Tensor.filled(Shape.of(1), 2));
    Path file = folder.resolve("any.name");
    for (int length = 0; Files.readAllBytes(file)[0] != (byte) 0x80 || length == 0; length += 8) {
      Safetensors.write(file, one, Map.of("pad", " ".repeat(500 + length)), DType.F32);
    }
    assertThat(Files.readAllBytes(file)[1]).isEqualTo((byte) 2);
    assertThat(ForeignWeights.read(file).weights().tensors()).isEqualTo(one);
  }

  @Test
  void refusesADoubleName() {
    SequencedMap<String, Tensor> both = new LinkedHashMap<>();
    both.put("fc.bias", Tensor.filled(Shape.of(1), 2));
    both.put("module.fc.bias", Tensor.filled(Shape.of(1), 2));
    Path file = folder.resolve("w.safetensors");
    Safetensors.write(file, both, Map.of(), DType.F32);
    assertThatThrownBy(() -> ForeignWeights.read(file))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("fc.bias twice");
  }
}
