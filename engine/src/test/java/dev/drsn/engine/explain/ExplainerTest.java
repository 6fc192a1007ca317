package dev.drsn.engine.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.plan.GradientPlan;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.Softmax;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients against differences of what the rest of the network computes, gates by formula. */
class ExplainerTest {

  private static final int SIZE = 32;
  private static final int CLASSES = 5;

  private static NetworkSpec spec(Architecture architecture) {
    return NetworkSpec.of(
        architecture, architecture == Architecture.VGG16 ? 2 : 4, CLASSES, 1, SIZE);
  }

  /** Initial weights with thresholds that are felt. */
  private static Weights weights(Network network) {
    Weights initial = Initialisation.of(network, 5);
    Map<String, Tensor> changed = new LinkedHashMap<>();
    initial
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.endsWith("gate.fc2.bias")) {
                changed.put(name, Tensor.zeros(tensor.shape()));
              }
            });
    return initial.with(changed);
  }

  private static float[] gaussian(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** What is left of a network behind a value, which becomes its input. */
  private static Network behind(Network network, int value) {
    List<Node> nodes = network.nodes();
    int producer =
        IntStream.range(0, nodes.size())
            .filter(i -> nodes.get(i).output() == value)
            .findFirst()
            .orElseThrow();
    return new Network(
        List.of(new Network.Input("a", value, network.shapes(1)[value])),
        nodes.subList(producer + 1, nodes.size()),
        network.output(),
        network.embedding());
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void gradientsAreDifferencesOfTheLogit(Architecture architecture) {
    Network network = spec(architecture).build();
    Weights weights = weights(network);
    float[] x = gaussian(SIZE * SIZE, 2);
    List<Integer> stages = Explainer.stages(network);
    assertThat(stages).hasSize(architecture == Architecture.VGG16 ? 5 : 4);
    // The last stage, and one whose gradient comes through whole blocks and their gates.
    for (int stage : List.of(stages.getLast(), stages.get(stages.size() - 2))) {
      Network behind = behind(network, stage);
      try (Backend cpu = new CpuBackend(2);
          Backend exact = new ReferenceBackend(DType.F64);
          GradientPlan plan = GradientPlan.compile(network, weights, cpu, stage);
          InferencePlan rest = InferencePlan.compile(behind, part(weights, behind), exact, 1)) {
        plan.run(x);
        Tensor a = plan.value(stage);
        int right = 0;
        for (int label : new int[] {3, 0}) {
          Tensor da = plan.gradient(label);
          assertThat(da.shape()).isEqualTo(a.shape());
          double size = Math.sqrt(product(da.data(), da.data()));
          assertThat(size).isPositive();
          for (int i = 0; i < 5; i++) {
            float[] direction = direction(a, 10 + i);
            double error = product(da.data(), direction) - difference(rest, a, direction, label);
            right += Math.abs(error) < 0.02 * size ? 1 : 0;
          }
        }
        // A ReLU that switches within the step spoils a direction; a wrong gradient all of them.
        assertThat(right).as("%s, value %d", architecture, stage).isGreaterThanOrEqualTo(8);
      }
    }
  }

  /** Away from where ReLU has cut: several equal zeros under a maximum have no derivative. */
  private static float[] direction(Tensor a, long seed) {
    float[] direction = gaussian(a.data().length, seed);
    for (int i = 0; i < direction.length; i++) {
      direction[i] = a.data()[i] == 0 ? 0 : direction[i];
    }
    return direction;
  }

  private static Weights part(Weights weights, Network network) {
    LinkedHashMap<String, Tensor> part = new LinkedHashMap<>();
    network.parameters().keySet().forEach(name -> part.put(name, weights.get(name)));
    return new Weights(part);
  }

  private static double difference(InferencePlan rest, Tensor a, float[] direction, int label) {
    double step = 1e-4;
    float[] logits = new float[CLASSES];
    double[] sides = new double[2];
    for (int side = 0; side < 2; side++) {
      float[] moved = a.data().clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) ((2 * side - 1) * step * direction[i]);
      }
      rest.run(moved, 1, logits);
      sides[side] = logits[label];
    }
    return (sides[1] - sides[0]) / (2 * step);
  }

  @Test
  void behindGlobalPoolingTheGradientIsTheClasssRowOverTheArea() {
    Network network = spec(Architecture.DRSN18_CW).build();
    Weights weights = weights(network);
    int last = Explainer.stages(network).getLast();
    try (Backend backend = new CpuBackend(1);
        GradientPlan plan = GradientPlan.compile(network, weights, backend, last)) {
      plan.run(gaussian(SIZE * SIZE, 2));
      Tensor da = plan.gradient(1);
      float[] row = weights.get("fc.weight").data();
      for (int i = 0; i < da.data().length; i++) {
        int c = i / da.shape().area();
        float expected = row[da.shape().c() + c] / da.shape().area();
        assertThat(da.data()[i]).isCloseTo(expected, within(1e-6f));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"DRSN18_CW, false", "DRSN18_CS, false", "DRSN18_CW, true"})
  void thresholdsAreThoseOfTheGatesFormula(Architecture architecture, boolean preactivation) {
    NetworkSpec spec = spec(architecture).withPreactivation(preactivation);
    Network network = spec.build();
    Weights weights = weights(network);
    Model model = model(spec, weights);
    Image image = picture();
    float[] x = new float[SIZE * SIZE];
    model.preprocess().apply(image, null, x, 0);
    try (Backend backend = new CpuBackend(2);
        Explainer explainer = new Explainer(model, backend, OptionalInt.empty());
        GradientPlan plan = GradientPlan.compile(network, weights, backend, network.output())) {
      List<GateReading> gates = explainer.explain(image, null, OptionalInt.empty()).gates();
      assertThat(gates).hasSize(8);
      plan.run(x);
      for (GateReading gate : gates) {
        Node node =
            network.nodes().stream()
                .filter(n -> n.name().equals(gate.block() + ".gate"))
                .findFirst()
                .orElseThrow();
        Tensor in = plan.value(node.inputs().getFirst());
        double[] tau = thresholds(weights, gate, architecture == Architecture.DRSN18_CW);
        int zeros = 0;
        for (int i = 0; i < in.data().length; i++) {
          zeros += Math.abs(in.data()[i]) <= tau[i / in.shape().area()] ? 1 : 0;
        }
        for (int c = 0; c < tau.length; c++) {
          assertThat((double) gate.tau().get(c)).isCloseTo(tau[c], within(1e-4 * (1 + tau[c])));
        }
        assertThat(gate.zeros()).isCloseTo(zeros, within(2));
        assertThat(gate.zeroShare()).isBetween(0.05, 0.95);
        assertThat(gate.activations()).isEqualTo(in.shape().sampleElements());
      }
    }
  }

  /** {@code alpha A} with {@code alpha = sigmoid(W2 relu(norm(W1 A + b1)) + b2)}, in double. */
  private static double[] thresholds(Weights weights, GateReading gate, boolean channelWise) {
    String name = gate.block() + ".gate.";
    int channels = gate.magnitude().size();
    float[] w1 = weights.get(name + "fc1.weight").data();
    float[] b1 = weights.get(name + "fc1.bias").data();
    float[] w2 = weights.get(name + "fc2.weight").data();
    double[] hidden = new double[b1.length];
    for (int k = 0; k < hidden.length; k++) {
      double sum = b1[k];
      for (int c = 0; c < channels; c++) {
        sum += w1[k * channels + c] * gate.magnitude().get(c);
      }
      hidden[k] = Math.max(sum / Math.sqrt(1 + Norm.EPSILON), 0);
    }
    double mean = gate.magnitude().stream().mapToDouble(Float::doubleValue).average().orElseThrow();
    double[] tau = new double[channels];
    for (int c = 0; c < channels; c++) {
      double z = 0;
      for (int k = 0; k < hidden.length; k++) {
        z += w2[(channelWise ? c * hidden.length : 0) + k] * hidden[k];
      }
      tau[c] = (channelWise ? gate.magnitude().get(c) : mean) / (1 + Math.exp(-z));
    }
    return tau;
  }

  private static Model model(NetworkSpec spec, Weights weights) {
    List<String> labels = IntStream.range(0, CLASSES).mapToObj(k -> "c" + k).toList();
    return new Model(spec, labels, Preprocess.perImage(1, SIZE), weights, new LinkedHashMap<>());
  }

  private static Image picture() {
    byte[] pixels = new byte[40 * 40];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i * 31 >> 3);
    }
    return new Image(40, 40, 1, pixels);
  }

  @ParameterizedTest
  @EnumSource(Architecture.class)
  void probabilitiesAreThoseOfAnInferencePlan(Architecture architecture) {
    NetworkSpec spec = spec(architecture);
    Model model = model(spec, weights(spec.build()));
    float[] x = new float[SIZE * SIZE];
    model.preprocess().apply(picture(), null, x, 0);
    float[] p = new float[CLASSES];
    try (Backend backend = new CpuBackend(2);
        Explainer explainer = new Explainer(model, backend, OptionalInt.empty());
        InferencePlan plan = InferencePlan.compile(model.network(), model.weights(), backend, 1)) {
      plan.run(x, 1, p);
      Softmax.rows(p, 1, CLASSES);
      Explanation why = explainer.explain(picture(), null, OptionalInt.empty());
      for (int k = 0; k < CLASSES; k++) {
        assertThat(why.probabilities().get(k)).isCloseTo(p[k], within(1e-4f));
      }
      assertThat(why.label()).isEqualTo(Softmax.argmax(p, 0, CLASSES)).isEqualTo(why.explained());
      assertThat(why.gates()).hasSize(architecture.label().startsWith("drsn") ? 8 : 0);
      Explanation other = explainer.explain(picture(), null, OptionalInt.of(2));
      assertThat(other.explained()).isEqualTo(2);
      assertThat(other.label()).isEqualTo(why.label());
    }
  }

  @Test
  void earlierStagesHaveFinerMapsAndThereIsNoFifth() {
    NetworkSpec spec = spec(Architecture.RESNET18);
    Model model = model(spec, weights(spec.build()));
    try (Backend backend = new CpuBackend(1)) {
      for (int stage = 1; stage <= 4; stage++) {
        try (Explainer explainer = new Explainer(model, backend, OptionalInt.of(stage))) {
          GradCam map = explainer.explain(picture(), null, OptionalInt.empty()).map();
          assertThat(map.height()).isEqualTo(64 >> stage).isEqualTo(map.width());
        }
      }
      assertThatThrownBy(() -> new Explainer(model, backend, OptionalInt.of(5)))
          .isInstanceOf(DrsnException.class)
          .hasMessage("there is no stage 5; the network has stages 1 to 4");
    }
  }
}
