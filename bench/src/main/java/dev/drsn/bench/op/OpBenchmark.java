package dev.drsn.bench.op;

import dev.drsn.bench.contender.Case;
import dev.drsn.bench.contender.Contender;
import dev.drsn.bench.contender.DrsnInference;
import dev.drsn.bench.contender.DrsnTraining;
import dev.drsn.engine.Backends;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What {@code drsn bench ops} has JMH time: one pass of one layer or of a whole network. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class OpBenchmark {

  @Param("resnet18")
  public String network;

  @Param("64")
  public int width;

  @Param("3")
  public int channels;

  @Param("224")
  public int size;

  @Param("8")
  public int batch;

  @Param("1")
  public int threads;

  /** A {@link Pass}. */
  @Param("network")
  public String pass;

  /** The layer's name; nothing for a whole network. */
  @Param("-")
  public String layer;

  private final List<AutoCloseable> open = new ArrayList<>();
  private Runnable work;

  /** Compiles and uploads. */
  @Setup(Level.Trial)
  public void setUp() {
    NetworkSpec spec =
        NetworkSpec.of(Architecture.of(network), width, Case.CLASSES, channels, size);
    Pass which = Pass.valueOf(pass.toUpperCase(Locale.ROOT));
    work =
        switch (which) {
          case INFERENCE -> layer(spec, false)::forward;
          case FORWARD -> layer(spec, true)::forward;
          case BACKWARD -> {
            CompiledLayer compiled = layer(spec, true);
            compiled.forward();
            yield compiled::backward;
          }
          case NETWORK -> whole(new DrsnInference(Case.of(spec, batch, threads)));
          case STEP -> whole(new DrsnTraining(Case.of(spec, batch, threads)));
          case ADAM -> adam(Math.toIntExact(spec.build().parameterCount()));
        };
  }

  private Backend backend() {
    return opened(Backends.open("cpu", threads).backend());
  }

  private CompiledLayer layer(NetworkSpec spec, boolean training) {
    Layer found =
        NetworkLayers.of(spec, batch, training).stream()
            .filter(kind -> kind.name().equals(layer))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("there is no layer " + layer))
            .layer();
    return opened(new CompiledLayer(backend(), found, found.numbers(1, 0, 1), training));
  }

  private Runnable whole(Contender contender) {
    return opened(contender)::run;
  }

  private Runnable adam(int parameters) {
    Backend backend = backend();
    OptimizerKernel kernel = backend.compile(Optimizer.Adam.standard(false));
    View[] views = new View[4];
    for (int i = 0; i < views.length; i++) {
      Memory memory = opened(backend.allocate(parameters));
      views[i] = new View(memory, 0, new Dense(Shape.of(parameters)));
      backend.fill(views[i], 0.01f);
    }
    return () -> kernel.step(views[0], views[1], views[2], views[3], 1e-6, 0, 1000);
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.add(resource);
    return resource;
  }

  /** One pass. */
  @Benchmark
  public void run() {
    work.run();
  }

  /**
   * Gives memory and threads back.
   *
   * @throws Exception none of what is closed here throws one
   */
  @TearDown(Level.Trial)
  public void tearDown() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    open.clear();
  }
}
