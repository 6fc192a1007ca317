package dev.drsn.bench.op;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An operation at given shapes, with the neighbours that decide its layouts.
 *
 * @param x the inputs' shapes
 * @param makers who makes each input; null for what is given from outside and has no gradient
 * @param readers who reads each input, this operation among them
 * @param consumers who reads the output
 */
public record Layer(
    Op op, List<Shape> x, List<Op> makers, List<List<Op>> readers, List<Op> consumers) {

  /** The numbers of one pass: inputs, parameters and the output's gradient, row-major. */
  public record Numbers(float[][] x, float[][] w, float[] dy) {}

  /** An operation whose neighbours have no wishes. */
  public static Layer alone(Op op, List<Shape> x) {
    List<Op> makers = new ArrayList<>(Collections.nCopies(x.size(), new Op.Relu()));
    if (loss(op)) {
      makers.set(1, null);
    }
    return new Layer(op, x, makers, Collections.nCopies(x.size(), List.of(op)), List.of());
  }

  /** A node of a network. */
  public static Layer of(Network network, Node node, int batch) {
    Shape[] shapes = network.shapes(batch);
    List<Op> makers = new ArrayList<>();
    List<List<Op>> readers = new ArrayList<>();
    for (int value : node.inputs()) {
      Op maker = null;
      for (Node each : network.nodes()) {
        maker = each.output() == value ? each.op() : maker;
      }
      makers.add(maker);
      readers.add(network.consumers().get(value));
    }
    return new Layer(
        node.op(),
        Network.inputShapes(node, shapes),
        makers,
        readers,
        network.consumers().getOrDefault(node.output(), List.of()));
  }

  private static boolean loss(Op op) {
    return op instanceof Op.SoftmaxCrossEntropy || op instanceof Op.CentreLoss;
  }

  /** The output's shape. */
  public Shape y() {
    return op.output(x);
  }

  /** The parameters. */
  public List<Parameter> parameters() {
    return op.parameters(x);
  }

  /** The layouts that a plan would choose on this backend. */
  Layouts layouts(Backend backend, boolean training) {
    Layout[] inputs = new Layout[x.size()];
    Layout[] gradients = new Layout[x.size()];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = backend.activation(x.get(i), readers.get(i));
      if (makers.get(i) != null) {
        gradients[i] = backend.gradient(x.get(i), makers.get(i));
      }
    }
    Layout output = backend.activation(y(), consumers);
    return training
        ? new Layouts(inputs, output, gradients, backend.gradient(y(), op))
        : Layouts.forward(inputs, output);
  }

  /**
   * Normal inputs and gradients, parameters as in the middle of a training: weights that keep the
   * variance, scales about 1. Targets are one-hot.
   *
   * @param mean of the inputs
   * @param deviation of the inputs
   */
  public Numbers numbers(long seed, double mean, double deviation) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] inputs = new float[x.size()][];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = loss(op) && i == 1 ? oneHot(x.get(i)) : normal(x.get(i), mean, deviation, random);
    }
    List<Parameter> parameters = parameters();
    float[][] w = new float[parameters.size()][];
    for (int i = 0; i < w.length; i++) {
      w[i] = values(parameters.get(i), random);
    }
    return new Numbers(inputs, w, normal(y(), 0, 1, random));
  }

  private static float[] normal(
      Shape shape, double mean, double deviation, SplittableRandom random) {
    float[] values = new float[shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian(mean, deviation);
    }
    return values;
  }

  private static float[] oneHot(Shape shape) {
    float[] values = new float[shape.elements()];
    int classes = shape.sampleElements();
    for (int n = 0; n < shape.n(); n++) {
      values[n * classes + n % classes] = 1;
    }
    return values;
  }

  private static float[] values(Parameter parameter, SplittableRandom random) {
    Shape shape = parameter.shape();
    return switch (parameter.role()) {
      case CONVOLUTION_WEIGHT, LINEAR_WEIGHT ->
          normal(shape, 0, Math.sqrt(2.0 / shape.sampleElements()), random);
      case BIAS, SHIFT, THRESHOLD_BIAS, RUNNING_MEAN -> normal(shape, 0, 0.3, random);
      case CENTRE -> normal(shape, 0, 1, random);
      case SCALE, RUNNING_VARIANCE -> {
        float[] values = new float[shape.elements()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextDouble(0.5, 1.5);
        }
        yield values;
      }
    };
  }
}
