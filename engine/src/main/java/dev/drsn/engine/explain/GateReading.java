package dev.drsn.engine.explain;

import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What a shrinkage gate did to one face, read off its input x and its output {@code y = sign(x)
 * max(|x| - tau, 0)}: {@code tau = max |x| - max |y|} of a channel whose largest activation is
 * above its threshold, which is always so where each channel has a threshold of its own, because
 * that is at most mean |x|. Where one threshold is shared, a channel may lie below it as a whole;
 * then it is read off the channel that shows it.
 *
 * @param block the residual block's name, such as {@code layer2.0}
 * @param tau a threshold a channel; all equal where it is shared
 * @param magnitude mean |x| a channel: what the gate looks at
 * @param zeros activations of the block that were set to zero
 * @param activations all of them, C H W
 */
public record GateReading(
    String block, List<Float> tau, List<Float> magnitude, int zeros, int activations) {

  public GateReading {
    tau = List.copyOf(tau);
    magnitude = List.copyOf(magnitude);
  }

  /** Reads a gate of one sample, {@code [1, C, H, W]} before and behind it. */
  static GateReading of(String block, Op.Shrinkage gate, Tensor x, Tensor y) {
    Shape shape = x.shape();
    List<Float> tau = new ArrayList<>();
    List<Float> magnitude = new ArrayList<>();
    int zeros = 0;
    for (int c = 0; c < shape.c(); c++) {
      float before = 0;
      float behind = 0;
      double sum = 0;
      for (int i = c * shape.area(); i < (c + 1) * shape.area(); i++) {
        before = Math.max(before, Math.abs(x.data()[i]));
        behind = Math.max(behind, Math.abs(y.data()[i]));
        sum += Math.abs(x.data()[i]);
        zeros += y.data()[i] == 0 ? 1 : 0;
      }
      tau.add(before - behind);
      magnitude.add((float) (sum / shape.area()));
    }
    if (!gate.channelWise()) {
      float shared = tau.stream().max(Float::compare).orElseThrow();
      tau.replaceAll(_ -> shared);
    }
    return new GateReading(block, tau, magnitude, zeros, shape.sampleElements());
  }

  /** The share of activations that were set to zero. */
  public double zeroShare() {
    return (double) zeros / activations;
  }

  /**
   * A quantile of the thresholds, interpolated between the two nearest.
   *
   * @param q 0 (the smallest) to 1 (the largest)
   */
  public double tau(double q) {
    List<Float> sorted = tau.stream().sorted().toList();
    double at = q * (sorted.size() - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.size() - 1);
    return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
  }

  /** The mean threshold over the mean magnitude: from 0, all passes, to 1. */
  public double strength() {
    double thresholds = tau.stream().mapToDouble(Float::doubleValue).sum();
    double magnitudes = magnitude.stream().mapToDouble(Float::doubleValue).sum();
    return magnitudes > 0 ? thresholds / magnitudes : 0;
  }
}
