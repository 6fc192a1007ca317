package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.BatchRange;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layout;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.ProfileRange;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.weights.Weights;
import java.util.List;
import java.util.Map;

/**
 * A network compiled to run forward on one backend: normalisations folded, epilogues fused, memory
 * laid out, kernels chosen and weights packed. Owns its memory and kernels; not for several threads
 * at once (compile a plan for each).
 */
public final class InferencePlan implements AutoCloseable {

  private final Backend backend;
  private final Network network;
  private final int batch;
  private final int part;
  private final Memory parameters;
  private final Memory activations;
  private final View input;
  private final View output;
  private final View embedding;
  private final float[] embeddings;
  private final Kernel[] kernels;
  private final Operands[] operands;
  private final ProfileRange[] ranges;
  private final BatchRange whole = new BatchRange("inference");
  private final ProfileRange upload;
  private final ProfileRange download;

  private InferencePlan(Network source, Weights sourceWeights, Backend backend, int batch) {
    BatchNormFolding folding = BatchNormFolding.fold(source, sourceWeights);
    this.backend = backend;
    this.network = EpilogueFusion.fuse(folding.network());
    this.batch = batch;
    List<Node> nodes = network.nodes();
    part = backend.together(batch, hungriest(network));
    Shape[] shapes = network.shapes(part);
    Layout[] layouts = layouts(network, shapes, backend);
    kernels = new Kernel[nodes.size()];
    operands = new Operands[nodes.size()];
    ranges = new ProfileRange[nodes.size()];
    long scratchSize = 0;
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      Layouts shape = Layouts.forward(select(layouts, node), layouts[node.output()]);
      kernels[i] = backend.compile(node.op(), shape);
      scratchSize = Math.max(scratchSize, kernels[i].scratchSize());
    }
    ActivationLayout places = new ActivationLayout(backend);
    long[] offsets = place(places, layouts);
    long scratchOffset = places.take(scratchSize);
    activations = backend.allocate(places.size());
    FlatParameters flat = new FlatParameters(network, backend);
    parameters = backend.allocate(flat.size());
    flat.upload(folding.weights(), backend, parameters);
    View[] values = ActivationLayout.views(activations, layouts, offsets);
    View scratch = new View(activations, scratchOffset, new Scalars(scratchSize));
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      List<Shape> inputs = Network.inputShapes(node, shapes);
      View[] w = flat.views(parameters, node, inputs);
      operands[i] =
          new Operands(
              select(values, node),
              values[node.output()],
              w,
              null,
              null,
              null,
              null,
              null,
              scratch);
      kernels[i].load(operands[i]);
      Shape y = shapes[node.output()];
      ranges[i] = Steps.of(node, "forward", inputs, y, kernels[i].algorithm(), 1);
    }
    input = values[network.inputs().getFirst().value()];
    output = values[network.output()];
    embedding = values[network.embedding()];
    upload = Steps.of("upload", Steps.text(input.shape()));
    download = Steps.of("download", Steps.text(output.shape()));
    embeddings = part < batch ? new float[batch * embeddingSize()] : null;
  }

  /**
   * Compiles a network for inference.
   *
   * @param weights the network's, as trained; not kept
   * @param batch the most samples a run takes
   */
  public static InferencePlan compile(
      Network network, Weights weights, Backend backend, int batch) {
    if (batch < 1) {
      throw new IllegalArgumentException("batch " + batch + " is below 1");
    }
    return new InferencePlan(network, weights, backend, batch);
  }

  /** Scalars of a sample that the operation with most inputs and outputs reads and writes. */
  private static long hungriest(Network network) {
    Shape[] shapes = network.shapes(1);
    long most = 0;
    for (Node node : network.nodes()) {
      long each = shapes[node.output()].elements();
      for (int value : node.inputs()) {
        each += shapes[value].elements();
      }
      most = Math.max(most, each);
    }
    return most;
  }

  static Layout[] layouts(Network network, Shape[] shapes, Backend backend) {
    Map<Integer, List<Op>> consumers = network.consumers();
    Layout[] layouts = new Layout[shapes.length];
    for (Network.Input each : network.inputs()) {
      int value = each.value();
      layouts[value] = backend.activation(shapes[value], consumers.getOrDefault(value, List.of()));
    }
    for (Node node : network.nodes()) {
      int value = node.output();
      layouts[value] = backend.activation(shapes[value], consumers.getOrDefault(value, List.of()));
    }
    return layouts;
  }

  static Layout[] select(Layout[] of, Node node) {
    return node.inputs().stream().map(value -> of[value]).toArray(Layout[]::new);
  }

  static View[] select(View[] of, Node node) {
    return node.inputs().stream().map(value -> of[value]).toArray(View[]::new);
  }

  /** Places all values, giving a place back after the last operation that reads it. */
  private long[] place(ActivationLayout places, Layout[] layouts) {
    int[] lastUse = new int[layouts.length];
    List<Node> nodes = network.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      for (int value : nodes.get(i).inputs()) {
        lastUse[value] = i;
      }
    }
    lastUse[network.output()] = nodes.size();
    lastUse[network.embedding()] = nodes.size();
    long[] offsets = new long[layouts.length];
    for (Network.Input each : network.inputs()) {
      offsets[each.value()] = places.take(layouts[each.value()]);
    }
    for (int i = 0; i < nodes.size(); i++) {
      Node node = nodes.get(i);
      offsets[node.output()] = places.take(layouts[node.output()]);
      int step = i;
      node.inputs().stream()
          .distinct()
          .filter(value -> lastUse[value] == step)
          .forEach(value -> places.giveBack(layouts[value], offsets[value]));
    }
    return offsets;
  }

  /** The most samples a run takes. */
  public int batch() {
    return batch;
  }

  /** One sample's input shape. */
  public Shape input() {
    return input.shape().withN(1);
  }

  /** Numbers a sample's result has: the classes. */
  public int outputs() {
    return output.shape().sampleElements();
  }

  /** Numbers of a sample's embedding. */
  public int embeddingSize() {
    return embedding.shape().sampleElements();
  }

  /** The network as it runs, folded and fused. */
  public Network network() {
    return network;
  }

  /** The kernels' algorithms by node, in execution order. */
  public List<String> algorithms() {
    return java.util.Arrays.stream(kernels).map(Kernel::algorithm).toList();
  }

  /**
   * Logits of n samples. Allocates nothing.
   *
   * @param images [n, C, H, W] row-major, preprocessed
   * @param n 1 to {@link #batch()}
   * @param logits gets [n, classes]
   */
  public void run(float[] images, int n, float[] logits) {
    if (n < 1 || n > batch) {
      throw new IllegalArgumentException(n + " samples do not fit a plan for 1 to " + batch);
    }
    whole.enter();
    int parts = (n + part - 1) / part;
    for (int i = 0; i < parts; i++) {
      int first = (int) ((long) n * i / parts);
      run(images, first, (int) ((long) n * (i + 1) / parts) - first, logits, parts > 1);
    }
    whole.leave(n);
  }

  private void run(float[] images, int first, int n, float[] logits, boolean several) {
    upload.enter();
    backend.upload(images, first, input, n);
    upload.leave(n);
    for (int i = 0; i < kernels.length; i++) {
      ranges[i].enter();
      kernels[i].forward(operands[i], n);
      ranges[i].leave(n);
    }
    download.enter();
    backend.download(output, logits, first, n);
    if (several) {
      backend.download(embedding, embeddings, first, n);
    }
    download.leave(n);
  }

  /**
   * What the last linear layer read in the latest run: [n, D].
   *
   * @param n as in that run
   */
  public void embedding(float[] destination, int n) {
    if (n > part) {
      System.arraycopy(embeddings, 0, destination, 0, n * embeddingSize());
    } else {
      backend.download(embedding, destination, n);
    }
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
