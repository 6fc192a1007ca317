package dev.drsn.engine.plan;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A network as it is trained: normalisations use the batch's statistics unless frozen, epilogues
 * are fused, and the losses stand at its end.
 *
 * @param network with inputs {@code input} and {@code targets}
 * @param targets the targets' value, [N, classes]
 * @param crossEntropy the loss's value
 * @param centreLoss the loss's value, or -1 where there is none
 */
record TrainingNetwork(Network network, int targets, int crossEntropy, int centreLoss) {

  /** The name of the centre loss's node; its parameter is {@code loss.centres}. */
  static final String LOSS = "loss";

  static TrainingNetwork of(Network source, TrainingOptions options) {
    List<Node> nodes = new ArrayList<>();
    for (Node node : source.nodes()) {
      nodes.add(node.withOp(training(node, options)));
    }
    Network fused =
        EpilogueFusion.fuse(
            new Network(source.inputs(), nodes, source.output(), source.embedding()));
    int targets = fused.values();
    int crossEntropy = targets + 1;
    int centreLoss = options.centreWeight() > 0 ? targets + 2 : -1;
    List<Network.Input> inputs = new ArrayList<>(fused.inputs());
    Shape logits = fused.shapes(1)[fused.output()];
    inputs.add(new Network.Input("targets", targets, logits));
    nodes = new ArrayList<>(fused.nodes());
    nodes.add(
        new Node(
            "crossEntropy",
            new Op.SoftmaxCrossEntropy(),
            List.of(fused.output(), targets),
            crossEntropy));
    if (centreLoss >= 0) {
      nodes.add(
          new Node(
              LOSS,
              new Op.CentreLoss(options.separatingCentres()),
              List.of(fused.embedding(), targets),
              centreLoss));
    }
    Network network = new Network(inputs, nodes, fused.output(), fused.embedding());
    return new TrainingNetwork(network, targets, crossEntropy, centreLoss);
  }

  private static Op training(Node node, TrainingOptions options) {
    return switch (node.op()) {
      case Op.BatchNorm b when !options.frozen().test(node.name() + ".weight") ->
          new Op.BatchNorm(Norm.BATCH, b.residual(), b.relu());
      case Op.Shrinkage s
          when s.norm() == Norm.RUNNING && !options.frozen().test(node.name() + ".bn.weight") ->
          new Op.Shrinkage(s.hidden(), s.channelWise(), Norm.BATCH, s.residual(), s.relu());
      default -> node.op();
    };
  }
}
