package dev.drsn.engine.plan;

import dev.drsn.engine.backend.ProfileRange;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import java.util.List;

/** Names for a plan's steps, as profiles show them. */
final class Steps {

  private Steps() {}

  /**
   * A kernel's run.
   *
   * @param pass forward or backward
   * @param y the output's shape
   * @param factor passes like the forward one that it is worth
   */
  static ProfileRange of(
      Node node, String pass, List<Shape> inputs, Shape y, String algorithm, int factor) {
    List<Shape> one = inputs.stream().map(shape -> shape.withN(1)).toList();
    long work = factor * node.op().multiplyAccumulates(one);
    return new ProfileRange(node.name(), pass, text(node.op()), text(y), algorithm, work);
  }

  /** Something between kernels: a copy, the optimiser. */
  static ProfileRange of(String name, String shape) {
    return new ProfileRange(name, "", name, shape, "", 0);
  }

  /** One sample's shape. */
  static String text(Shape shape) {
    return shape.h() * shape.w() == 1
        ? Integer.toString(shape.c())
        : shape.c() + "x" + shape.h() + "x" + shape.w();
  }

  /** An operation in a few words. */
  static String text(Op op) {
    return switch (op) {
      case Op.Convolution c -> "convolution " + text(c.window()) + epilogue(c.residual(), c.relu());
      case Op.Linear linear -> "linear" + epilogue(false, linear.relu());
      case Op.BatchNorm norm -> "batch norm" + epilogue(norm.residual(), norm.relu());
      case Op.Relu _ -> "relu";
      case Op.Sigmoid _ -> "sigmoid";
      case Op.MaxPool pool -> "max pool " + text(pool.window());
      case Op.AveragePool pool -> "average pool " + text(pool.window());
      case Op.AdaptiveAveragePool pool -> "average pool to " + pool.height() + "x" + pool.width();
      case Op.GlobalAverage _ -> "global average";
      case Op.Add add -> "add" + epilogue(false, add.relu());
      case Op.ChannelScale _ -> "channel scale";
      case Op.SoftThreshold _ -> "soft threshold";
      case Op.SqueezeExcite gate -> "squeeze-excite" + epilogue(gate.residual(), gate.relu());
      case Op.Shrinkage gate ->
          (gate.channelWise() ? "shrinkage" : "shared shrinkage")
              + epilogue(gate.residual(), gate.relu());
      case Op.SoftmaxCrossEntropy _ -> "cross-entropy";
      case Op.CentreLoss _ -> "centre loss";
    };
  }

  private static String text(Window window) {
    String size = window.height() + "x" + window.width();
    int stride = Math.max(window.strideH(), window.strideW());
    return stride == 1 ? size : size + "/" + stride;
  }

  private static String epilogue(boolean residual, boolean relu) {
    return (residual ? " + x" : "") + (relu ? ", relu" : "");
  }
}
