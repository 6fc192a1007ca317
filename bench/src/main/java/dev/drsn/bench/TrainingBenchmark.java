package dev.drsn.bench;

import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Initialisation;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One training step with AdamW: milliseconds a batch.
 *
 * <p>{@code scripts/bench Training -p network=drsn18-cw -p width=32 -p size=48 -p batch=64}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 8)
@Measurement(iterations = 5, time = 8)
public class TrainingBenchmark {

  private static final int CLASSES = 6;

  @Param({"resnet18", "drsn18-cw"})
  public String network;

  @Param("32")
  public int width;

  @Param({"48", "112"})
  public int size;

  @Param("32")
  public int batch;

  @Param("0")
  public int threads;

  private Backend backend;
  private TrainingPlan plan;
  private float[] images;
  private float[] targets;

  /** Compiles the plan; images are noise with labels in turn. */
  @Setup(Level.Trial)
  public void compile() {
    NetworkSpec spec = NetworkSpec.of(Architecture.of(network), width, CLASSES, 1, size);
    Network built = spec.build();
    TrainingOptions options = TrainingOptions.of(Optimizer.Adam.standard(true));
    backend = Backends.open("cpu", threads).backend();
    plan =
        TrainingPlan.compile(
            built,
            Initialisation.of(TrainingPlan.network(built, options), 1),
            options,
            backend,
            batch);
    images = new float[batch * spec.input().elements()];
    targets = new float[batch * CLASSES];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < batch; i++) {
      targets[i * CLASSES + i % CLASSES] = 1;
    }
  }

  /** One step at a rate so small that the weights stay what they are. */
  @Benchmark
  public double step() {
    return plan.step(images, targets, batch, 1e-6);
  }

  /** Gives memory and threads back. */
  @TearDown(Level.Trial)
  public void close() {
    plan.close();
    backend.close();
  }
}
