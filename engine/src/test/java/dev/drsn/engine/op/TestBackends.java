package dev.drsn.engine.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Algorithm;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.cpu.CpuOptions;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import java.util.EnumSet;
import java.util.List;
import java.util.function.IntFunction;

/** The backends that parity holds against the judge. */
final class TestBackends {
  private TestBackends() {}

  /**
   * A backend to test.
   *
   * @param withThreads makes it with a number of threads
   * @param threads the numbers of threads whose results must agree to the bit, 1 among them
   */
  record Variant(String name, IntFunction<Backend> withThreads, List<Integer> threads) {}

  /** Formulas in double, stored in double. */
  static Backend judge() {
    return new ReferenceBackend(DType.F64);
  }

  /** Every backend but the judge. */
  static List<Variant> others() {
    return List.of(
        new Variant("reference", threads -> new PaddedReference(), List.of(1)),
        new Variant("cpu", CpuBackend::new, List.of(1, 2, 3)));
  }

  /** For operations that have several algorithms on the CPU: each of them, chosen or not. */
  static List<Variant> algorithms() {
    return EnumSet.complementOf(EnumSet.of(Algorithm.FASTEST)).stream()
        .map(
            algorithm ->
                new Variant(
                    algorithm.toString(),
                    threads -> new CpuBackend(CpuOptions.of(threads).withAlgorithm(algorithm)),
                    List.of(1, 2)))
        .toList();
  }
}
