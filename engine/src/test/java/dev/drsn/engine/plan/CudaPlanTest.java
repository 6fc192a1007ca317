package dev.drsn.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.Allocation;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cuda.CudaOptions;
import dev.drsn.engine.cuda.Precision;
import dev.drsn.engine.cuda.SimulatedDevice;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Weights;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole networks on the simulated GPU: results, what is called for them, what is left behind. */
@EnabledIf("dev.drsn.engine.cuda.SimulatedDevice#possible")
class CudaPlanTest {

  private static final int N = 3;
  private static final int CLASSES = 3;
  private static final int WIDTH = 8;

  private final SimulatedDevice device = SimulatedDevice.start();
  private final Backend reference = new ReferenceBackend(DType.F32);

  @AfterEach
  void nothingIsLeft() {
    assertThat(device.message()).isEmpty();
    assertThat(device.leaks()).isEmpty();
  }

  private static NetworkSpec spec(Architecture architecture) {
    // VGG16 halves five times.
    int size = architecture == Architecture.VGG16 ? 32 : 16;
    return NetworkSpec.of(architecture, WIDTH, CLASSES, 1, size);
  }

  private static float[] images(int size) {
    SplittableRandom random = new SplittableRandom(7);
    float[] images = new float[N * size * size];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }

  private static TrainingOptions options() {
    return new TrainingOptions(
        Optimizer.Adam.standard(true), 0.01, name -> false, name -> 1, 0.1, false, 0.9);
  }

  private static double distance(float[] actual, float[] expected) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < actual.length; i++) {
      difference += Math.pow(actual[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / size);
  }

  private static double tolerance(Precision precision) {
    return switch (precision) {
      case FP32, TF32 -> 1e-5;
      case FP16 -> 1e-2;
      case BF16 -> 8e-2;
    };
  }

  /** Each number of samples three times: step by step, recorded, repeated. */
  @ParameterizedTest
  @EnumSource(Architecture.class)
  void logits(Architecture architecture) {
    NetworkSpec spec = spec(architecture);
    Network network = spec.build();
    Weights weights = Initialisation.of(network, 3);
    float[] images = images(spec.size());
    float[] expected = new float[N * CLASSES];
    try (InferencePlan plan = InferencePlan.compile(network, weights, reference, N)) {
      plan.run(images, N, expected);
    }
    for (Precision precision : Precision.values()) {
      try (Backend backend = device.open(precision);
          InferencePlan plan = InferencePlan.compile(network, weights, backend, N)) {
        for (int run = 0; run < 3; run++) {
          for (int n = N; n >= 1; n--) {
            float[] actual = new float[N * CLASSES];
            plan.run(images, n, actual);
            System.arraycopy(expected, n * CLASSES, actual, n * CLASSES, (N - n) * CLASSES);
            assertThat(distance(actual, expected))
                .as("%s, run %d, %d samples", precision, run, n)
                .isLessThan(tolerance(precision));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Architecture.class,
      names = {"SENET18", "DRSN18_CW"})
  void training(Architecture architecture) {
    NetworkSpec spec = spec(architecture);
    Network network = spec.build();
    Weights weights = Initialisation.of(TrainingPlan.network(network, options()), 3);
    float[] images = images(spec.size());
    double[] expected = losses(reference, network, weights, images);
    for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
      try (Backend backend = device.open(precision)) {
        double[] actual = losses(backend, network, weights, images);
        for (int i = 0; i < actual.length; i++) {
          assertThat(actual[i])
              .as("loss of step %d in %s", i, precision)
              .isCloseTo(
                  expected[i],
                  org.assertj.core.data.Offset.offset(
                      precision == Precision.FP32 ? 2e-4 * expected[i] : 0.1 * expected[i]));
        }
      }
    }
  }

  private static double[] losses(
      Backend backend, Network network, Weights weights, float[] images) {
    float[] targets = {1, 0, 0, 0, 1, 0, 0.5f, 0.25f, 0.25f};
    double[] losses = new double[5];
    try (TrainingPlan plan = TrainingPlan.compile(network, weights, options(), backend, N)) {
      for (int i = 0; i < losses.length; i++) {
        losses[i] = plan.step(images, targets, N, 1e-3);
      }
    }
    return losses;
  }

  /** A run that has been recorded copies, starts one graph, and waits once. */
  @Test
  void callsOfARun() {
    NetworkSpec spec = spec(Architecture.DRSN18_CW);
    Network network = spec.build();
    try (Backend backend = device.open(Precision.FP16);
        InferencePlan plan =
            InferencePlan.compile(network, Initialisation.of(network, 3), backend, N)) {
      float[] images = images(spec.size());
      float[] logits = new float[N * CLASSES];
      plan.run(images, N, logits);
      plan.run(images, N, logits);
      device.calls();
      plan.run(images, N, logits);
      assertThat(device.calls())
          .containsExactly(
              "cudaMemcpyAsync to device " + 4 * N * 16 * 16,
              "cudaEventRecord",
              "cuLaunchKernel from_nchw_f16",
              "cudaGraphLaunch",
              "cuLaunchKernel to_nchw_f16",
              "cudaMemcpyAsync to host " + 4 * N * CLASSES,
              "cudaStreamSynchronize");
    }
  }

  @Test
  void aRunAllocatesNothing() {
    NetworkSpec spec = spec(Architecture.DRSN18_CW);
    Network network = spec.build();
    float[] images = images(spec.size());
    float[] logits = new float[CLASSES];
    try (Backend backend = device.open(Precision.FP32);
        InferencePlan plan =
            InferencePlan.compile(network, Initialisation.of(network, 3), backend, 1)) {
      Allocation.none(() -> plan.run(images, 1, logits));
    }
  }

  /** Deterministic mode does not measure, and gives the same bits. */
  @Test
  void deterministic() {
    NetworkSpec spec = spec(Architecture.RESNET18);
    Network network = spec.build();
    float[] images = images(spec.size());
    float[][] logits = new float[2][N * CLASSES];
    device.calls();
    for (float[] each : logits) {
      try (Backend backend = device.open(CudaOptions.STANDARD.withDeterministic(true));
          InferencePlan plan =
              InferencePlan.compile(network, Initialisation.of(network, 3), backend, N)) {
        plan.run(images, N, each);
      }
    }
    assertThat(device.calls()).noneMatch(call -> call.startsWith("cudnnFind"));
    assertThat(logits[1]).containsExactly(logits[0]);
  }
}
