package dev.drsn.bench.op;

import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.tensor.Shape;
import java.util.Locale;

/** What of a layer, or of a whole network, is timed. */
public enum Pass {
  /** A layer of the network that infers: normalisations folded, epilogues fused. */
  INFERENCE,
  /** A layer of the network that trains, forward. */
  FORWARD,
  /** The same backward: all gradients that training wants of it. */
  BACKWARD,
  /** A whole inference, from images on the host to logits on it. */
  NETWORK,
  /** A whole training step with Adam. */
  STEP,
  /** Adam by itself, over all parameters. */
  ADAM;

  /**
   * What a pass takes at least: operations by the formula, two a multiply-accumulate, and every
   * value that it reads or writes once.
   */
  public record Cost(double flops, double bytes) {

    /**
     * The time that a machine takes at least, in milliseconds.
     *
     * @param gflops its fused multiply-adds, in GFLOP/s
     * @param gigabytes its copying, in GB/s, read and written bytes together
     */
    public double milliseconds(double gflops, double gigabytes) {
      return Math.max(flops / gflops, bytes / gigabytes) / 1e6;
    }
  }

  /** As results name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it is of one layer. */
  public boolean ofLayer() {
    return this == INFERENCE || this == FORWARD || this == BACKWARD;
  }

  /** The cost of a layer's pass. */
  public Cost cost(Layer layer) {
    double macs = layer.op().multiplyAccumulates(layer.x());
    double x = layer.x().stream().mapToDouble(Shape::elements).sum();
    double w = 0;
    for (Parameter parameter : layer.parameters()) {
      w += parameter.shape().elements();
    }
    double y = layer.y().elements();
    if (this != BACKWARD) {
      return new Cost(2 * macs, Float.BYTES * (x + w + y));
    }
    double dx = 0;
    for (int i = 0; i < layer.x().size(); i++) {
      dx += layer.makers().get(i) == null ? 0 : layer.x().get(i).elements();
    }
    double products = layer.makers().getFirst() == null ? 1 : 2;
    double read = readsInput(layer.op()) ? layer.x().getFirst().elements() : 0;
    return new Cost(2 * products * macs, Float.BYTES * (read + y + 3 * w + dx));
  }

  /** Whether backward needs x, or y instead, which is as large. */
  private static boolean readsInput(Op op) {
    return !(op instanceof Op.Add
        || op instanceof Op.AveragePool
        || op instanceof Op.AdaptiveAveragePool
        || op instanceof Op.GlobalAverage);
  }
}
