package dev.drsn.bench.op;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.bench.result.Cell;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.network.Network;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row to be timed by JMH in a process of its own.
 *
 * @param layer the first layer of its kind, {@link #WHOLE} for whole networks
 * @param count how many of these layers the network has
 * @param op what is computed, for people
 */
public record OpTask(Cell cell, Pass pass, String layer, int count, String op, Pass.Cost cost) {

  /** Stands for the layer where the whole network is meant. */
  public static final String WHOLE = "-";

  /** Of these, the first of a pass's time goes to the compiler. */
  private static final int WARM_UPS = 4;

  private static final int ITERATIONS = 4;

  /** All of a network. */
  public static List<OpTask> all(Cell cell) {
    List<OpTask> all = new ArrayList<>();
    for (Pass pass : Pass.values()) {
      if (pass.ofLayer()) {
        for (NetworkLayers.Kind kind :
            NetworkLayers.of(cell.spec(), cell.batch(), pass != Pass.INFERENCE)) {
          Pass.Cost cost = pass.cost(kind.layer());
          all.add(new OpTask(cell, pass, kind.name(), kind.count(), kind.text(), cost));
        }
      } else {
        all.add(whole(cell, pass));
      }
    }
    return all;
  }

  private static OpTask whole(Cell cell, Pass pass) {
    Network network = cell.spec().build();
    double macs = 0;
    for (long each : network.multiplyAccumulates().values()) {
      macs += (double) each * cell.batch();
    }
    // Weight, gradient and two moments are read; all but the gradient are written.
    double moved = 7.0 * Float.BYTES * network.parameterCount();
    return switch (pass) {
      case NETWORK ->
          new OpTask(cell, pass, WHOLE, 1, "images to logits", new Pass.Cost(2 * macs, 0));
      case STEP ->
          new OpTask(cell, pass, WHOLE, 1, "images to new weights", new Pass.Cost(6 * macs, 0));
      case ADAM ->
          new OpTask(
              cell,
              pass,
              WHOLE,
              1,
              network.parameterCount() + " parameters",
              new Pass.Cost(0, moved));
      case INFERENCE, FORWARD, BACKWARD -> throw new IllegalArgumentException(pass.label());
    };
  }

  /** Pass, layer and operation, to be searched. */
  public String text() {
    return pass.label() + " " + layer + " " + op;
  }

  /** The fields that tell this row from others in results. */
  public ObjectNode key() {
    return cell.key().put("pass", pass.label()).put("layer", layer);
  }

  /**
   * Times it.
   *
   * @param fma the machine's peak in GFLOP/s
   * @param copy the machine's copying in GB/s
   */
  public OpRow timed(double seconds, List<String> options, double fma, double copy) {
    return OpRow.of(this, milliseconds(seconds, options), fma, copy);
  }

  /**
   * The average time of a pass in milliseconds.
   *
   * @param seconds of an iteration; there are eight, half of which count
   * @param options of the Java VM
   */
  double milliseconds(double seconds, List<String> options) {
    TimeValue time = TimeValue.milliseconds(Math.round(1000 * seconds));
    Options run =
        new OptionsBuilder()
            .include("^" + OpBenchmark.class.getName().replace(".", "\\.") + "\\.run$")
            .param("network", cell.network())
            .param("width", String.valueOf(cell.width()))
            .param("channels", String.valueOf(cell.channels()))
            .param("size", String.valueOf(cell.size()))
            .param("batch", String.valueOf(cell.batch()))
            .param("threads", String.valueOf(cell.threads()))
            .param("pass", pass.label())
            .param("layer", layer)
            .forks(1)
            .jvmArgs(options.toArray(String[]::new))
            .warmupIterations(WARM_UPS)
            .warmupTime(time)
            .measurementIterations(ITERATIONS)
            .measurementTime(time)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    // Silent JMH still passes on what the Java VM of its child warns of.
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    OutputFormat silent = OutputFormatFactory.createFormatInstance(nowhere, VerboseMode.SILENT);
    try {
      Collection<RunResult> results = new Runner(run, silent).run();
      return results.iterator().next().getPrimaryResult().getScore();
    } catch (RunnerException e) {
      throw new DrsnException("JMH could not time " + text() + ": " + e.getMessage(), e);
    }
  }
}
