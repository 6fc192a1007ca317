package dev.drsn.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkBuilder;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exported networks run in ONNX Runtime and give this engine's logits. */
class OnnxWriterTest {

  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder;

  static Stream<NetworkSpec> zoo() {
    NetworkSpec cw = NetworkSpec.of(Architecture.DRSN18_CW, 4, 6, 1, 48);
    return Stream.of(
        NetworkSpec.of(Architecture.RESNET18, 4, 7, 3, 112),
        NetworkSpec.of(Architecture.RESNET18, 4, 7, 1, 33),
        NetworkSpec.of(Architecture.RESNET18, 4, 7, 1, 32).withPreactivation(true),
        NetworkSpec.of(Architecture.SENET18, 16, 6, 1, 40),
        NetworkSpec.of(Architecture.DRSN18_CS, 4, 6, 1, 48),
        cw,
        cw.withGate(2, false),
        cw.withPreactivation(true),
        NetworkSpec.of(Architecture.VGG16, 1, 6, 3, 224),
        NetworkSpec.of(Architecture.VGG16, 1, 6, 3, 320),
        NetworkSpec.of(Architecture.VGG16, 1, 6, 1, 32));
  }

  @ParameterizedTest
  @MethodSource("zoo")
  void wholeNetworks(NetworkSpec spec) throws OrtException {
    assertSame(spec.build());
  }

  static Stream<Op> imageOps() {
    Window window = new Window(3, 2, 2, 1, 1, 0);
    return Stream.of(
        new Op.Convolution(5, window, true),
        new Op.Convolution(5, window, true, false, true),
        new Op.Linear(5, false, true),
        new Op.Linear(5, true, false),
        new Op.BatchNorm(Norm.RUNNING, false, true),
        new Op.Relu(),
        new Op.Sigmoid(),
        new Op.MaxPool(window),
        new Op.AveragePool(window),
        new Op.AdaptiveAveragePool(3, 2),
        new Op.AdaptiveAveragePool(2, 4),
        new Op.AdaptiveAveragePool(7, 9),
        new Op.GlobalAverage(),
        new Op.SqueezeExcite(2, false, true),
        new Op.Shrinkage(2, true, Norm.NONE, false, true),
        new Op.Shrinkage(2, false, Norm.RUNNING, false, false));
  }

  @ParameterizedTest
  @MethodSource("imageOps")
  void singleOps(Op op) throws OrtException {
    NetworkBuilder net = new NetworkBuilder();
    int y = net.add("op", op, net.input("input", Shape.of(1, 4, 6, 8)));
    assertSame(net.build(y, y));
  }

  static Stream<Op> residualOps() {
    return Stream.of(
        new Op.Convolution(4, Window.square(3, 1, 1), false, true, false),
        new Op.Convolution(4, Window.square(3, 1, 1), true, true, true),
        new Op.BatchNorm(Norm.RUNNING, true, true),
        new Op.Add(false),
        new Op.Add(true),
        new Op.SqueezeExcite(2, true, true),
        new Op.Shrinkage(2, true, Norm.RUNNING, true, true),
        new Op.Shrinkage(2, false, Norm.NONE, true, false));
  }

  @ParameterizedTest
  @MethodSource("residualOps")
  void opsWithTwoImages(Op op) throws OrtException {
    NetworkBuilder net = new NetworkBuilder();
    int x = net.input("input", Shape.of(1, 4, 6, 8));
    int other = net.add("other", new Op.Sigmoid(), x);
    int y = net.add("op", op, x, other);
    assertSame(net.build(y, y));
  }

  static Stream<Op> channelOps() {
    return Stream.of(new Op.ChannelScale(), new Op.SoftThreshold());
  }

  @ParameterizedTest
  @MethodSource("channelOps")
  void opsWithANumberAChannel(Op op) throws OrtException {
    NetworkBuilder net = new NetworkBuilder();
    int x = net.input("input", Shape.of(1, 4, 6, 8));
    int mean = net.add("mean", new Op.GlobalAverage(), x);
    int y = net.add("op", op, x, net.add("positive", new Op.Sigmoid(), mean));
    assertSame(net.build(y, y));
  }

  /** A gate between linear layers, where an image is one pixel. */
  @Test
  void opsOnVectors() throws OrtException {
    NetworkBuilder net = new NetworkBuilder();
    int x = net.add("fc", new Op.Linear(6, true, false), net.input("input", Shape.of(1, 4, 2, 2)));
    x = net.add("gate", new Op.Shrinkage(3, true, Norm.RUNNING, false, false), x);
    x = net.add("se", new Op.SqueezeExcite(3, false, false), x);
    x = net.add("bn", new Op.BatchNorm(Norm.RUNNING, false, false), x);
    x = net.add("mean", new Op.GlobalAverage(), x);
    assertSame(net.build(x, x));
  }

