package dev.drsn.engine.explain;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.plan.GradientPlan;
import dev.drsn.engine.plan.Softmax;
import dev.drsn.engine.weights.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.SequencedMap;

/** A model that is asked for its reasons. Owns its plan; one thread at a time. */
public final class Explainer implements AutoCloseable {

  private static final String GATE = ".gate";

  private final Network network;
  private final Preprocess preprocess;
  private final GradientPlan plan;
  private final int stage;

  /**
   * Compiles the model.
   *
   * @param stage whose output the map lies over, from 1; empty for the last
   * @throws DrsnException where the network has no such stage
   */
  public Explainer(Model model, Backend backend, OptionalInt stage) {
    network = model.network();
    preprocess = model.preprocess();
    List<Integer> stages = stages(network);
    int number = stage.orElse(stages.size());
    if (number < 1 || number > stages.size()) {
      throw new DrsnException(
          "there is no stage " + number + "; the network has stages 1 to " + stages.size());
    }
    this.stage = stages.get(number - 1);
    plan = GradientPlan.compile(network, model.weights(), backend, this.stage);
  }

  /**
   * The values that convolutional stages end with: what stands in front of the global pooling for
   * the last of a residual network, in front of its pooling for those of VGG16.
   */
  static List<Integer> stages(Network network) {
    SequencedMap<String, Integer> blocks = new LinkedHashMap<>();
    List<Integer> pooled = new ArrayList<>();
    for (Node node : network.nodes()) {
      if (node.name().startsWith("layer")) {
        blocks.put(node.name().substring(0, node.name().indexOf('.')), node.output());
      } else if (node.op() instanceof Op.MaxPool) {
        pooled.add(node.inputs().getFirst());
      } else if (node.op() instanceof Op.GlobalAverage) {
        blocks.put(blocks.lastEntry().getKey(), node.inputs().getFirst());
      }
    }
    return blocks.isEmpty() ? pooled : List.copyOf(blocks.values());
  }

  /**
   * Explains what the model says of a face.
   *
   * @param box of the face, or null for the whole picture
   * @param label the class to explain; empty for the likeliest
   */
  public Explanation explain(Image image, Box box, OptionalInt label) {
    float[] x = new float[preprocess.elements()];
    preprocess.apply(image, box, x, 0);
    plan.run(x);
    float[] p = plan.logits();
    Softmax.rows(p, 1, p.length);
    int likeliest = Softmax.argmax(p, 0, p.length);
    int explained = label.orElse(likeliest);
    List<Float> probabilities = new ArrayList<>();
    for (float each : p) {
      probabilities.add(each);
    }
    GradCam map = GradCam.of(plan.value(stage), plan.gradient(explained));
    return new Explanation(probabilities, likeliest, explained, map, gates());
  }

  private List<GateReading> gates() {
    List<GateReading> gates = new ArrayList<>();
    for (Node node : network.nodes()) {
      if (node.op() instanceof Op.Shrinkage gate) {
        String block = node.name().substring(0, node.name().length() - GATE.length());
        gates.add(
            GateReading.of(
                block, gate, plan.value(node.inputs().getFirst()), plan.value(node.output())));
      }
    }
    return gates;
  }

  @Override
  public void close() {
    plan.close();
  }
}
