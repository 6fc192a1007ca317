package dev.drsn.bench.op;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.BatchNormFolding;
import dev.drsn.engine.plan.EpilogueFusion;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.weights.Initialisation;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The layers of a network that differ from each other, as plans run them. */
public final class NetworkLayers {

  /**
   * Layers of equal operation and shapes.
   *
   * @param name of the first of them
   * @param count how many there are
   */
  public record Kind(String name, int count, Layer layer) {

    /** For people: what it computes and of what shape. */
    public String text() {
      return describe(layer.op()) + " " + layer.x().getFirst();
    }
  }

  private NetworkLayers() {}

  /** All kinds in order. */
  public static Collection<Kind> of(NetworkSpec spec, int batch, boolean training) {
    Network network = network(spec, training);
    Map<List<Object>, Kind> kinds = new LinkedHashMap<>();
    for (Node node : network.nodes()) {
      Layer layer = Layer.of(network, node, batch);
      kinds.merge(
          List.of(layer.op(), layer.x(), layer.makers().getFirst() == null),
          new Kind(node.name(), 1, layer),
          (old, _) -> new Kind(old.name, old.count + 1, old.layer));
    }
    return List.copyOf(kinds.values());
  }

  private static Network network(NetworkSpec spec, boolean training) {
    Network network = spec.build();
    if (training) {
      return TrainingPlan.network(network, TrainingOptions.of(Optimizer.Adam.standard(false)));
    }
    var weights = Initialisation.of(network, 1);
    return EpilogueFusion.fuse(BatchNormFolding.fold(network, weights).network());
  }

  private static String describe(Op op) {
    return switch (op) {
      case Op.Convolution o ->
          "convolution "
              + o.window()
              + " to "
              + o.channels()
              + (o.residual() ? ", residual" : "")
              + (o.relu() ? ", ReLU" : "");
      case Op.BatchNorm o ->
          "batch norm" + (o.residual() ? ", residual" : "") + (o.relu() ? ", ReLU" : "");
      case Op.Linear o -> "linear to " + o.outputs();
      case Op.MaxPool o -> "max pooling " + o.window();
      case Op.AveragePool o -> "average pooling " + o.window();
      case Op.AdaptiveAveragePool _ -> "adaptive average";
      case Op.GlobalAverage _ -> "global average";
      case Op.SqueezeExcite _ -> "squeeze-excite";
      case Op.Shrinkage o -> "shrinkage, channel-" + (o.channelWise() ? "wise" : "shared");
      case Op.Relu _ -> "ReLU";
      case Op.Sigmoid _ -> "sigmoid";
      case Op.Add _ -> "addition";
      case Op.ChannelScale _ -> "channel scale";
      case Op.SoftThreshold _ -> "soft threshold";
      case Op.SoftmaxCrossEntropy _ -> "softmax cross-entropy";
      case Op.CentreLoss _ -> "centre loss";
    };
  }
}
