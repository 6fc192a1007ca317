package dev.drsn.engine.plan;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.backend.Dense;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Where each parameter of a network lies in flat memory: the trainable ones first, in execution
 * order, then the running statistics. Weights, gradients, optimiser state and averages all have
 * this order, so that one pass over flat memory updates everything.
 */
final class FlatParameters {

  private final SequencedMap<String, Parameter> parameters;
  private final Map<String, Long> offsets = new LinkedHashMap<>();
  private final long trainable;
  private final long size;

  FlatParameters(Network network, Backend backend) {
    parameters = network.parameters();
    long end = place(0, true, backend.alignment());
    trainable = end;
    size = place(end, false, backend.alignment());
  }

  private long place(long start, boolean trained, int alignment) {
    long end = start;
    for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
      if (entry.getValue().role().trainable() == trained) {
        offsets.put(entry.getKey(), end);
        end += Math.ceilDiv((long) entry.getValue().shape().elements(), alignment) * alignment;
      }
    }
    return end;
  }

  /** Scalars for all parameters. */
  long size() {
    return size;
  }

  /** Scalars for the trainable ones: their gradients and optimiser state. */
  long trainable() {
    return trainable;
  }

  SequencedMap<String, Parameter> all() {
    return parameters;
  }

  long offset(String name) {
    return offsets.get(name);
  }

  /** The view of one parameter in a memory of this order. */
  View view(Memory memory, String name) {
    return new View(memory, offsets.get(name), new Dense(parameters.get(name).shape()));
  }

  /** Views of a node's parameters in the operation's order. */
  View[] views(Memory memory, Node node, List<Shape> inputs) {
    List<View> views = new ArrayList<>();
    for (Parameter parameter : node.op().parameters(inputs)) {
      views.add(view(memory, node.name() + "." + parameter.name()));
    }
    return views.toArray(View[]::new);
  }

  /** Copies weights to the backend. */
  void upload(Weights weights, Backend backend, Memory memory) {
    for (String name : parameters.keySet()) {
      View view = view(memory, name);
      Tensor tensor = weights.get(name);
      if (!tensor.shape().equals(view.shape())) {
        throw new IllegalArgumentException(
            name + " has shape " + tensor.shape() + ", the network wants " + view.shape());
      }
      backend.upload(tensor.data(), view, view.shape().n());
    }
  }

  /** Copies parameters from the backend: those of the given names, in that order. */
  Weights download(Iterable<String> names, Backend backend, Memory memory) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : names) {
      View view = view(memory, name);
      Tensor tensor = Tensor.zeros(view.shape());
      backend.download(view, tensor.data(), view.shape().n());
      tensors.put(name, tensor);
    }
    return new Weights(tensors);
  }
}
