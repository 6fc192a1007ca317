package dev.drsn.engine.plan;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Rewrites a network so that an addition or a ReLU becomes the epilogue of the operation in front
 * of it, where nobody else reads what lies between: the values are then written once and not at all
 * in between.
 */
public final class EpilogueFusion {

  private final Network network;
  private final Map<Integer, List<Op>> consumers;
  private final List<Node> nodes = new ArrayList<>();

  private EpilogueFusion(Network network) {
    this.network = network;
    this.consumers = network.consumers();
  }

  /** Fuses all that can be. */
  public static Network fuse(Network network) {
    EpilogueFusion fusion = new EpilogueFusion(network);
    for (Node node : network.nodes()) {
      fusion.emit(node);
    }
    return new Network(network.inputs(), fusion.nodes, network.output(), network.embedding());
  }

  private void emit(Node node) {
    if (node.op() instanceof Op.Relu) {
      Node before = privateProducer(node.inputs().getFirst());
      Op fused = before == null ? null : withRelu(before.op());
      if (fused != null) {
        nodes.set(
            nodes.indexOf(before), new Node(before.name(), fused, before.inputs(), node.output()));
        return;
      }
    }
    if (node.op() instanceof Op.Add add) {
      for (int i = 0; i < 2; i++) {
        Node before = privateProducer(node.inputs().get(i));
        Op fused = before == null ? null : withResidual(before.op(), add.relu());
        // One value twice in an operation would be written twice in backward: the plan only knows
        // values that several operations read.
        if (fused != null && !before.inputs().contains(node.inputs().get(1 - i))) {
          // At the addition's place: the other summand may come after `before`.
          List<Integer> inputs = new ArrayList<>(before.inputs());
          inputs.add(node.inputs().get(1 - i));
          nodes.remove(before);
          nodes.add(new Node(before.name(), fused, inputs, node.output()));
          return;
        }
      }
    }
    nodes.add(node);
  }

  /** Who makes a value that one operation reads and nobody asks for; null else. */
  private Node privateProducer(int value) {
    if (consumers.get(value).size() != 1
        || value == network.output()
        || value == network.embedding()) {
      return null;
    }
    return nodes.stream().filter(node -> node.output() == value).findFirst().orElse(null);
  }

  private static Op withRelu(Op op) {
    return switch (op) {
      case Op.Convolution c when !c.relu() ->
          new Op.Convolution(c.channels(), c.window(), c.bias(), c.residual(), true);
      case Op.Linear l when !l.relu() -> new Op.Linear(l.outputs(), l.bias(), true);
      case Op.BatchNorm b when !b.relu() -> new Op.BatchNorm(b.norm(), b.residual(), true);
      case Op.Add a when !a.relu() -> new Op.Add(true);
      case Op.SqueezeExcite s when !s.relu() ->
          new Op.SqueezeExcite(s.hidden(), s.residual(), true);
      case Op.Shrinkage s when !s.relu() ->
          new Op.Shrinkage(s.hidden(), s.channelWise(), s.norm(), s.residual(), true);
      default -> null;
    };
  }

  private static Op withResidual(Op op, boolean relu) {
    return switch (op) {
      case Op.Convolution c when !c.relu() && !c.residual() ->
          new Op.Convolution(c.channels(), c.window(), c.bias(), true, relu);
      case Op.BatchNorm b when !b.relu() && !b.residual() -> new Op.BatchNorm(b.norm(), true, relu);
      case Op.SqueezeExcite s when !s.relu() && !s.residual() ->
          new Op.SqueezeExcite(s.hidden(), true, relu);
      case Op.Shrinkage s when !s.relu() && !s.residual() ->
          new Op.Shrinkage(s.hidden(), s.channelWise(), s.norm(), true, relu);
      default -> null;
    };
  }
}
