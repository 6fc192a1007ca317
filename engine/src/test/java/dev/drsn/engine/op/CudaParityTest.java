package dev.drsn.engine.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cuda.Precision;
import dev.drsn.engine.cuda.SimulatedDevice;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;

/** Every case in every precision on the simulated GPU against the judge. */
@EnabledIf("dev.drsn.engine.cuda.SimulatedDevice#possible")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CudaParityTest {

  private final SimulatedDevice device = SimulatedDevice.start();
  private final Backend judge = TestBackends.judge();
  private final Map<Precision, Backend> backends = new EnumMap<>(Precision.class);

  CudaParityTest() {
    for (Precision precision : Precision.values()) {
      backends.put(precision, device.open(precision));
    }
  }

  @AfterAll
  void everythingIsDestroyed() {
    backends.values().forEach(Backend::close);
    judge.close();
    assertThat(device.message()).isEmpty();
    assertThat(device.leaks()).isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> operations() {
    return Stream.of(Precision.FP32, Precision.FP16, Precision.BF16)
        .flatMap(
            precision ->
                OpCases.selected()
                    .filter(CudaParityTest::small)
                    .map(
                        test -> dynamicTest(precision + " " + test, () -> check(precision, test))));
  }

  @TestFactory
  Stream<DynamicTest> optimizers() {
    return OpCases.optimizers().stream()
        .flatMap(
            optimizer ->
                Stream.of(1, 7, 1500)
                    .map(
                        size ->
                            dynamicTest(optimizer + " of " + size, () -> check(optimizer, size))));
  }

  private void check(Optimizer optimizer, int size) {
    Map<String, float[]> actual = ParityTest.run(backends.get(Precision.BF16), optimizer, size);
    ParityTest.run(judge, optimizer, size)
        .forEach((name, values) -> Parity.close(name, values, actual.get(name), 1e-5));
  }

  /** Fibres are slow: what only repeats itself more often is left to a GPU. */
  private static boolean small(OpCase test) {
    return test.x().getFirst().elements() <= 10_000
        && test.op().multiplyAccumulates(test.x()) <= 2_000_000;
  }

  private void check(Precision precision, OpCase test) {
    Parity parity = new Parity(test, judge, storage(precision, test));
    try {
      parity.checkNarrow(backends.get(precision));
    } finally {
      assertThat(device.message()).isEmpty();
    }
  }

  private static Storage storage(Precision precision, OpCase test) {
    boolean pairs =
        test.op() instanceof Op.Shrinkage gate && gate.norm() == Norm.BATCH && test.batch() == 2;
    return switch (precision) {
      case FP32, TF32 -> pairs ? Storage.F32_PAIRS : Storage.F32;
      case FP16 -> Storage.F16;
      case BF16 -> Storage.BF16;
    };
  }
}
