package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A network's parameters and running statistics by name ({@code layer2.0.bn1.weight}), in a fixed
 * order. Plans copy what they need to their backend; the host copy here stays as it was read or
 * initialised.
 */
public record Weights(SequencedMap<String, Tensor> tensors) {

  public Weights {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }

  /** The tensor of this name. */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new DrsnException(
          "the weights have no entry " + name + "; was another network trained?");
    }
    return tensor;
  }

  /** The same with some entries replaced or added. */
  public Weights with(Map<String, Tensor> changed) {
    LinkedHashMap<String, Tensor> all = new LinkedHashMap<>(tensors);
    all.putAll(changed);
    return new Weights(all);
  }

  /** The number of elements over all entries, running statistics included. */
  public long elements() {
    return tensors.values().stream().mapToLong(t -> t.shape().elements()).sum();
  }
}
