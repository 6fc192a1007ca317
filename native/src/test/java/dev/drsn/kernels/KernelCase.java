package dev.drsn.kernels;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A small problem whose kernels are run and compared with the formula.
 *
 * @param run launches and checks; throws where something is wrong
 */
record KernelCase(String name, Consumer<Trial> run) {

  static final List<String> TYPES = List.of("f32", "f16", "bf16");

  static List<KernelCase> all() {
    return Stream.of(GateCases.all(), LayerCases.all(), StepCases.all())
        .flatMap(List::stream)
        .toList();
  }

  /** Runs this case; throws where a value or a launch is wrong. */
  void run(String type, boolean reverse) {
    try (Trial trial = new Trial(type, reverse)) {
      run.accept(trial);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
