package dev.drsn.engine.network;

import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Operations in execution order over numbered values. Immutable; knows no weights, batch or
 * backend. Plans rewrite it (folding, fusing) into other networks.
 *
 * @param inputs what is given from outside
 * @param output the logits' value
 * @param embedding the value that the last linear layer reads: what the centre losses pull at
 */
public record Network(List<Input> inputs, List<Node> nodes, int output, int embedding) {

  /**
   * A value given from outside.
   *
   * @param shape of one sample, N = 1
   */
  public record Input(String name, int value, Shape shape) {}

  public Network {
    inputs = List.copyOf(inputs);
    nodes = List.copyOf(nodes);
  }

  /** One more than the largest value's number. */
  public int values() {
    int count = 0;
    for (Input input : inputs) {
      count = Math.max(count, input.value() + 1);
    }
    for (Node node : nodes) {
      count = Math.max(count, node.output() + 1);
    }
    return count;
  }

  /** Every value's shape at a batch size; null for numbers that no value has. */
  public Shape[] shapes(int batch) {
    Shape[] shapes = new Shape[values()];
    for (Input input : inputs) {
      shapes[input.value()] = input.shape().withN(batch);
    }
    for (Node node : nodes) {
      shapes[node.output()] = node.op().output(inputShapes(node, shapes));
    }
    return shapes;
  }

  /** The shapes of a node's inputs. */
  public static List<Shape> inputShapes(Node node, Shape[] shapes) {
    return node.inputs().stream().map(value -> shapes[value]).toList();
  }

  /** All parameters by full name ({@code layer1.0.conv1.weight}), in execution order. */
  public SequencedMap<String, Parameter> parameters() {
    Shape[] shapes = shapes(1);
    SequencedMap<String, Parameter> all = new LinkedHashMap<>();
    for (Node node : nodes) {
      for (Parameter parameter : node.op().parameters(inputShapes(node, shapes))) {
        all.put(node.name() + "." + parameter.name(), parameter);
      }
    }
    return all;
  }

  /** Trainable elements, as papers count parameters. */
  public long parameterCount() {
    return parameters().values().stream()
        .filter(p -> p.role().trainable())
        .mapToLong(p -> p.shape().elements())
        .sum();
  }

  /** Multiply-accumulates for one sample, by node name, nodes without any left out. */
  public SequencedMap<String, Long> multiplyAccumulates() {
    Shape[] shapes = shapes(1);
    SequencedMap<String, Long> counts = new LinkedHashMap<>();
    for (Node node : nodes) {
      long count = node.op().multiplyAccumulates(inputShapes(node, shapes));
      if (count > 0) {
        counts.put(node.name(), count);
      }
    }
    return counts;
  }

  /** The operations that read each value. */
  public Map<Integer, List<Op>> consumers() {
    Map<Integer, List<Op>> consumers = new HashMap<>();
    for (Node node : nodes) {
      for (int value : node.inputs()) {
        consumers.computeIfAbsent(value, v -> new ArrayList<>()).add(node.op());
      }
    }
    return consumers;
  }
}
