package dev.drsn.engine.plan;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rewrites a network for inference: a batch normalisation by running statistics is affine, so
 * behind a convolution or a linear layer it goes into that one's weights: with {@code s = gamma /
 * sqrt(var + epsilon)}: {@code w' = s w}, {@code b' = s (b - mean) + beta}. Likewise inside
 * shrinkage gates.
 *
 * @param network without the normalisations that could be folded
 * @param weights exactly that network's
 */
public record BatchNormFolding(Network network, Weights weights) {

  /** Folds what can be folded; other normalisations stay. */
  public static BatchNormFolding fold(Network network, Weights weights) {
    Map<Integer, List<Op>> consumers = network.consumers();
    Map<Integer, Node> producers = new LinkedHashMap<>();
    Map<String, Tensor> changed = new LinkedHashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : network.nodes()) {
      Node folded = node;
      switch (node.op()) {
        case Op.BatchNorm norm when norm.norm() == Norm.RUNNING -> {
          Node before = producers.get(node.inputs().getFirst());
          if (before != null
              && before.op() instanceof Op.Convolution conv
              && !conv.residual()
              && !conv.relu()
              && consumers.get(before.output()).size() == 1
              && before.output() != network.output()
              && before.output() != network.embedding()) {
            nodes.remove(before);
            affine(weights, changed, before.name(), node.name(), conv.bias());
            Op op =
                new Op.Convolution(
                    conv.channels(), conv.window(), true, norm.residual(), norm.relu());
            List<Integer> inputs = new ArrayList<>(before.inputs());
            inputs.addAll(node.inputs().subList(1, node.inputs().size()));
            folded = new Node(before.name(), op, inputs, node.output());
          }
        }
        case Op.Shrinkage gate when gate.norm() == Norm.RUNNING -> {
          affine(weights, changed, node.name() + ".fc1", node.name() + ".bn", true);
          folded =
              node.withOp(
                  new Op.Shrinkage(
                      gate.hidden(), gate.channelWise(), Norm.NONE, gate.residual(), gate.relu()));
        }
        default -> {
          // Nothing to fold in the others.
        }
      }
      nodes.add(folded);
      producers.put(folded.output(), folded);
    }
    Network rewritten = new Network(network.inputs(), nodes, network.output(), network.embedding());
    LinkedHashMap<String, Tensor> kept = new LinkedHashMap<>();
    for (String name : rewritten.parameters().keySet()) {
      Tensor folded = changed.get(name);
      kept.put(name, folded != null ? folded : weights.get(name));
    }
    return new BatchNormFolding(rewritten, new Weights(kept));
  }

  /** Puts the normalisation {@code norm} into the weight and bias of {@code layer}. */
  private static void affine(
      Weights weights, Map<String, Tensor> changed, String layer, String norm, boolean hasBias) {
    Tensor weight = weights.get(layer + ".weight").copy();
    float[] gamma = weights.get(norm + ".weight").data();
    float[] beta = weights.get(norm + ".bias").data();
    float[] mean = weights.get(norm + ".running_mean").data();
    float[] variance = weights.get(norm + ".running_var").data();
    float[] bias = hasBias ? weights.get(layer + ".bias").data() : new float[gamma.length];
    float[] folded = new float[gamma.length];
    int each = weight.data().length / gamma.length;
    for (int k = 0; k < gamma.length; k++) {
      double s = gamma[k] / Math.sqrt(variance[k] + Norm.EPSILON);
      for (int i = k * each; i < (k + 1) * each; i++) {
        weight.data()[i] = (float) (weight.data()[i] * s);
      }
      folded[k] = (float) ((bias[k] - mean[k]) * s + beta[k]);
    }
    changed.put(layer + ".weight", weight);
    changed.put(layer + ".bias", new Tensor(Shape.of(gamma.length), folded));
  }
}
