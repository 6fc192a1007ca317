package dev.drsn.engine.plan;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.OptimizerKernel;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a training plan learns: parameters, their gradients, the optimiser's state and the moving
 * average, each one run of flat memory.
 */
public final class ParameterState {

  /** Neighbouring parameters with one learning rate and one weight decay. */
  private record Segment(View w, View dw, View m, View v, double rateScale, double decay) {}

  /**
   * Everything that a later run needs to go on to the bit; flat float arrays.
   *
   * @param m empty before the first step, likewise v
   * @param average empty where none is kept
   */
  public record Saved(int step, float[] w, float[] m, float[] v, float[] average) {}

  private final FlatParameters flat;
  private final TrainingOptions options;
  private final Backend backend;
  private final OptimizerKernel optimizer;
  private final Memory w;
  private final Memory dw;
  private final Memory m;
  private final Memory v;
  private final Memory average;
  private final View allW;
  private final View allDw;
  private final View allAverage;
  private final Segment[] segments;
  private int step;

  ParameterState(FlatParameters flat, Weights weights, TrainingOptions options, Backend backend) {
    this.flat = flat;
    this.options = options;
    this.backend = backend;
    optimizer = backend.compile(options.optimizer());
    w = backend.allocate(flat.size());
    dw = backend.allocate(flat.trainable());
    m = backend.allocate(flat.trainable());
    v = backend.allocate(flat.trainable());
    average = options.averageDecay() > 0 ? backend.allocate(flat.size()) : null;
    allW = whole(w);
    allDw = whole(dw);
    allAverage = average == null ? null : whole(average);
    flat.upload(weights, backend, w);
    if (average != null) {
      flat.upload(weights, backend, average);
    }
    segments = cut();
  }

  /** Cuts flat memory into segments; frozen parameters are in none. */
  private Segment[] cut() {
    List<Segment> segments = new ArrayList<>();
    long start = 0;
    long end = 0;
    double rateScale = 0;
    double decay = 0;
    for (Map.Entry<String, Parameter> entry : flat.all().entrySet()) {
      Parameter parameter = entry.getValue();
      if (!parameter.role().trainable()) {
        continue;
      }
      String name = entry.getKey();
      boolean frozen = options.frozen().test(name);
      double itsScale = frozen ? 0 : options.rateScale().applyAsDouble(name);
      double itsDecay = parameter.role().decays() ? options.weightDecay() : 0;
      long offset = flat.offset(name);
      if (itsScale != rateScale || itsDecay != decay) {
        segment(segments, start, end, rateScale, decay);
        start = offset;
        rateScale = itsScale;
        decay = itsDecay;
      }
      end = offset + parameter.shape().elements();
    }
    segment(segments, start, end, rateScale, decay);
    return segments.toArray(Segment[]::new);
  }

  private void segment(
      List<Segment> segments, long start, long end, double rateScale, double decay) {
    if (end > start && rateScale != 0) {
      segments.add(
          new Segment(
              run(w, start, end),
              run(dw, start, end),
              run(m, start, end),
              run(v, start, end),
              rateScale,
              decay));
    }
  }

  private static View run(Memory memory, long start, long end) {
    return new View(memory, start, new Dense(Shape.of(Math.toIntExact(end - start))));
  }

  private static View whole(Memory memory) {
    return run(memory, 0, memory.size());
  }

  View[] weights(Node node, List<Shape> inputs) {
    return flat.views(w, node, inputs);
  }

  /** Gradients of a node's parameters in order; null for those that do not learn. */
  View[] gradients(Node node, List<Shape> inputs) {
    return node.op().parameters(inputs).stream()
        .map(p -> learns(node, p) ? flat.view(dw, node.name() + "." + p.name()) : null)
        .toArray(View[]::new);
  }

  boolean trains(Node node, List<Shape> inputs) {
    return node.op().parameters(inputs).stream().anyMatch(p -> learns(node, p));
  }

  private boolean learns(Node node, Parameter parameter) {
    return parameter.role().trainable()
        && !options.frozen().test(node.name() + "." + parameter.name());
  }

  void clearGradients() {
    backend.fill(allDw, 0);
  }

  void update(double rate) {
    step++;
    for (Segment s : segments) {
      optimizer.step(s.w, s.dw, s.m, s.v, rate * s.rateScale, s.decay, step);
    }
    if (average != null) {
      // Early on the average would remember the initial weights: let it follow faster.
      double decay = Math.min(options.averageDecay(), (1.0 + step) / (10.0 + step));
      optimizer.average(allAverage, allW, decay);
    }
  }

  /** Steps taken so far. */
  public int step() {
    return step;
  }

  /** The names of all parameters, in execution order. */
  public Iterable<String> names() {
    return flat.all().keySet();
  }

  /** Current values of these parameters. */
  public Weights weights(Iterable<String> names) {
    return flat.download(names, backend, w);
  }

  /** Averaged values of these parameters; the current ones where no average is kept. */
  public Weights averaged(Iterable<String> names) {
    return flat.download(names, backend, average == null ? w : average);
  }

  /** The latest gradient by a parameter that learns. */
  public Tensor gradient(String name) {
    View view = flat.view(dw, name);
    Tensor tensor = Tensor.zeros(view.shape());
    backend.download(view, tensor.data(), view.shape().n());
    return tensor;
  }

  /** Everything that {@link TrainingPlan#restore} needs. */
  public Saved save() {
    return new Saved(
        step, copy(w), copy(m), copy(v), average == null ? new float[0] : copy(average));
  }

  private float[] copy(Memory memory) {
    float[] all = new float[Math.toIntExact(memory.size())];
    backend.download(whole(memory), all, all.length);
    return all;
  }

  void restore(Saved saved) {
    if (saved.w.length != w.size()
        || saved.m.length != m.size()
        || saved.average.length != (average == null ? 0 : average.size())) {
      throw new DrsnException(
          "the checkpoint is of another network or other options; resume with those it was made"
              + " with");
    }
    step = saved.step;
    backend.upload(saved.w, whole(w), saved.w.length);
    backend.upload(saved.m, whole(m), saved.m.length);
    backend.upload(saved.v, whole(v), saved.v.length);
    if (average != null) {
      backend.upload(saved.average, whole(average), saved.average.length);
    }
  }

  void close() {
    w.close();
    dw.close();
    m.close();
    v.close();
    if (average != null) {
      average.close();
    }
  }
}
