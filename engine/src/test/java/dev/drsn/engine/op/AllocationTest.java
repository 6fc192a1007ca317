package dev.drsn.engine.op;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.drsn.engine.Allocation;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Kernels of the CPU backend allocate nothing once they are compiled. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AllocationTest {
  /** One thread: the caller's, whose allocation is counted. */
  private final Backend backend = new CpuBackend(1);

  @AfterAll
  void close() {
    backend.close();
  }

  /**
   * Of each operation, whatever its numbers, the first of the cases with most inputs and samples.
   */
  @TestFactory
  Stream<DynamicTest> operations() {
    Set<String> seen = new HashSet<>();
    return OpCases.all().stream()
        .sorted((a, b) -> Integer.compare(b.x().size() * b.batch(), a.x().size() * a.batch()))
        .filter(test -> seen.add(test.op().toString().replaceAll("[0-9]", "")))
        .map(test -> dynamicTest(test.toString(), () -> check(test)));
  }

  private void check(OpCase test) {
    try (OpRun run = new OpRun(backend, test, OpRun.Mode.TRAINING, false)) {
      int n = test.batch();
      run.step(new OpRun.Step(n, true, OpRun.Add.NONE, false), test.data(0));
      Kernel kernel = run.kernel();
      Operands operands = run.operands();
      Allocation.none(
          () -> {
            kernel.load(operands);
            kernel.forward(operands, n);
            kernel.backward(operands, n);
          });
    }
  }

  @TestFactory
  Stream<DynamicTest> optimizers() {
    return OpCases.optimizers().stream()
        .map(optimizer -> dynamicTest(optimizer.toString(), () -> check(optimizer)));
  }

  private void check(Optimizer optimizer) {
    int size = 1003;
    try (Memory memory = backend.allocate(4 * 1008)) {
      View[] views = new View[4];
      for (int i = 0; i < views.length; i++) {
        views[i] = new View(memory, i * 1008L, new Dense(Shape.of(size)));
      }
      OptimizerKernel kernel = backend.compile(optimizer);
      Allocation.none(
          () -> {
            kernel.step(views[0], views[1], views[2], views[3], 0.01, 0.1, 7);
            kernel.average(views[1], views[0], 0.9);
          });
    }
  }

  @Test
  void copies() {
    Shape shape = Shape.of(3, 33, 5, 4);
    Layout layout = backend.activation(shape, List.of());
    float[] host = new float[shape.elements()];
    try (Memory memory = backend.allocate(layout.size())) {
      View view = new View(memory, 0, layout);
      Allocation.none(
          () -> {
            backend.upload(host, view, 3);
            backend.download(view, host, 3);
          });
    }
  }
}
