package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * Weights from a file matched to a network's parameters by name and shape.
 *
 * @param weights exactly the network's, in its order
 * @param missing names that kept their initial values because they were allowed to be missing
 */
public record WeightsFit(Weights weights, List<String> missing) {

  private static final int SHOWN = 8;

  /** Matches no name: everything must be there. */
  public static final Pattern NONE = Pattern.compile("(?!)");

  public WeightsFit {
    missing = List.copyOf(missing);
  }

  /**
   * Fits weights to a network.
   *
   * @param found what a file holds; {@code num_batches_tracked} entries are ignored
   * @param initial the network's weights for what may be missing
   * @param allowMissing where it is found in a name, the entry may be missing or of another shape
   *     (it keeps its initial value) or be unexpected (it is dropped)
   * @param source the file's name, for messages
   * @throws DrsnException naming missing, unexpected and mis-shaped entries, the first eight
   */
  public static WeightsFit fit(
      Network network, Weights found, Weights initial, Pattern allowMissing, String source) {
    List<String> problems = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    SequencedMap<String, Tensor> fitted = new LinkedHashMap<>();
    SequencedMap<String, Parameter> parameters = network.parameters();
    for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
      String name = entry.getKey();
      Tensor tensor = found.tensors().get(name);
      if (tensor != null && tensor.shape().equals(entry.getValue().shape())) {
        fitted.put(name, tensor);
        continue;
      }
      if (allowMissing.matcher(name).find()) {
        missing.add(name);
        fitted.put(name, initial.get(name));
      } else if (tensor == null) {
        problems.add("missing " + name + " " + entry.getValue().shape());
      } else {
        problems.add(
            "mis-shaped "
                + name
                + " is "
                + tensor.shape()
                + ", the network wants "
                + entry.getValue().shape());
      }
    }
    for (String name : found.tensors().keySet()) {
      if (!parameters.containsKey(name)
          && !name.endsWith("num_batches_tracked")
          && !allowMissing.matcher(name).find()) {
        problems.add("unexpected " + Entries.printable(name) + " " + found.get(name).shape());
      }
    }
    if (!problems.isEmpty()) {
      throw new DrsnException(
          source
              + " does not fit the network in "
              + problems.size()
              + (problems.size() == 1 ? " entry: " : " entries: ")
              + String.join("; ", problems.subList(0, Math.min(SHOWN, problems.size())))
              + (problems.size() > SHOWN ? "; and " + (problems.size() - SHOWN) + " more" : "")
              + "; name the right network and width, or allow entries with --allow-missing REGEX");
    }
    return new WeightsFit(new Weights(fitted), missing);
  }
}
