package dev.drsn.trainer.train;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.plan.ParameterState;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import dev.drsn.engine.weights.Safetensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * Where a training stands at the end of an epoch: enough to go on to the bit. The order of images
 * and their augmentation follow from seed and epoch, the learning rate from the step, so neither
 * has a state of its own here.
 *
 * <p>A safetensors file: the flat arrays w, m, v and average as the plan's {@link
 * ParameterState.Saved} has them (those that are empty left out), everything else as metadata.
 *
 * @param epoch finished epochs
 * @param parameters weights and optimiser
 * @param stopping the best metric and how long ago it was
 */
record Checkpoint(int epoch, ParameterState.Saved parameters, EarlyStopping stopping) {

  private static final String KIND = "drsn.checkpoint";

  void write(Path file) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    add(tensors, "w", parameters.w());
    add(tensors, "m", parameters.m());
    add(tensors, "v", parameters.v());
    add(tensors, "average", parameters.average());
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("kind", KIND);
    metadata.put("epoch", Integer.toString(epoch));
    metadata.put("step", Integer.toString(parameters.step()));
    metadata.put("best", Double.toString(stopping.best()));
    metadata.put("best_epoch", Integer.toString(stopping.bestEpoch()));
    metadata.put("waited", Integer.toString(stopping.waited()));
    Safetensors.write(file, tensors, metadata, DType.F32);
  }

  private static void add(SequencedMap<String, Tensor> tensors, String name, float[] data) {
    if (data.length > 0) {
      tensors.put(name, new Tensor(Shape.of(data.length), data));
    }
  }

  static Checkpoint read(Path file) {
    Safetensors.Content content = Safetensors.read(file, name -> true);
    Map<String, String> metadata = content.metadata();
    if (!KIND.equals(metadata.get("kind"))) {
      throw new DrsnException(file + " is no checkpoint; name a run folder of drsn train");
    }
    try {
      return new Checkpoint(
          Integer.parseInt(metadata.get("epoch")),
          new ParameterState.Saved(
              Integer.parseInt(metadata.get("step")),
              array(content, "w"),
              array(content, "m"),
              array(content, "v"),
              array(content, "average")),
          new EarlyStopping(
              Double.parseDouble(metadata.get("best")),
              Integer.parseInt(metadata.get("best_epoch")),
              Integer.parseInt(metadata.get("waited"))));
    } catch (NumberFormatException | NullPointerException e) {
      throw new DrsnException(file + " is damaged: its metadata are incomplete; start anew", e);
    }
  }

  private static float[] array(Safetensors.Content content, String name) {
    Tensor tensor = content.tensors().get(name);
    return tensor == null ? new float[0] : tensor.data();
  }
}
