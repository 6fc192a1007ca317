package dev.drsn.cli.serve;

import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.weights.Model;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What clients may know of the model.
 *
 * @param mostRows the most inputs a request
 */
record ServedModel(String name, List<String> labels, Preprocess preprocess, int mostRows) {

  static final String INPUT = "input";
  static final String IMAGE = "image";
  static final String OUTPUT = "probabilities";
  static final String VERSION = "1";

  static ServedModel of(String name, Model model, int mostRows) {
    return new ServedModel(name, model.labels(), model.preprocess(), mostRows);
  }

  /** Extents of an input but for the first. */
  int[] sample() {
    return new int[] {preprocess.channels(), preprocess.size(), preprocess.size()};
  }

  /** The protocol's model metadata. */
  ObjectNode metadata() {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name);
    json.putArray("versions").add(VERSION);
    json.put("platform", "drsn");
    var inputs = json.putArray("inputs");
    var shape = inputs.addObject().put("name", INPUT).put("datatype", "FP32").putArray("shape");
    shape.add(-1);
    for (int extent : sample()) {
      shape.add(extent);
    }
    inputs.addObject().put("name", IMAGE).put("datatype", "BYTES").putArray("shape").add(-1);
    ObjectNode output =
        json.putArray("outputs").addObject().put("name", OUTPUT).put("datatype", "FP32");
    output.putArray("shape").add(-1).add(labels.size());
    var names = output.putObject("parameters").putArray("labels");
    labels.forEach(names::add);
    return json;
  }
}
