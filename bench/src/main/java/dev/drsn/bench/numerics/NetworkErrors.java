package dev.drsn.bench.numerics;

import dev.drsn.bench.contender.Case;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Algorithm;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.cpu.CpuOptions;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Errors of whole networks: relative L2 of what a method computes against what the reference
 * backend does, over several draws of weights and images.
 *
 * @param logits of inference, one a draw
 * @param gradients of a training batch, all parameters as one array; none where not asked for
 */
record NetworkErrors(
    NetworkSpec spec, int batch, Method method, double[] logits, double[] gradients) {

  /** What is held against the reference. */
  enum Method {
    /**
     * The yardstick: the reference itself where every pixel and every weight was changed by about a
     * millionth, which moves each sum as much as rounding does.
     */
    NUDGED("reference, moved by 1e-6"),
    DIRECT("exact"),
    FASTEST("fastest");

    private final String text;

    Method(String text) {
      this.text = text;
    }

    private Backend open() {
      return switch (this) {
        case NUDGED -> new ReferenceBackend(DType.F32);
        case DIRECT -> new CpuBackend(CpuOptions.of(1).withAlgorithm(Algorithm.DIRECT));
        case FASTEST -> new CpuBackend(CpuOptions.of(1).withAlgorithm(Algorithm.FASTEST));
      };
    }

    private Case input(Case of) {
      return this == NUDGED ? nudged(of) : of;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** What is measured of a network. */
  record Extent(int width, int size, int batch, int draws, boolean training) {}

  /** What a backend makes of a case. */
  private record Results(float[] logits, List<float[]> gradients) {}

  /** Of one draw. */
  private record Errors(double logits, double gradients) {}

  /** One draw. */
  private record Draw(NetworkSpec spec, long seed) {}

  /** The residual networks by all methods. */
  static List<NetworkErrors> all(Extent extent) {
    List<NetworkSpec> specs =
        Stream.of(
                Architecture.RESNET18,
                Architecture.SENET18,
                Architecture.DRSN18_CS,
                Architecture.DRSN18_CW)
            .map(each -> NetworkSpec.of(each, extent.width, Case.CLASSES, 3, extent.size))
            .toList();
    List<Draw> draws = new ArrayList<>();
    specs.forEach(
        spec -> IntStream.rangeClosed(1, extent.draws).forEach(i -> draws.add(new Draw(spec, i))));
    List<Map<Method, Errors>> errors =
        draws.parallelStream().map(draw -> errors(draw, extent)).toList();
    List<NetworkErrors> all = new ArrayList<>();
    for (int i = 0; i < specs.size(); i++) {
      List<Map<Method, Errors>> own = errors.subList(i * extent.draws, (i + 1) * extent.draws);
      for (Method method : Method.values()) {
        double[] logits = own.stream().mapToDouble(each -> each.get(method).logits).toArray();
        double[] gradients = own.stream().mapToDouble(each -> each.get(method).gradients).toArray();
        all.add(new NetworkErrors(specs.get(i), extent.batch, method, logits, gradients));
      }
    }
    return all;
  }

  private static Map<Method, Errors> errors(Draw draw, Extent extent) {
    Case of = Case.of(draw.spec, extent.batch, 1, draw.seed);
    Results expected;
    try (Backend reference = new ReferenceBackend(DType.F32)) {
      expected = results(of, reference, extent.training);
    }
    Map<Method, Errors> all = new EnumMap<>(Method.class);
    for (Method method : Method.values()) {
      try (Backend backend = method.open()) {
        Results actual = results(method.input(of), backend, extent.training);
        all.put(
            method,
            new Errors(
                Relative.of(actual.logits, expected.logits),
                Relative.of(actual.gradients, expected.gradients)));
      }
    }
    return all;
  }

  private static Case nudged(Case of) {
    SplittableRandom random = new SplittableRandom(1);
    Map<String, Tensor> weights = new HashMap<>();
    of.weights()
        .tensors()
        .forEach((name, w) -> weights.put(name, new Tensor(w.shape(), nudged(w.data(), random))));
    return new Case(
        of.spec(),
        of.network(),
        of.weights().with(weights),
        of.batch(),
        of.threads(),
        nudged(of.images(), random),
        of.targets());
  }

  private static float[] nudged(float[] values, SplittableRandom random) {
    float[] moved = values.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] = (float) (moved[i] * random.nextGaussian(1, 1e-6));
    }
    return moved;
  }

  private static Results results(Case of, Backend backend, boolean training) {
    int n = of.batch();
    float[] logits = new float[n * of.spec().classes()];
    List<float[]> gradients = new ArrayList<>();
    try (InferencePlan plan = InferencePlan.compile(of.network(), of.weights(), backend, n)) {
      plan.run(of.images(), n, logits);
    }
    if (training) {
      TrainingOptions options = TrainingOptions.of(Optimizer.Adam.standard(false));
      try (TrainingPlan plan =
          TrainingPlan.compile(of.network(), of.weights(), options, backend, n)) {
        plan.gradients(of.images(), of.targets(), n);
        for (Map.Entry<String, Parameter> each : of.network().parameters().entrySet()) {
          if (each.getValue().role().trainable()) {
            gradients.add(plan.state().gradient(each.getKey()).data());
          }
        }
      }
    }
    return new Results(logits, gradients);
  }
}
