package dev.drsn.engine.feature;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.weights.ForeignWeights;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Safetensors;
import dev.drsn.engine.weights.Weights;
import dev.drsn.engine.weights.WeightsFit;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a network's last linear layer reads: VGG16's fc7 (4096 numbers at width 64), a residual
 * network's pooled features. Owns a plan; not for several threads at once.
 */
public final class DeepFeature implements AutoCloseable {

  private static final int IMAGENET_SIZE = 224;

  private final InferencePlan plan;
  private final Preprocess preprocess;
  private final float[] logits;
  private final float[] images;

  private DeepFeature(
      Network network, Weights weights, Preprocess preprocess, Backend backend, int batch) {
    plan = InferencePlan.compile(network, weights, backend, batch);
    this.preprocess = preprocess;
    logits = new float[batch * plan.outputs()];
    images = new float[batch * preprocess.elements()];
  }

  /**
   * A network from a file.
   *
   * @param file a model file of any network, or VGG16's weights under torchvision's names
   * @param batch pictures at a time
   * @throws DrsnException where entries of VGG16 are missing, naming the first
   */
  public static DeepFeature open(Path file, Backend backend, int batch) {
    if (isModel(file)) {
      Model model = Model.read(file);
      return new DeepFeature(model.network(), model.weights(), model.preprocess(), backend, batch);
    }
    ForeignWeights foreign = ForeignWeights.read(file);
    OptionalInt read = OptionalInt.empty();
    NetworkSpec spec = foreign.spec(Architecture.VGG16, IMAGENET_SIZE, read, read, read);
    Network network = spec.build();
    requireAll(file, network, foreign.weights());
    Weights weights =
        WeightsFit.fit(
                network, foreign.weights(), foreign.weights(), WeightsFit.NONE, file.toString())
            .weights();
    Preprocess preprocess =
        spec.channels() == 3
            ? Preprocess.imageNet(IMAGENET_SIZE)
            : Preprocess.fixed(1, IMAGENET_SIZE);
    return new DeepFeature(network, weights, preprocess, backend, batch);
  }

  private static boolean isModel(Path file) {
    try {
      return Safetensors.readMetadata(file).containsKey("drsn.format");
    } catch (DrsnException e) {
      // No safetensors file; who reads it as one of PyTorch's says what is wrong with it.
      return false;
    }
  }

  private static void requireAll(Path file, Network network, Weights weights) {
    List<String> missing =
        network.parameters().keySet().stream()
            .filter(name -> !weights.tensors().containsKey(name))
            .toList();
    if (!missing.isEmpty()) {
      throw new DrsnException(
          file
              + " has no "
              + missing.getFirst()
              + (missing.size() > 1 ? " and lacks " + (missing.size() - 1) + " more" : "")
              + " of VGG16's "
              + network.parameters().size()
              + " entries; give torchvision's vgg16 or a model file of drsn");
    }
  }

  /** Numbers of a picture. */
  public int size() {
    return plan.embeddingSize();
  }

  /** How many pictures are described at once. */
  public int batch() {
    return plan.batch();
  }

  /**
   * Describes pictures.
   *
   * @param pictures at most {@link #batch()}
   * @return [n, size]
   */
  public float[] describe(List<Image> pictures) {
    int n = pictures.size();
    for (int i = 0; i < n; i++) {
      preprocess.apply(pictures.get(i), null, images, i * preprocess.elements());
    }
    plan.run(images, n, logits);
    float[] y = new float[n * size()];
    plan.embedding(y, n);
    return y;
  }

  @Override
  public void close() {
    plan.close();
  }
}
