package dev.drsn.bench.result;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.drsn.bench.contender.Case;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is measured: one line of a table.
 *
 * @param what {@link #INFERENCE}, {@link #TRAINING}, {@link #START} or {@link #MEMORY}
 * @param network an architecture's label
 * @param grows which of the values grows in the series that this cell is of; null where in none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Cell(
    String what,
    String network,
    int width,
    int channels,
    int size,
    int batch,
    int threads,
    String grows) {

  /** A forward pass. */
  public static final String INFERENCE = "inference";

  /** Forward, loss, backward and Adam. */
  public static final String TRAINING = "training";

  /** From the start of a process to its first answer; of the model that ships with drsn. */
  public static final String START = "start";

  /** The most resident memory of a process that infers. */
  public static final String MEMORY = "memory";

  /** The fields that tell this cell from others in results. */
  public ObjectNode key() {
    return what.equals(START)
        ? JsonNodeFactory.instance.objectNode().put("what", what)
        : new JsonMapper().valueToTree(this);
  }

  /** Whether training steps are measured. */
  public boolean trains() {
    return what.equals(TRAINING);
  }

  /** The network. */
  public NetworkSpec spec() {
    return NetworkSpec.of(Architecture.of(network), width, Case.CLASSES, channels, size);
  }

  /** The same for another network, with one value replaced, as part of a series. */
  public Cell with(String network, String grows, int value) {
    return new Cell(
        what,
        network,
        grows.equals("width") ? value : width,
        channels,
        grows.equals("size") ? value : size,
        grows.equals("batch") ? value : batch,
        grows.equals("threads") ? value : threads,
        grows);
  }
}
