package dev.drsn.engine.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.network.Stem;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.plan.BatchNormFolding;
import dev.drsn.engine.plan.EpilogueFusion;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole small networks against libtorch: the same weights and images give the same logits, loss,
 * gradients and ten steps of Adam. libtorch computes in double, the backends in float, so what is
 * left between them is float's rounding.
 */
class GoldenTest {

  private static final int N = 6;
  private static final int CLASSES = 5;
  private static final int STEPS = 10;

  // Adam turns the rounding of gradients near 0 into whole steps of the rate. At 1e-3 float and
  // double part by more than a thousandth within ten steps; at 1e-4 the losses still fall and
  // agree.
  private static final double RATE = 1e-4;

  // Its fields are what a case computes once; nobody changes them.
  @SuppressWarnings("ImmutableEnumChecker")
  enum Case {
    RESNET18(spec(Architecture.RESNET18, 3, 32).withStem(Stem.FACE)),
    RESNET18_IMAGE_STEM(spec(Architecture.RESNET18, 3, 64).withStem(Stem.IMAGE)),
    SENET18(spec(Architecture.SENET18, 1, 48).withGate(4, true)),
    DRSN18_CW(spec(Architecture.DRSN18_CW, 1, 32)),
    DRSN18_CW_WITHOUT_NORM(
        spec(Architecture.DRSN18_CW, 3, 32).withStem(Stem.FACE).withGate(2, false)),
    DRSN18_CS(spec(Architecture.DRSN18_CS, 1, 48)),
    DRSN18_CW_PREACTIVATION(spec(Architecture.DRSN18_CW, 3, 40).withPreactivation(true)),
    VGG16(NetworkSpec.of(Architecture.VGG16, 2, CLASSES, 1, 32)),
    CENTRES(spec(Architecture.DRSN18_CW, 1, 40).withStem(Stem.FACE), 0.1, false),
    SEPARATING_CENTRES(spec(Architecture.DRSN18_CS, 1, 32).withStem(Stem.FACE), 0.1, true);

    final NetworkSpec spec;
    final Network network;
    final TrainingOptions options;
    final TorchNetwork.Loss loss;

    Case(NetworkSpec spec) {
      this(spec, 0, false);
    }

    Case(NetworkSpec spec, double centreWeight, boolean separating) {
      this.spec = spec;
      network = spec.build();
      loss = new TorchNetwork.Loss(centreWeight, separating);
      options =
          new TrainingOptions(
              Optimizer.Adam.standard(false),
              0,
              name -> false,
              name -> 1,
              centreWeight,
              separating,
              0);
    }

    private static NetworkSpec spec(Architecture architecture, int channels, int size) {
      return NetworkSpec.of(architecture, 8, CLASSES, channels, size);
    }

    TorchNetwork torch(Weights weights) {
      return new TorchNetwork(network, weights, N, loss, RATE);
    }

    TrainingPlan plan(Weights weights, Backend backend) {
      return TrainingPlan.compile(network, weights, options, backend, N);
    }

    /** Noise, each image of another contrast: gates see samples that differ. */
    float[] images() {
      SplittableRandom random = new SplittableRandom(17);
      float[] images = new float[N * spec.input().elements()];
      for (int i = 0; i < images.length; i++) {
        int n = i / spec.input().elements();
        images[i] = (float) ((0.5 + 0.3 * n) * random.nextGaussian());
      }
      return images;
    }

    /** Weights as after some training: nothing is 0 or 1 that could hide an error. */
    Weights weights() {
      Network trained = TrainingPlan.network(network, options);
      Map<String, Parameter> parameters = trained.parameters();
      SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
      SplittableRandom random = new SplittableRandom(23);
      for (Map.Entry<String, Tensor> entry : Initialisation.of(trained, 5).tensors().entrySet()) {
        Tensor tensor = entry.getValue().copy();
        float[] w = tensor.data();
        for (int i = 0; i < w.length; i++) {
          double g = random.nextGaussian();
          w[i] =
              switch (parameters.get(entry.getKey()).role()) {
                case CONVOLUTION_WEIGHT, LINEAR_WEIGHT, CENTRE -> w[i];
                case BIAS, SHIFT, RUNNING_MEAN -> (float) (0.1 * g);
                case SCALE, RUNNING_VARIANCE -> (float) Math.exp(0.2 * g);
                case THRESHOLD_BIAS -> (float) (-1 + 0.3 * g);
              };
        }
        tensors.put(entry.getKey(), tensor);
      }
      return new Weights(tensors);
    }
  }

  /** Hard, soft and weighted targets. */
  private static float[] targets() {
    float[] targets = new float[N * CLASSES];
    for (int n = 0; n < N; n++) {
      int k = (2 * n + 1) % CLASSES;
      targets[n * CLASSES + k] = n % 3 == 1 ? 0.75f : 1;
      targets[n * CLASSES + (k + 1) % CLASSES] = n % 3 == 0 ? 0 : 0.25f;
    }
    return targets;
  }

  private static List<Backend> backends() {
    return List.of(new ReferenceBackend(DType.F32), new CpuBackend(2));
  }

