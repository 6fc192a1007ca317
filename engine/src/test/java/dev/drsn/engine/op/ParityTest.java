package dev.drsn.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Every case on every backend against the judge, and every number of threads against one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParityTest {
  private final Backend judge = TestBackends.judge();

  /** Of each variant: one thread first. */
  private final List<List<Backend>> backends = open(TestBackends.others());

  private final List<List<Backend>> algorithms = open(TestBackends.algorithms());

  private static List<List<Backend>> open(List<TestBackends.Variant> variants) {
    return variants.stream()
        .map(variant -> variant.threads().stream().map(variant.withThreads()::apply).toList())
        .toList();
  }

  @AfterAll
  void close() {
    backends.forEach(variant -> variant.forEach(Backend::close));
    algorithms.forEach(variant -> variant.forEach(Backend::close));
  }

  @TestFactory
  Stream<DynamicTest> operations() {
    return OpCases.selected().map(test -> dynamicTest(test.toString(), () -> check(test)));
  }

  private void check(OpCase test) {
    Parity parity = new Parity(test, judge);
    check(parity, backends);
    if (test.op() instanceof Op.Convolution convolution
        && convolution.window().height() == 3
        && convolution.window().width() == 3
        && convolution.window().strideH() == 1
        && convolution.window().strideW() == 1) {
      check(parity, algorithms);
    }
  }

  private static void check(Parity parity, List<List<Backend>> backends) {
    for (List<Backend> variant : backends) {
      parity.check(variant.getFirst());
      if (variant.size() > 1) {
        parity.checkSame(variant);
      }
    }
  }

  @TestFactory
  Stream<DynamicTest> optimizers() {
    return OpCases.optimizers().stream()
        .flatMap(
            optimizer ->
                Stream.of(1, 7, 33, 5000)
                    .map(
                        size ->
                            dynamicTest(optimizer + " of " + size, () -> check(optimizer, size))));
  }

  private void check(Optimizer optimizer, int size) {
    Map<String, float[]> expected = run(judge, optimizer, size);
    for (List<Backend> variant : backends) {
      Map<String, float[]> one = run(variant.getFirst(), optimizer, size);
      for (String name : expected.keySet()) {
        String where = optimizer + " of " + size + " on " + variant.getFirst().name() + ": " + name;
        Parity.close(where, expected.get(name), one.get(name), 1e-5);
        for (Backend other : variant.subList(1, variant.size())) {
          assertThat(run(other, optimizer, size).get(name))
              .as(where + ", " + other.description())
              .isEqualTo(one.get(name));
        }
      }
    }
  }

  static Map<String, float[]> run(Backend backend, Optimizer optimizer, int size) {
    Random random = new Random(size);
    Shape shape = Shape.of(size);
    float[] w = Values.GAUSSIAN.make(shape, random);
    float[][] gradients = new float[3][];
    for (int i = 0; i < gradients.length; i++) {
      gradients[i] = Values.GAUSSIAN.make(shape, random);
    }
    return OptimizerRun.run(backend, optimizer, w, gradients, 0.05, 0.1, 0.9);
  }
}
