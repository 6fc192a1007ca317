package dev.drsn.cli;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.weights.Model;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What people want to know of a model at a glance: network, input, classes, parameters, work. */
record ModelSummary(
    NetworkSpec spec, List<String> labels, long parameters, long multiplyAccumulates) {

  static ModelSummary of(Model model) {
    Network network = model.network();
    long work = network.multiplyAccumulates().values().stream().mapToLong(Long::longValue).sum();
    return new ModelSummary(model.spec(), model.labels(), network.parameterCount(), work);
  }

  /** Two lines. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s, width %d, %d x %d x %d input, stem %s: %,d parameters, %.4f G multiply-accumulates%n"
            + "classes: %s",
        spec.architecture().label(),
        spec.width(),
        spec.channels(),
        spec.size(),
        spec.size(),
        spec.stem().label(),
        parameters,
        multiplyAccumulates / 1e9,
        String.join(", ", labels));
  }

  ObjectNode json() {
    ObjectNode json =
        Output.object()
            .put("network", spec.architecture().label())
            .put("width", spec.width())
            .put("channels", spec.channels())
            .put("size", spec.size())
            .put("stem", spec.stem().label())
            .put("parameters", parameters)
            .put("multiply_accumulates", multiplyAccumulates);
    ArrayNode names = json.putArray("labels");
    labels.forEach(names::add);
    return json;
  }
}
