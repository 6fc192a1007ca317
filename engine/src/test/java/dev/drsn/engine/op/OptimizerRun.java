package dev.drsn.engine.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;

/** Steps of one optimiser on one backend, over guarded memory, and a moving average after each. */
final class OptimizerRun {
  private OptimizerRun() {}

  /**
   * Runs.
   *
   * @param w parameters to start from
   * @param gradients one row a step
   * @return {@code w}, {@code m}, {@code v} and {@code average} (which starts from w), after the
   *     last step
   */
  static Map<String, float[]> run(
      Backend backend,
      Optimizer optimizer,
      float[] w,
      float[][] gradients,
      double rate,
      double decay,
      double averageDecay) {
    OptimizerKernel kernel = backend.compile(optimizer);
    int size = w.length;
    Map<String, Guarded> all = new LinkedHashMap<>();
    for (String name : new String[] {"w", "dw", "m", "v", "average"}) {
      all.put(name, new Guarded(backend, new Dense(Shape.of(size))));
      all.get(name).fill(0);
    }
    all.get("w").upload(w, size, 0);
    all.get("average").upload(w, size, 0);
    for (int step = 1; step <= gradients.length; step++) {
      all.get("dw").upload(gradients[step - 1], size, 0);
      kernel.step(
          all.get("w").view(),
          all.get("dw").view(),
          all.get("m").view(),
          all.get("v").view(),
          rate,
          decay,
          step);
      kernel.average(all.get("average").view(), all.get("w").view(), averageDecay);
    }
    Map<String, float[]> results = new LinkedHashMap<>();
    all.forEach(
        (name, guarded) -> {
          guarded.check(optimizer + ": " + name);
          if (!name.equals("dw")) {
            results.put(name, guarded.download(size));
          }
          guarded.close();
        });
    return results;
  }
}