  @Test
  void carriesTheDescription() throws OrtException {
    NetworkSpec spec = NetworkSpec.of(Architecture.DRSN18_CW, 1, 2, 1, 32);
    Model model =
        new Model(
            spec,
            List.of("wach", "müde"),
            Preprocess.perImage(1, 32),
            Initialisation.of(spec.build(), 1),
            new LinkedHashMap<>(Map.of("accuracy", "84 %")));
    Path file = folder.resolve("m.onnx");
    OnnxWriter.write(file, model);
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      assertThat(session.getMetadata().getCustomMetadata()).isEqualTo(model.metadata());
      assertThat(session.getMetadata().getProducerName()).isEqualTo("drsn");
      assertThat(session.getInputNames()).containsExactly("input");
      assertThat(session.getOutputNames()).containsExactly("logits");
      assertThat(session.getInputInfo().get("input").toString()).contains("[-1, 1, 32, 32]");
      assertThat(session.getOutputInfo().get("logits").toString()).contains("[-1, 2]");
    }
  }

  @Test
  void refusesALoss() {
    NetworkBuilder net = new NetworkBuilder();
    int x = net.input("input", Shape.of(1, 3));
    int y = net.add("loss", new Op.SoftmaxCrossEntropy(), x, x);
    Network network = net.build(y, y);
    Weights none = new Weights(new LinkedHashMap<>());
    Path file = folder.resolve("m.onnx");
    assertThatThrownBy(() -> OnnxWriter.write(file, network, none, Map.of()))
        .hasMessageContaining("loss is a loss");
    assertThat(file).doesNotExist();
  }

  /** Compares both engines on one sample and on three: the batch is free. */
  private void assertSame(Network network) throws OrtException {
    Weights weights = weights(network);
    Path file = folder.resolve("net.onnx");
    OnnxWriter.write(file, network, weights, Map.of());
    Shape input = network.inputs().getFirst().shape();
    SplittableRandom random = new SplittableRandom(2);
    try (InferencePlan plan =
            InferencePlan.compile(network, weights, new ReferenceBackend(DType.F32), 3);
        OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      for (int n : new int[] {1, 3}) {
        float[] images = new float[n * input.elements()];
        for (int i = 0; i < images.length; i++) {
          images[i] = (float) random.nextGaussian();
        }
        float[] expected = new float[n * plan.outputs()];
        plan.run(images, n, expected);
        float[] actual = run(session, images, input.withN(n));
        assertThat(actual).hasSameSizeAs(expected);
        double difference =
            IntStream.range(0, actual.length)
                .mapToDouble(i -> Math.pow(actual[i] - expected[i], 2))
                .sum();
        double norm =
            IntStream.range(0, actual.length).mapToDouble(i -> Math.pow(expected[i], 2)).sum();
        assertThat(norm).isGreaterThan(1e-6);
        assertThat(Math.sqrt(difference / norm)).isLessThan(TOLERANCE);
      }
    }
  }

  private static float[] run(OrtSession session, float[] images, Shape shape) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] extents = IntStream.of(shape.extents()).asLongStream().toArray();
    try (OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), extents);
        OrtSession.Result result = session.run(Map.of("input", x))) {
      FloatBuffer logits = ((OnnxTensor) result.get("logits").orElseThrow()).getFloatBuffer();
      float[] all = new float[logits.remaining()];
      logits.get(all);
      return all;
    }
  }

  /** Initial weights with normalisations that do something and thresholds that cut. */
  private static Weights weights(Network network) {
    SplittableRandom random = new SplittableRandom(1);
    SequencedMap<String, Tensor> tensors =
        new LinkedHashMap<>(Initialisation.of(network, 1).tensors());
    for (Map.Entry<String, Parameter> entry : network.parameters().entrySet()) {
      float[] data = tensors.get(entry.getKey()).data();
      for (int i = 0; i < data.length; i++) {
        switch (entry.getValue().role()) {
          case SCALE, RUNNING_VARIANCE -> data[i] = (float) random.nextDouble(0.5, 1.5);
          case SHIFT, RUNNING_MEAN, BIAS, THRESHOLD_BIAS ->
              data[i] = (float) random.nextDouble(-0.5, 0.5);
          default -> {
            // Convolution and linear weights are random already.
          }
        }
      }
    }
    return new Weights(tensors);
  }
}
