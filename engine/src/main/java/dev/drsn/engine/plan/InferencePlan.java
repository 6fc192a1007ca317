package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.BatchRange;
import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.ProfileRange;
import dev.drsn.engine.backend.Recording;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.weights.Weights;
import java.util.List;

/**
 * A network compiled to run forward on one backend: normalisations folded, epilogues fused, memory
 * laid out, kernels chosen and weights packed. Owns its memory and kernels; not for several threads
 * at once (compile a plan for each).
 */
public final class InferencePlan implements AutoCloseable {

  private final Backend backend;
  private final Network network;
  private final int batch;
  private final List<Parts.Level> levels;
  private final Memory parameters;
  private final Memory activations;
  private final View[] input;
  private final View output;
  private final View embedding;
  private final Kernel[] kernels;

  /** By node and part of the batch. */
  private final Operands[][] operands;

  private final ProfileRange[] ranges;

  /** By level and part of the batch: the level's nodes. */
  private final Recording[][] recordings;

  private final BatchRange whole = new BatchRange("inference");
  private final ProfileRange upload;
  private final ProfileRange download;

  private InferencePlan(Network source, Weights sourceWeights, Backend backend, int batch) {
    BatchNormFolding folding = BatchNormFolding.fold(source, sourceWeights);
    this.backend = backend;
    this.network = EpilogueFusion.fuse(folding.network());
    this.batch = batch;
    Parts parts = new Parts(network, backend, batch);
    levels = parts.levels();
    List<Node> nodes = network.nodes();
    kernels = new Kernel[nodes.size()];
    operands = new Operands[nodes.size()][];
    ranges = new ProfileRange[nodes.size()];
    long scratchSize = 0;
    for (Parts.Level level : levels) {
      for (int i = level.from(); i < level.to(); i++) {
        kernels[i] = backend.compile(nodes.get(i).op(), parts.layouts(nodes.get(i), level));
        scratchSize = Math.max(scratchSize, kernels[i].scratchSize());
      }
    }
    ActivationLayout places = new ActivationLayout(backend);
    parts.place(places);
    long scratchOffset = places.take(scratchSize);
    activations = backend.allocate(places.size());
    FlatParameters flat = new FlatParameters(network, backend);
    parameters = backend.allocate(flat.size());
    flat.upload(folding.weights(), backend, parameters);
    View scratch = new View(activations, scratchOffset, new Scalars(scratchSize));
    Shape[] shapes = network.shapes(1);
    for (Parts.Level level : levels) {
      for (int i = level.from(); i < level.to(); i++) {
        Node node = nodes.get(i);
        List<Shape> inputs = Network.inputShapes(node, shapes);
        View[] w = flat.views(parameters, node, inputs);
        operands[i] = new Operands[Math.ceilDiv(batch, level.part())];
        for (int part = 0; part < operands[i].length; part++) {
          int first = part * level.part();
          View[] x =
              node.inputs().stream()
                  .map(value -> parts.view(activations, value, first, level))
                  .toArray(View[]::new);
          View y = parts.view(activations, node.output(), first, level);
          operands[i][part] = new Operands(x, y, w, null, null, null, null, null, scratch);
        }
        kernels[i].load(operands[i][0]);
        Shape y = shapes[node.output()];
        ranges[i] = Steps.of(node, "forward", inputs, y, kernels[i].algorithm(), 1);
      }
    }
    recordings = new Recording[levels.size()][];
    for (int index = 0; index < recordings.length; index++) {
      Parts.Level level = levels.get(index);
      recordings[index] = new Recording[Math.ceilDiv(batch, level.part())];
      for (int i = 0; i < recordings[index].length; i++) {
        int part = i;
        int most = Math.min(level.part(), batch - part * level.part());
        recordings[index][part] = backend.record(most, false, n -> forward(level, part, n));
      }
    }
    int image = network.inputs().getFirst().value();
    input = new View[Math.ceilDiv(batch, levels.getFirst().part())];
    for (int part = 0; part < input.length; part++) {
      int first = part * levels.getFirst().part();
      input[part] = parts.view(activations, image, first, levels.getFirst());
    }
    output = parts.view(activations, network.output());
    embedding = parts.view(activations, network.embedding());
    upload = Steps.of("upload", Steps.text(input()));
    download = Steps.of("download", Steps.text(output.shape()));
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

  /** The most samples a run takes. */
  public int batch() {
    return batch;
  }

  /** One sample's input shape. */
  public Shape input() {
    return input[0].shape().withN(1);
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
    forward(levels.size() - 1, images, 0, n);
    download.enter();
    backend.download(output, logits, n);
    download.leave(n);
    whole.leave(n);
  }

  /** A part of a level: that of the level before, part by part, then its own nodes. */
  private void forward(int index, float[] images, int first, int n) {
    Parts.Level level = levels.get(index);
    if (index == 0) {
      upload.enter();
      backend.upload(images, first, input[first / level.part()], n);
      upload.leave(n);
    } else {
      int part = levels.get(index - 1).part();
      for (int done = 0; done < n; done += part) {
        forward(index - 1, images, first + done, Math.min(part, n - done));
      }
    }
    recordings[index][first / level.part()].run(n);
  }

  private void forward(Parts.Level level, int part, int n) {
    for (int i = level.from(); i < level.to(); i++) {
      ranges[i].enter();
      kernels[i].forward(operands[i][part], n);
      ranges[i].leave(n);
    }
  }

  /**
   * What the last linear layer read in the latest run: [n, D].
   *
   * @param n as in that run
   */
  public void embedding(float[] destination, int n) {
    backend.download(embedding, destination, n);
  }

  @Override
  public void close() {
    for (Recording[] level : recordings) {
      for (Recording recording : level) {
        recording.close();
      }
    }
    for (Kernel kernel : kernels) {
      kernel.close();
    }
    activations.close();
    parameters.close();
  }
}
