package dev.drsn.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Safetensors;
import dev.drsn.engine.weights.Weights;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** fc7 of files from here and from elsewhere. That the numbers are right is GoldenTest's. */
class DeepFeatureTest {

  private static final NetworkSpec SPEC = NetworkSpec.of(Architecture.VGG16, 1, 6, 3, 32);

  @TempDir Path folder;

  private static Image picture(int seed) {
    byte[] pixels = new byte[40 * 40];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 31 * seed >> 3);
    }
    return new Image(40, 40, 1, pixels);
  }

  private Path torchvision(Weights weights) {
    Path file = folder.resolve("vgg16.safetensors");
    Safetensors.write(file, weights.tensors(), Map.of(), DType.F32);
    return file;
  }

  @Test
  void aModelGivesItsEmbeddingPictureByPicture() {
    Weights weights = Initialisation.of(SPEC.build(), 1);
    List<String> labels = IntStream.range(0, 6).mapToObj(k -> "c" + k).toList();
    Preprocess preprocess = Preprocess.imageNet(32);
    Path file = folder.resolve("model.safetensors");
    new Model(SPEC, labels, preprocess, weights, new LinkedHashMap<>()).write(file, DType.F32);
    List<Image> pictures = List.of(picture(1), picture(2), picture(3));
    try (Backend backend = new CpuBackend(1);
        DeepFeature feature = DeepFeature.open(file, backend, 4);
        InferencePlan plan = InferencePlan.compile(SPEC.build(), weights, backend, 1)) {
      assertThat(feature.size()).isEqualTo(64);
      float[] all = feature.describe(pictures);
      for (int i = 0; i < 3; i++) {
        float[] x = new float[preprocess.elements()];
        preprocess.apply(pictures.get(i), null, x, 0);
        plan.run(x, 1, new float[6]);
        float[] one = new float[64];
        plan.embedding(one, 1);
        for (int j = 0; j < 64; j++) {
          assertThat(all[i * 64 + j])
              .isCloseTo(one[j], org.assertj.core.api.Assertions.offset(1e-5f));
        }
      }
    }
  }

  @Test
  void torchvisionsNamesAreEnough() {
    try (Backend backend = new CpuBackend(1);
        DeepFeature feature =
            DeepFeature.open(torchvision(Initialisation.of(SPEC.build(), 1)), backend, 1)) {
      assertThat(feature.describe(List.of(picture(1)))).hasSize(64);
    }
  }

  @Test
  void aMissingLayerIsSaidInOneLine() {
    Map<String, Tensor> some = new LinkedHashMap<>(Initialisation.of(SPEC.build(), 1).tensors());
    some.remove("features.10.weight");
    some.remove("features.10.bias");
    Path file = torchvision(new Weights(new LinkedHashMap<>(some)));
    try (Backend backend = new CpuBackend(1)) {
      assertThatThrownBy(() -> DeepFeature.open(file, backend, 1))
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("vgg16.safetensors has no features.10.weight and lacks 1 more")
          .hasMessageNotContaining("\n");
    }
  }
}