  /** {@code |ours - torch|}. */
  private static double difference(float[] ours, double[] torch) {
    assertThat(ours).hasSameSizeAs(torch);
    double square = 0;
    for (int i = 0; i < torch.length; i++) {
      square += (ours[i] - torch[i]) * (ours[i] - torch[i]);
    }
    return Math.sqrt(square);
  }

  private static double norm(double[] x) {
    return difference(new float[x.length], x);
  }

  private static double relative(float[] ours, double[] torch) {
    return difference(ours, torch) / norm(torch);
  }

  private static float[] parameter(TrainingPlan plan, String name) {
    return plan.state().weights(List.of(name)).get(name).data();
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void logitsByRunningStatistics(Case each) {
    Weights weights = each.weights();
    double[] torch;
    try (PointerScope _ = new PointerScope()) {
      torch = each.torch(weights).evaluate(each.images());
    }
    for (Backend backend : backends()) {
      try (backend;
          InferencePlan plan = InferencePlan.compile(each.network, weights, backend, N)) {
        float[] logits = new float[N * CLASSES];
        plan.run(each.images(), N, logits);
        assertThat(relative(logits, torch)).as(backend.name()).isLessThan(1e-5);
      }
    }
  }

  /** VGG16's fc7 and the residual networks' pooled features: the deep features. */
  @ParameterizedTest
  @EnumSource(Case.class)
  void embeddings(Case each) {
    Weights weights = each.weights();
    double[] torch;
    try (PointerScope _ = new PointerScope()) {
      torch = each.torch(weights).embedding(each.images());
    }
    for (Backend backend : backends()) {
      try (backend;
          InferencePlan plan = InferencePlan.compile(each.network, weights, backend, N)) {
        plan.run(each.images(), N, new float[N * CLASSES]);
        float[] embedding = new float[N * plan.embeddingSize()];
        plan.embedding(embedding, N);
        assertThat(relative(embedding, torch)).as(backend.name()).isLessThan(1e-5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void foldedAndFusedNetworksAreTheSameFunction(Case each) {
    Weights weights = each.weights();
    try (PointerScope _ = new PointerScope()) {
      double[] plain = each.torch(weights).evaluate(each.images());
      BatchNormFolding folding = BatchNormFolding.fold(each.network, weights);
      Network fused = EpilogueFusion.fuse(folding.network());
      TorchNetwork torch = new TorchNetwork(fused, folding.weights(), N, each.loss, RATE);
      double[] folded = torch.evaluate(each.images());
      for (int i = 0; i < plain.length; i++) {
        // Not closer: the folded weights are rounded to float.
        assertThat(folded[i]).isCloseTo(plain[i], offset(2e-6 * norm(plain)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void lossAndEveryGradient(Case each) {
    Weights weights = each.weights();
    try (PointerScope _ = new PointerScope()) {
      TorchNetwork torch = each.torch(weights);
      double loss = torch.gradients(each.images(), targets());
      Map<String, double[]> gradients = torch.gradients();
      double whole =
          Math.sqrt(gradients.values().stream().mapToDouble(g -> norm(g) * norm(g)).sum());
      for (Backend backend : backends()) {
        try (backend;
            TrainingPlan plan = each.plan(weights, backend)) {
          double ours = plan.gradients(each.images(), targets(), N);
          float[] logits = new float[N * CLASSES];
          plan.logits(logits, N);
          assertThat(relative(logits, torch.logits())).as(backend.name()).isLessThan(1e-5);
          assertThat(ours).as(backend.name()).isCloseTo(loss, offset(1e-5 * loss));
          gradients.forEach(
              (name, dw) -> {
                // A bias in front of a normalisation has gradient 0, where ours is rounding.
                double scale = norm(dw) + 1e-4 * whole;
                assertThat(difference(plan.state().gradient(name).data(), dw) / scale)
                    .as("%s %s", backend.name(), name)
                    .isLessThan(1e-4);
              });
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void tenStepsOfAdam(Case each) {
    Weights weights = each.weights();
    float[] images = each.images();
    float[] targets = targets();
    for (Backend backend : backends()) {
      try (PointerScope _ = new PointerScope();
          backend;
          TrainingPlan plan = each.plan(weights, backend)) {
        TorchNetwork torch = each.torch(weights);
        for (int step = 1; step <= STEPS; step++) {
          double loss = torch.step(images, targets);
          double ours = plan.step(images, targets, N, RATE);
          assertThat(ours)
              .as("%s, loss before step %d", backend.name(), step)
              .isCloseTo(loss, offset(1e-3 * loss));
          if (step == 1) {
            statistics(each, backend, plan, torch, "", 1e-5);
          }
        }
        // The bias in front of a gate's normalisation has gradient 0, where ours is rounding: Adam
        // makes steps of it, which move this mean and nothing else.
        statistics(each, backend, plan, torch, "gate.bn.running_mean", 5e-3);
      }
    }
  }

  private static void statistics(
      Case each,
      Backend backend,
      TrainingPlan plan,
      TorchNetwork torch,
      String except,
      double tolerance) {
    each.network
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (!parameter.role().trainable() && (except.isEmpty() || !name.endsWith(except))) {
                assertThat(relative(parameter(plan, name), torch.parameter(name)))
                    .as("%s %s", backend.name(), name)
                    .isLessThan(tolerance);
              }
            });
  }
}
