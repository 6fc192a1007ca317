package dev.drsn.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WeightsFitTest {

  private static final Network PLAIN = NetworkSpec.of(Architecture.RESNET18, 1, 6, 1, 32).build();
  private static final Network GATED = NetworkSpec.of(Architecture.DRSN18_CW, 1, 8, 1, 32).build();

  @Test
  void takesTheNetworksOrder() {
    Weights weights = Initialisation.of(PLAIN, 1);
    SequencedMap<String, Tensor> backwards = new LinkedHashMap<>(weights.tensors().reversed());
    WeightsFit fit =
        WeightsFit.fit(
            PLAIN, new Weights(backwards), Initialisation.of(PLAIN, 2), WeightsFit.NONE, "f");
    assertThat(fit.weights().tensors()).isEqualTo(weights.tensors());
    assertThat(fit.weights().tensors().keySet())
        .containsExactlyElementsOf(PLAIN.parameters().keySet());
    assertThat(fit.missing()).isEmpty();
  }

  @Test
  void namesWhatDoesNotFitInOneLine() {
    Weights weights = Initialisation.of(PLAIN, 1);
    SequencedMap<String, Tensor> found = new LinkedHashMap<>(weights.tensors());
    found.remove("bn1.bias");
    found.remove("layer4.1.conv2.weight");
    found.put("fc.weight", Tensor.zeros(Shape.of(1000, 8)));
    found.put("fc.\nscale", Tensor.zeros(Shape.of(3)));
    found.put("bn1.num_batches_tracked", Tensor.zeros(Shape.of(1)));
    assertThatThrownBy(
            () -> WeightsFit.fit(PLAIN, new Weights(found), weights, WeightsFit.NONE, "r.pth"))
        .isInstanceOf(DrsnException.class)
        .hasMessage(
            "r.pth does not fit the network in 4 entries: missing bn1.bias 1; missing"
                + " layer4.1.conv2.weight 8x8x3x3; mis-shaped fc.weight is 1000x8, the network"
                + " wants 6x8; unexpected fc.?scale 3; name the right network and width, or allow"
                + " entries with --allow-missing REGEX");
    SequencedMap<String, Tensor> none = new LinkedHashMap<>();
    assertThatThrownBy(
            () -> WeightsFit.fit(PLAIN, new Weights(none), weights, WeightsFit.NONE, "r.pth"))
        .hasMessageContaining("; and " + (PLAIN.parameters().size() - 8) + " more; name the right")
        .hasMessageNotContaining("\n");
  }

  /** As in transfer: a trunk from elsewhere, new gates and a new last layer. */
  @Test
  void allowedEntriesKeepTheirInitialValues() {
    Weights trunk = Initialisation.of(PLAIN, 1);
    Weights initial = Initialisation.of(GATED, 2);
    Weights found = trunk.with(Map.of("fc.extra", Tensor.zeros(Shape.of(2))));
    WeightsFit fit =
        WeightsFit.fit(GATED, found, initial, Pattern.compile("gate|fc"), "resnet18.pth");
    assertThat(fit.missing())
        .allMatch(name -> name.contains("gate") || name.startsWith("fc."))
        .contains("layer1.0.gate.fc1.weight", "layer4.1.gate.fc2.bias", "fc.weight", "fc.bias");
    assertThat(fit.weights().get("conv1.weight")).isEqualTo(trunk.get("conv1.weight"));
    assertThat(fit.weights().get("fc.weight")).isEqualTo(initial.get("fc.weight"));
    assertThat(fit.weights().tensors()).doesNotContainKey("fc.extra");
  }
}
