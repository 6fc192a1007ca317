package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.BatchRange;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.ProfileRange;
import dev.drsn.engine.backend.Recording;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A network compiled to be trained on one backend. A step is: forward, losses, backward, optimiser.
 * Owns parameters, gradients, optimiser state and activations; the same seed, data and backend give
 * the same weights to the bit, whatever the number of threads.
 */
public final class TrainingPlan implements AutoCloseable {

  private final Backend backend;
  private final TrainingOptions options;
  private final TrainingNetwork training;
  private final int batch;
  private final ParameterState state;
  private final Memory activations;
  private final View[] values;
  private final View[] gradients;
  private final Kernel[] kernels;
  private final Operands[] operands;
  private final boolean[] backward;
  private final ProfileRange[] forwardRanges;
  private final ProfileRange[] backwardRanges;
  private final BatchRange whole = new BatchRange("training");
  private final ProfileRange upload;
  private final ProfileRange clear = Steps.of("clear gradients", "");
  private final ProfileRange update = Steps.of("optimiser", "");
  private final ProfileRange load = Steps.of("load weights", "");
  private final Recording pass;
  private final Recording loading;
  private final float[] one = new float[1];
  private double centreWeight;
  private double crossEntropy;
  private double centreLoss;

  private TrainingPlan(
      Network source, Weights weights, TrainingOptions options, Backend backend, int batch) {
    this.backend = backend;
    this.options = options;
    this.batch = batch;
    centreWeight = options.centreWeight();
    training = TrainingNetwork.of(source, options);
    Network network = training.network();
    List<Node> nodes = network.nodes();
    Shape[] shapes = network.shapes(batch);
    FlatParameters flat = new FlatParameters(network, backend);
    state = new ParameterState(flat, weights, options, backend);
    Layout[] layouts = ActivationLayout.layouts(network, shapes, backend);
    boolean[] wanted = wanted(nodes, shapes);
    Layout[] gradientLayouts = new Layout[layouts.length];
    backward = new boolean[nodes.size()];
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      backward[i] = wanted[node.output()];
      if (backward[i]) {
        gradientLayouts[node.output()] = backend.gradient(shapes[node.output()], node.op());
      }
    }
    kernels = new Kernel[nodes.size()];
    operands = new Operands[nodes.size()];
    forwardRanges = new ProfileRange[nodes.size()];
    backwardRanges = new ProfileRange[nodes.size()];
    ActivationLayout places = new ActivationLayout(backend);
    long[] saved = new long[nodes.size()];
    long scratchSize = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      Layout[] x = ActivationLayout.select(layouts, node);
      Layout y = layouts[node.output()];
      Layouts all =
          backward[i]
              ? new Layouts(
                  x,
                  y,
                  ActivationLayout.select(gradientLayouts, node),
                  gradientLayouts[node.output()])
              : Layouts.forward(x, y);
      kernels[i] = backend.compile(node.op(), all);
      scratchSize = Math.max(scratchSize, kernels[i].scratchSize());
      saved[i] = places.take(kernels[i].savedSize());
    }
    long[] valueOffsets = new long[layouts.length];
    for (int value = 0; value < layouts.length; value++) {
      valueOffsets[value] = layouts[value] == null ? 0 : places.take(layouts[value].size());
    }
    long[] gradientOffsets = placeGradients(places, nodes, gradientLayouts);
    long scratchOffset = places.take(scratchSize);
    activations = backend.allocate(places.size());
    values = ActivationLayout.views(activations, layouts, valueOffsets);
    gradients = ActivationLayout.views(activations, gradientLayouts, gradientOffsets);
    View scratch = new View(activations, scratchOffset, new Scalars(scratchSize));
    boolean[][] add = additions(nodes);
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      List<Shape> inputs = Network.inputShapes(node, shapes);
      View[] w = state.weights(node, inputs);
      View keep = new View(activations, saved[i], new Scalars(kernels[i].savedSize()));
      operands[i] =
          new Operands(
              ActivationLayout.select(values, node),
              values[node.output()],
              w,
              backward[i] ? ActivationLayout.select(gradients, node) : null,
              backward[i] ? gradients[node.output()] : null,
              backward[i] ? state.gradients(node, inputs) : null,
              add[i],
              keep,
              scratch);
      Shape out = shapes[node.output()];
      String algorithm = kernels[i].algorithm();
      int gradients = count(operands[i].dx()) + count(operands[i].dw());
      forwardRanges[i] = Steps.of(node, "forward", inputs, out, algorithm, 1);
      backwardRanges[i] = Steps.of(node, "backward", inputs, out, algorithm, gradients);
    }
    upload = Steps.of("upload", Steps.text(shapes[network.inputs().getFirst().value()]));
    pass = backend.record(batch, true, this::pass);
    loading = backend.record(batch, true, this::loadKernels);
    load();
  }

  /**
   * Compiles a network for training.
   *
   * @param weights to start from, those of the centre loss among them where there is one (see
   *     {@link #network}); copied
   * @param batch the most samples a step takes
   */
  public static TrainingPlan compile(
      Network network, Weights weights, TrainingOptions options, Backend backend, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch " + batch + " is below 1");
    }
    return new TrainingPlan(network, weights, options, backend, batch);
  }

  /**
   * The network with its losses, as {@link #compile} will train it: what weights are needed for.
   */
  public static Network network(Network network, TrainingOptions options) {
    return TrainingNetwork.of(network, options).network();
  }

  /** Whether a value's gradient is wanted: something trainable lies at or before its producer. */
  private boolean[] wanted(List<Node> nodes, Shape[] shapes) {
    boolean[] wanted = new boolean[shapes.length];
    for (Node node : nodes) {
      boolean any = state.trains(node, Network.inputShapes(node, shapes));
      for (int value : node.inputs()) {
        any |= wanted[value];
      }
      wanted[node.output()] = any;
    }
    return wanted;
  }

  /**
   * Gradients live from the first backward that writes them to their producer's; the losses', which
   * nobody's backward writes, from the beginning.
   */
  private static long[] placeGradients(
      ActivationLayout places, List<Node> nodes, Layout[] layouts) {
    long[] offsets = new long[layouts.length];
    Arrays.fill(offsets, -1);
    Set<Integer> read = new HashSet<>();
    nodes.forEach(node -> read.addAll(node.inputs()));
    for (Node node : nodes) {
      int output = node.output();
      if (layouts[output] != null && !read.contains(output)) {
        offsets[output] = places.take(layouts[output]);
      }
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      int output = node.output();
      if (layouts[output] == null) {
        continue;
      }
      for (int value : node.inputs()) {
        if (layouts[value] != null && offsets[value] < 0) {
          offsets[value] = places.take(layouts[value]);
        }
      }
      places.giveBack(layouts[output], offsets[output]);
    }
    return offsets;
  }

  /**
   * For each node's inputs: whether a later node, whose backward comes first, reads the same value.
   */
  static boolean[][] additions(List<Node> nodes) {
    boolean[][] add = new boolean[nodes.size()][];
    List<Integer> written = new ArrayList<>();
    for (int i = nodes.size() - 1; i >= 0; i--) {
      List<Integer> inputs = nodes.get(i).inputs();
      add[i] = new boolean[inputs.size()];
      for (int j = 0; j < add[i].length; j++) {
        add[i][j] = written.contains(inputs.get(j));
        written.add(inputs.get(j));
      }
    }
    return add;
  }

  /** 1 where any of these is wanted. */
  private static int count(View[] gradients) {
    return gradients != null && Arrays.stream(gradients).anyMatch(Objects::nonNull) ? 1 : 0;
  }

  private void load() {
    load.enter();
    loading.run(batch);
    load.leave(batch);
  }

  private void loadKernels(int n) {
    for (int i = 0; i < kernels.length; i++) {
      kernels[i].load(operands[i]);
    }
  }

  /** The most samples a step takes. */
  public int batch() {
    return batch;
  }

  /**
   * One step: gradients of the mean loss over these samples, then the optimiser.
   *
   * @param images [n, C, H, W], preprocessed
   * @param targets [n, classes]: one-hot, soft, or weighted
   * @param n 1 to {@link #batch()}; gates with batch normalisation want 2 or more
   * @param rate the learning rate
   * @return cross-entropy plus weighted centre loss, before the step
   */
  public double step(float[] images, float[] targets, int n, double rate) {
    whole.enter();
    double loss = gradients(images, targets, n);
    update.enter();
    state.update(rate);
    update.leave(n);
    load();
    whole.leave(n);
    return loss;
  }

  /**
   * Scales the centre loss's weight from the next step on, for weights that change in time.
   *
   * @param factor on {@link TrainingOptions#centreWeight}
   */
  public void scaleCentreLoss(double factor) {
    centreWeight = factor * options.centreWeight();
  }

  /** Forward, losses and backward without the optimiser; gradients start from zero. */
  public double gradients(float[] images, float[] targets, int n) {
    if (n < 1 || n > batch) {
      throw new IllegalArgumentException(n + " samples do not fit a plan for 1 to " + batch);
    }
    upload.enter();
    backend.upload(images, values[training.network().inputs().getFirst().value()], n);
    backend.upload(targets, values[training.targets()], n);
    upload.leave(n);
    // Nobody writes them before the losses' backward reads them.
    seed(training.crossEntropy(), 1);
    seed(training.centreLoss(), centreWeight);
    pass.run(n);
    crossEntropy = loss(training.crossEntropy());
    centreLoss = training.centreLoss() < 0 ? 0 : loss(training.centreLoss());
    return crossEntropy + centreWeight * centreLoss;
  }

  private void pass(int n) {
    for (int i = 0; i < kernels.length; i++) {
      forwardRanges[i].enter();
      kernels[i].forward(operands[i], n);
      forwardRanges[i].leave(n);
    }
    clear.enter();
    state.clearGradients();
    clear.leave(n);
    for (int i = kernels.length - 1; i >= 0; i--) {
      if (backward[i]) {
        backwardRanges[i].enter();
        kernels[i].backward(operands[i], n);
        backwardRanges[i].leave(n);
      }
    }
  }

  private void seed(int value, double weight) {
    if (value >= 0 && gradients[value] != null) {
      one[0] = (float) weight;
      backend.upload(one, gradients[value], 1);
    }
  }

  private double loss(int value) {
    backend.download(values[value], one, 1);
    return one[0];
  }

  /** The latest step's cross-entropy. */
  public double crossEntropy() {
    return crossEntropy;
  }

  /** The latest step's centre loss, unweighted; 0 where there is none. */
  public double centreLoss() {
    return centreLoss;
  }

  /** The latest step's logits: [n, classes]. */
  public void logits(float[] destination, int n) {
    backend.download(values[training.network().output()], destination, n);
  }

  /** Parameters, gradients, optimiser state and averages. */
  public ParameterState state() {
    return state;
  }

  /** Puts weights and optimiser back as {@link ParameterState#save} had them. */
  public void restore(ParameterState.Saved saved) {
    state.restore(saved);
    load();
  }

  @Override
  public void close() {
    pass.close();
    loading.close();
    for (Kernel kernel : kernels) {
      kernel.close();
    }
    activations.close();
    state.close();
  }
}
