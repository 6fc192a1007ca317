package dev.drsn.bench.contender;

import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import dev.drsn.engine.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What all contenders of a cell get: a network, weights, images and targets, drawn from a seed.
 *
 * @param images [batch, C, H, W]
 * @param targets [batch, classes], one-hot, in turn
 */
public record Case(
    NetworkSpec spec,
    Network network,
    Weights weights,
    int batch,
    int threads,
    float[] images,
    float[] targets) {

  public static final int CLASSES = 6;

  /** With the numbers that all comparisons have. */
  public static Case of(NetworkSpec spec, int batch, int threads) {
    return of(spec, batch, threads, 1);
  }

  /** With numbers of a seed. */
  public static Case of(NetworkSpec spec, int batch, int threads, long seed) {
    Network network = spec.build();
    SplittableRandom random = new SplittableRandom(seed);
    float[] images = new float[batch * spec.input().elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    float[] targets = new float[batch * spec.classes()];
    for (int n = 0; n < batch; n++) {
      targets[n * spec.classes() + n % spec.classes()] = 1;
    }
    return new Case(spec, network, weights(network, seed, random), batch, threads, images, targets);
  }

  /**
   * Initial weights with normalisations that do something and thresholds that cut, so that an
   * engine that leaves one out gives other logits.
   */
  private static Weights weights(Network network, long seed, SplittableRandom random) {
    SequencedMap<String, Tensor> tensors =
        new LinkedHashMap<>(Initialisation.of(network, seed).tensors());
    for (Map.Entry<String, Parameter> entry : network.parameters().entrySet()) {
      float[] data = tensors.get(entry.getKey()).data();
      for (int i = 0; i < data.length; i++) {
        switch (entry.getValue().role()) {
          case SCALE, RUNNING_VARIANCE -> data[i] = (float) random.nextDouble(0.5, 1.5);
          case SHIFT, RUNNING_MEAN, BIAS, THRESHOLD_BIAS ->
              data[i] = (float) random.nextDouble(-0.5, 0.5);
          case CONVOLUTION_WEIGHT, LINEAR_WEIGHT, CENTRE -> {
            // Random already.
          }
        }
      }
    }
    return new Weights(tensors);
  }

  /** The input's extents. */
  long[] extents() {
    return new long[] {batch, spec.channels(), spec.size(), spec.size()};
  }

  /** Network and weights as a model file holds them. */
  public Model model() {
    return new Model(
        spec,
        IntStream.range(0, spec.classes()).mapToObj(i -> "class" + i).toList(),
        Preprocess.perImage(spec.channels(), spec.size()),
        weights,
        new LinkedHashMap<>());
  }
}
