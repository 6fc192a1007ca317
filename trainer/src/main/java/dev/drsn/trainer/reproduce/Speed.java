package dev.drsn.trainer.reproduce;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Initialisation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How fast a network is here: medians over a second and a half and five runs at least, after a
 * second of warm-up. Weights and pictures are random; the time does not depend on them.
 *
 * @param network its label
 * @param milliseconds of one face alone
 * @param imagesPerSecond of a batch
 * @param trainedPerSecond of a training step of a batch: forward, backward, optimiser
 * @param backend what it ran on
 */
public record Speed(
    String network,
    double milliseconds,
    double imagesPerSecond,
    double trainedPerSecond,
    int batch,
    String backend) {

  private static final int FEWEST = 5;
  private static final double SECONDS = 1.5;
  private static final double WARM_SECONDS = 1;
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Measures the networks of a protocol, or reads what was measured before. */
  public static List<Speed> of(Protocol protocol, int classes, Backend backend, Path file) {
    if (Files.exists(file)) {
      try {
        List<Speed> before = List.of(JSON.readValue(file, Speed[].class));
        List<String> labels = protocol.networks().stream().map(Architecture::label).toList();
        if (before.stream().map(Speed::network).toList().equals(labels)) {
          return before;
        }
      } catch (JacksonException e) {
        throw new DrsnException(
            file + " cannot be read: " + e.getOriginalMessage() + "; delete it", e);
      }
    }
    int batch = protocol.batch();
    List<Speed> all = new ArrayList<>();
    for (Architecture network : protocol.networks()) {
      NetworkSpec spec = protocol.spec(network, classes);
      all.add(
          new Speed(
              network.label(),
              1e3 * inference(spec, backend, 1),
              batch / inference(spec, backend, batch),
              batch / training(spec, backend, batch),
              batch,
              backend.description()));
    }
    AtomicFile.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n");
    return all;
  }

  private static double inference(NetworkSpec spec, Backend backend, int batch) {
    Network network = spec.build();
    float[] x = images(spec, batch);
    float[] y = new float[batch * spec.classes()];
    try (InferencePlan plan =
        InferencePlan.compile(network, Initialisation.of(network, 1), backend, batch)) {
      return median(() -> plan.run(x, batch, y));
    }
  }

  private static double training(NetworkSpec spec, Backend backend, int batch) {
    TrainingOptions options = TrainingOptions.of(Optimizer.Adam.standard(false));
    Network network = spec.build();
    float[] x = images(spec, batch);
    float[] targets = new float[batch * spec.classes()];
    for (int i = 0; i < batch; i++) {
      targets[i * spec.classes() + i % spec.classes()] = 1;
    }
    try (TrainingPlan plan =
        TrainingPlan.compile(
            network,
            Initialisation.of(TrainingPlan.network(network, options), 1),
            options,
            backend,
            batch)) {
      return median(() -> plan.step(x, targets, batch, 1e-3));
    }
  }

  private static float[] images(NetworkSpec spec, int batch) {
    SplittableRandom random = new SplittableRandom(1);
    float[] x = new float[batch * spec.input().elements()];
    for (int i = 0; i < x.length; i++) {
      x[i] = 2 * random.nextFloat() - 1;
    }
    return x;
  }

  /** The median of single runs in seconds. */
  private static double median(Runnable work) {
    List<Double> seconds = new ArrayList<>();
    long begin = System.nanoTime();
    while ((System.nanoTime() - begin) / 1e9 < WARM_SECONDS) {
      work.run();
    }
    begin = System.nanoTime();
    while ((System.nanoTime() - begin) / 1e9 < SECONDS || seconds.size() < FEWEST) {
      long before = System.nanoTime();
      work.run();
      seconds.add((System.nanoTime() - before) / 1e9);
    }
    Collections.sort(seconds);
    int half = seconds.size() / 2;
    return seconds.size() % 2 == 1
        ? seconds.get(half)
        : (seconds.get(half - 1) + seconds.get(half)) / 2;
  }
}
