package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Weights;
import java.util.List;

/**
 * A network compiled to be looked into, one sample at a time: after a run every value can be read,
 * and {@code d logit / d value} of one value, by the kernels' own backward.
 *
 * <p>Nothing is folded or fused and no memory is shared, so the values are those that the network's
 * description names; normalisations use their running statistics. Slower than {@link
 * InferencePlan}, equal to it but for rounding. Not for several threads at once.
 */
public final class GradientPlan implements AutoCloseable {

  private final Backend backend;
  private final Network network;
  private final int watched;
  private final Memory parameters;
  private final Memory activations;
  private final View[] values;
  private final View[] gradients;
  private final Kernel[] kernels;
  private final Operands[] operands;

  private GradientPlan(Network network, Weights weights, Backend backend, int watched) {
    this.backend = backend;
    this.network = network;
    this.watched = watched;
    List<Node> nodes = network.nodes();
    Shape[] shapes = network.shapes(1);
    Layout[] layouts = ActivationLayout.layouts(network, shapes, backend);
    Layout[] gradientLayouts = gradientLayouts(shapes);
    ActivationLayout places = new ActivationLayout(backend);
    kernels = new Kernel[nodes.size()];
    operands = new Operands[nodes.size()];
    long[] saved = new long[nodes.size()];
    long scratchSize = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      Layout[] x = ActivationLayout.select(layouts, node);
      Layout y = layouts[node.output()];
      kernels[i] =
          backend.compile(
              node.op(),
              goesBack(node, gradientLayouts)
                  ? new Layouts(
                      x,
                      y,
                      ActivationLayout.select(gradientLayouts, node),
                      gradientLayouts[node.output()])
                  : Layouts.forward(x, y));
      scratchSize = Math.max(scratchSize, kernels[i].scratchSize());
      saved[i] = places.take(kernels[i].savedSize());
    }
    long[] offsets = place(places, layouts);
    long[] gradientOffsets = place(places, gradientLayouts);
    long scratchOffset = places.take(scratchSize);
    activations = backend.allocate(places.size());
    values = ActivationLayout.views(activations, layouts, offsets);
    gradients = ActivationLayout.views(activations, gradientLayouts, gradientOffsets);
    View scratch = new View(activations, scratchOffset, new Scalars(scratchSize));
    FlatParameters flat = new FlatParameters(network, backend);
    parameters = backend.allocate(flat.size());
    flat.upload(weights, backend, parameters);
    boolean[][] add = TrainingPlan.additions(nodes);
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      View[] w = flat.views(parameters, node, Network.inputShapes(node, shapes));
      boolean back = goesBack(node, gradientLayouts);
      operands[i] =
          new Operands(
              ActivationLayout.select(values, node),
              values[node.output()],
              w,
              back ? ActivationLayout.select(gradients, node) : null,
              back ? gradients[node.output()] : null,
              back ? new View[w.length] : null,
              add[i],
              new View(activations, saved[i], new Scalars(kernels[i].savedSize())),
              scratch);
      kernels[i].load(operands[i]);
    }
  }

  /**
   * Compiles a network.
   *
   * @param watched the value whose gradient is wanted; the logits depend on it
   */
  public static GradientPlan compile(
      Network network, Weights weights, Backend backend, int watched) {
    return new GradientPlan(network, weights, backend, watched);
  }

  /** Layouts for the gradients of the watched value and all that depends on it. */
  private Layout[] gradientLayouts(Shape[] shapes) {
    Layout[] layouts = new Layout[shapes.length];
    for (Node node : network.nodes()) {
      boolean depends = node.output() == watched;
      for (int value : node.inputs()) {
        depends |= layouts[value] != null;
      }
      if (depends) {
        layouts[node.output()] = backend.gradient(shapes[node.output()], node.op());
      }
    }
    if (layouts[network.output()] == null) {
      throw new IllegalArgumentException("the logits do not depend on value " + watched);
    }
    return layouts;
  }

  private boolean goesBack(Node node, Layout[] gradientLayouts) {
    return gradientLayouts[node.output()] != null && node.output() != watched;
  }

  private static long[] place(ActivationLayout places, Layout[] layouts) {
    long[] offsets = new long[layouts.length];
    for (int value = 0; value < layouts.length; value++) {
      offsets[value] = layouts[value] == null ? 0 : places.take(layouts[value]);
    }
    return offsets;
  }

  /** Computes all values of a sample: [1, C, H, W], preprocessed. */
  public void run(float[] image) {
    backend.upload(image, values[network.inputs().getFirst().value()], 1);
    for (int i = 0; i < kernels.length; i++) {
      kernels[i].forward(operands[i], 1);
    }
  }

  /** A value of the latest run. */
  public Tensor value(int value) {
    return download(values[value]);
  }

  /** The logits of the latest run. */
  public float[] logits() {
    return value(network.output()).data();
  }

  /** {@code d logits[label] / d watched value} at the latest run's sample. */
  public Tensor gradient(int label) {
    View last = gradients[network.output()];
    float[] seed = new float[last.shape().sampleElements()];
    seed[label] = 1;
    backend.upload(seed, last, 1);
    for (int i = kernels.length - 1; i >= 0; i--) {
      // Kernels whose output the watched value does not reach have no gradient to go on with.
      if (operands[i].dy() != null) {
        kernels[i].backward(operands[i], 1);
      }
    }
    return download(gradients[watched]);
  }

  private Tensor download(View view) {
    Tensor tensor = Tensor.zeros(view.shape());
    backend.download(view, tensor.data(), 1);
    return tensor;
  }

  @Override
  public void close() {
    for (Kernel kernel : kernels) {
      kernel.close();
    }
    activations.close();
    parameters.close();
  }
}
