package dev.drsn.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.Allocation;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Weights;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What running a plan costs beside its kernels, and what it tells of them. */
class PlanRunTest {

  private static final int N = 3;
  private static final int CLASSES = 5;
  private static final int IMAGE = 48 * 48;

  private final Network network = NetworkSpec.of(Architecture.DRSN18_CW, 8, CLASSES, 1, 48).build();
  private final Weights weights = Initialisation.of(network, 3);
  private final Backend backend = new CpuBackend(2);
  private final float[] images = images();
  private final float[] targets = new float[N * CLASSES];

  @AfterEach
  void close() {
    backend.close();
  }

  private static float[] images() {
    SplittableRandom random = new SplittableRandom(1);
    float[] images = new float[N * IMAGE];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }

  /** A backend whose cache holds this many scalars. */
  private static Backend caching(long scalars) {
    Backend cpu = new CpuBackend(2);
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (_, method, arguments) ->
                method.getName().equals("together")
                    ? (int) Math.clamp(scalars / (long) arguments[1], 1L, (int) arguments[0])
                    : method.invoke(cpu, arguments));
  }

  /** From one sample at a time everywhere over several levels to all at once. */
  @ParameterizedTest
  @ValueSource(longs = {1, 40_000, 60_000, 110_000, 1_000_000})
  void samplesMayRunInParts(long cache) {
    int most = 7;
    float[] images = new float[most * IMAGE];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) Math.sin(i);
    }
    try (Backend parts = caching(cache);
        InferencePlan whole = InferencePlan.compile(network, weights, backend, most);
        InferencePlan inParts = InferencePlan.compile(network, weights, parts, most)) {
      for (int n = 1; n <= most; n++) {
        float[][] results = new float[4][most * whole.embeddingSize()];
        whole.run(images, n, results[0]);
        whole.embedding(results[1], n);
        inParts.run(images, n, results[2]);
        inParts.embedding(results[3], n);
        assertThat(results[2]).as("logits of %d", n).containsExactly(results[0], within(1e-5f));
        assertThat(results[3]).as("embedding").containsExactly(results[1], within(1e-4f));
      }
      assertThat(inParts.batch()).isEqualTo(most);
    }
  }

  @Test
  void levelsTakeMultiplesOfTheLevelsBefore() {
    try (Backend parts = caching(60_000)) {
      List<Parts.Level> levels = new Parts(network, parts, 7).levels();
      assertThat(levels).hasSizeGreaterThan(2);
      assertThat(levels.getFirst().from()).isZero();
      assertThat(levels.getLast().part()).isGreaterThanOrEqualTo(7);
      assertThat(levels.getLast().to()).isEqualTo(network.nodes().size());
      for (int i = 1; i < levels.size(); i++) {
        assertThat(levels.get(i).from()).isEqualTo(levels.get(i - 1).to());
        assertThat(levels.get(i).part()).isGreaterThan(levels.get(i - 1).part());
        assertThat(levels.get(i).part() % levels.get(i - 1).part()).isZero();
      }
    }
  }

  @Test
  void aProfileAddsTheParts() {
    assertThat(Profile.byRun(List.of(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), 2)).containsExactly(6, 15);
    assertThat(Profile.byRun(List.of(1.0, 2.0), 2)).containsExactly(1, 2);
  }

  @Test
  void plansOfTheSameWeightsMayRunAtOnce() throws InterruptedException {
    float[] alone = new float[N * CLASSES];
    float[][] together = new float[3][N * CLASSES];
    try (InferencePlan plan = InferencePlan.compile(network, weights, backend, N)) {
      plan.run(images, N, alone);
    }
    List<Thread> threads = new ArrayList<>();
    for (float[] logits : together) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (InferencePlan plan = InferencePlan.compile(network, weights, backend, N)) {
                      for (int i = 0; i < 50; i++) {
                        Arrays.fill(logits, 0);
                        plan.run(images, N, logits);
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (float[] logits : together) {
      assertThat(logits).isEqualTo(alone);
    }
  }

  private TrainingPlan training() {
    for (int i = 0; i < N; i++) {
      targets[i * CLASSES + i] = 1;
    }
    TrainingOptions options = TrainingOptions.of(Optimizer.Adam.standard(false));
    return TrainingPlan.compile(network, weights, options, backend, N);
  }

  @Test
  void aRunAllocatesNothing() {
    float[] logits = new float[N * CLASSES];
    try (InferencePlan plan = InferencePlan.compile(network, weights, backend, N)) {
      Allocation.none(() -> plan.run(images, N, logits));
    }
  }

  @Test
  void aStepAllocatesNothing() {
    try (TrainingPlan plan = training()) {
      Allocation.none(() -> plan.step(images, targets, N, 1e-3));
    }
  }

  @Test
  void aProfileHasEveryNodeInOrderWithItsWork() {
    float[] logits = new float[N * CLASSES];
    try (InferencePlan plan = InferencePlan.compile(network, weights, backend, N)) {
      Profile profile = Profile.of(() -> plan.run(images, N, logits), N, 5, Duration.ZERO);
      List<String> expected = new ArrayList<>(List.of("upload"));
      plan.network().nodes().forEach(node -> expected.add(node.name()));
      expected.add("download");
      assertThat(profile.steps()).extracting(Profile.Step::node).isEqualTo(expected);
      assertThat(profile.steps().stream().mapToLong(Profile.Step::multiplyAccumulates).sum())
          .isEqualTo(
              network.multiplyAccumulates().values().stream().mapToLong(Long::longValue).sum());
      for (Profile.Step step : profile.steps()) {
        assertThat(step.milliseconds()).as(step.node()).isPositive();
        if (step.operation().startsWith("convolution")) {
          assertThat(step.algorithm()).as(step.node()).isNotEmpty();
        }
      }
      assertThat(profile.steps().get(1).operation()).isEqualTo("convolution 3x3, relu");
      assertThat(profile.steps().get(1).shape()).isEqualTo("8x48x48");
      assertThat(profile.steps().stream().mapToDouble(profile::share).sum())
          .isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void aTrainingsProfileGoesForwardAndBackward() {
    try (TrainingPlan plan = training()) {
      Profile profile = Profile.of(() -> plan.step(images, targets, N, 1e-3), N, 3, Duration.ZERO);
      List<String> forward = new ArrayList<>(nodes(profile, "forward"));
      List<String> backward = nodes(profile, "backward");
      Collections.reverse(forward);
      assertThat(backward).isEqualTo(forward).hasSizeGreaterThan(40);
      assertThat(nodes(profile, ""))
          .containsExactly("upload", "clear gradients", "optimiser", "load weights");
      // The image has no gradient, every weight has one.
      assertThat(work(profile, "conv1", "backward")).isEqualTo(work(profile, "conv1", "forward"));
      assertThat(work(profile, "fc", "backward")).isEqualTo(2 * work(profile, "fc", "forward"));
    }
  }

  private static List<String> nodes(Profile profile, String pass) {
    return profile.steps().stream()
        .filter(step -> step.pass().equals(pass))
        .map(Profile.Step::node)
        .toList();
  }

  private static long work(Profile profile, String node, String pass) {
    return profile.steps().stream()
        .filter(step -> step.node().equals(node) && step.pass().equals(pass))
        .mapToLong(Profile.Step::multiplyAccumulates)
        .sum();
  }
}
