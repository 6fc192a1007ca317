package dev.drsn.engine.network;

import dev.drsn.engine.op.Op;
import java.util.List;

/**
 * One operation of a network.
 *
 * @param name torchvision's name for it ({@code layer2.0.conv1}); its parameters' names begin with
 *     it
 * @param inputs values it reads, in the operation's order
 * @param output the value it makes
 */
public record Node(String name, Op op, List<Integer> inputs, int output) {

  public Node {
    inputs = List.copyOf(inputs);
  }

  /** The same with another operation. */
  public Node withOp(Op op) {
    return new Node(name, op, inputs, output);
  }
}
