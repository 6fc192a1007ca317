package dev.drsn.engine.weights;

import dev.drsn.engine.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;

/**
 * An ONNX graph being written down: nodes in execution order and the constants that they read. A
 * value has the name of the node that makes it.
 */
final class OnnxGraph {

  /** The operator set that nodes are written for, and the file format that came with it. */
  private static final int OPSET = 17;

  private static final int IR_VERSION = 8;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final OnnxMessage graph = new OnnxMessage();
  private final SequencedMap<String, OnnxMessage> constants = new LinkedHashMap<>();

  /** Attributes of one node. */
  static final class Attributes {
    private final OnnxMessage node;

    private Attributes(OnnxMessage node) {
      this.node = node;
    }

    Attributes integer(String name, long value) {
      node.message(5, new OnnxMessage().text(1, name).number(3, value).number(20, 2));
      return this;
    }

    Attributes decimal(String name, float value) {
      node.message(5, new OnnxMessage().text(1, name).decimal(2, value).number(20, 1));
      return this;
    }

    Attributes integers(String name, long... values) {
      OnnxMessage attribute = new OnnxMessage().text(1, name);
      for (long value : values) {
        attribute.number(8, value);
      }
      node.message(5, attribute.number(20, 7));
      return this;
    }
  }

  /**
   * Adds a node.
   *
   * @param name its name and that of the value it makes
   * @param inputs values and constants
   * @return {@code name}
   */
  String node(String operator, String name, List<String> inputs, Consumer<Attributes> attributes) {
    OnnxMessage node = new OnnxMessage();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, name).text(3, name).text(4, operator);
    attributes.accept(new Attributes(node));
    graph.message(1, node);
    return name;
  }

  /** Adds a node without attributes. */
  String node(String operator, String name, String... inputs) {
    return node(operator, name, List.of(inputs), attributes -> {});
  }

  /** Adds a constant, once for each name. */
  String constant(String name, Tensor tensor) {
    OnnxMessage constant = new OnnxMessage();
    for (int extent : tensor.shape().extents()) {
      constant.number(1, extent);
    }
    constants.putIfAbsent(name, constant.number(2, FLOAT).text(8, name).floats(9, tensor.data()));
    return name;
  }

  /** Adds a vector of integers, once for each name. */
  String constant(String name, long... values) {
    OnnxMessage constant = new OnnxMessage().number(1, values.length).number(2, INT64);
    for (long value : values) {
      constant.number(7, value);
    }
    constants.putIfAbsent(name, constant.text(8, name));
    return name;
  }

  /**
   * The whole file.
   *
   * @param input extents of the input beyond the batch
   * @param output extents of the output beyond the batch
   */
  OnnxMessage model(
      String name,
      String inputName,
      int[] input,
      String outputName,
      int[] output,
      Map<String, String> metadata) {
    graph.text(2, name);
    constants.sequencedValues().forEach(constant -> graph.message(5, constant));
    graph.message(11, value(inputName, input));
    graph.message(12, value(outputName, output));
    OnnxMessage model =
        new OnnxMessage()
            .number(1, IR_VERSION)
            .text(2, "drsn")
            .message(7, graph)
            .message(8, new OnnxMessage().text(1, "").number(2, OPSET));
    metadata.forEach(
        (key, text) -> model.message(14, new OnnxMessage().text(1, key).text(2, text)));
    return model;
  }

  private static OnnxMessage value(String name, int[] extents) {
    OnnxMessage shape = new OnnxMessage().message(1, new OnnxMessage().text(2, "batch"));
    for (int extent : extents) {
      shape.message(1, new OnnxMessage().number(1, extent));
    }
    OnnxMessage tensor = new OnnxMessage().number(1, FLOAT).message(2, shape);
    return new OnnxMessage().text(1, name).message(2, new OnnxMessage().message(1, tensor));
  }
}
