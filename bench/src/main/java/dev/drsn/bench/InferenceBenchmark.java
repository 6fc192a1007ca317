package dev.drsn.bench;

import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.plan.InferencePlan;
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
 * One run of a whole network: milliseconds a batch, logits on the host included.
 *
 * <p>{@code scripts/bench Inference -p network=drsn18-cw -p size=48 -p batch=1,32}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(2)
@Warmup(iterations = 4, time = 5)
@Measurement(iterations = 5, time = 5)
public class InferenceBenchmark {

  @Param({"resnet18", "senet18", "drsn18-cw"})
  public String network;

  @Param("64")
  public int width;

  @Param("1")
  public int channels;

  @Param({"48", "224"})
  public int size;

  @Param({"1", "8"})
  public int batch;

  @Param("0")
  public int threads;

  private Backend backend;
  private InferencePlan plan;
  private float[] images;
  private float[] logits;

  /** Compiles the plan; images are noise, which costs what pictures cost. */
  @Setup(Level.Trial)
  public void compile() {
    NetworkSpec spec = NetworkSpec.of(Architecture.of(network), width, 6, channels, size);
    Network built = spec.build();
    backend = Backends.open("cpu", threads).backend();
    plan = InferencePlan.compile(built, Initialisation.of(built, 1), backend, batch);
    images = new float[batch * spec.input().elements()];
    logits = new float[batch * spec.classes()];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
  }

  /** One run. */
  @Benchmark
  public float[] run() {
    plan.run(images, batch, logits);
    return logits;
  }

  /** Gives memory and threads back. */
  @TearDown(Level.Trial)
  public void close() {
    plan.close();
    backend.close();
  }
}
