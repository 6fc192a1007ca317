package dev.drsn.engine.weights;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * Weights before training, the same for the same seed on every machine.
 *
 * <p>Convolutions: He-normal over fan-out, standard deviation {@code sqrt(2 / (K R S))} (He et al.
 * 2015); linear layers: uniform within {@code 1 / sqrt(D)}; normalisations: scale 1, shift 0; the
 * last bias of shrinkage gates: {@link #THRESHOLD_BIAS}, so that thresholds begin small; class
 * centres: standard normal, as the paper has them.
 */
public final class Initialisation {

  /** sigmoid(-3) = 0.047: at first a threshold is a twentieth of the mean magnitude. */
  public static final float THRESHOLD_BIAS = -3f;

  private Initialisation() {}

  /** Initial weights for all parameters of a network. */
  public static Weights of(Network network, long seed) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Parameter> entry : network.parameters().entrySet()) {
      // A generator of its own for each name: the trunk of a gated network begins with the very
      // weights
      // of the network without gates, so that comparisons differ in the gates only.
      SplittableRandom random =
          new SplittableRandom(seed * 0x9E3779B97F4A7C15L + entry.getKey().hashCode());
      tensors.put(entry.getKey(), initial(entry.getValue(), random));
    }
    return new Weights(tensors);
  }

  private static Tensor initial(Parameter parameter, SplittableRandom random) {
    Shape shape = parameter.shape();
    return switch (parameter.role()) {
      case CONVOLUTION_WEIGHT ->
          normal(shape, Math.sqrt(2.0 / ((double) shape.n() * shape.area())), random);
      case LINEAR_WEIGHT -> uniform(shape, 1 / Math.sqrt(shape.c()), random);
      case CENTRE -> normal(shape, 1, random);
      case SCALE, RUNNING_VARIANCE -> Tensor.filled(shape, 1);
      case THRESHOLD_BIAS -> Tensor.filled(shape, THRESHOLD_BIAS);
      case BIAS, SHIFT, RUNNING_MEAN -> Tensor.zeros(shape);
    };
  }

  private static Tensor normal(Shape shape, double deviation, SplittableRandom random) {
    float[] data = new float[shape.elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) (deviation * random.nextGaussian());
    }
    return new Tensor(shape, data);
  }

  private static Tensor uniform(Shape shape, double bound, SplittableRandom random) {
    float[] data = new float[shape.elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) random.nextDouble(-bound, bound);
    }
    return new Tensor(shape, data);
  }
}
