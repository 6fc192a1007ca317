package dev.drsn.engine.op;

import static dev.drsn.engine.op.Values.GAUSSIAN;
import static dev.drsn.engine.op.Values.GRID;
import static dev.drsn.engine.op.Values.LARGE;
import static dev.drsn.engine.op.Values.OFFSET;
import static dev.drsn.engine.op.Values.ONE_HOT;
import static dev.drsn.engine.op.Values.ONE_HOT_BUT_LAST;
import static dev.drsn.engine.op.Values.SOFT;
import static dev.drsn.engine.op.Values.SOFT_TIES;
import static dev.drsn.engine.op.Values.TAU;
import static dev.drsn.engine.op.Values.TIED_TAU;
import static dev.drsn.engine.op.Values.TIES;
import static dev.drsn.engine.op.Window.square;

import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The table: what every operation is tried on, one line a case. Sizes are awkward on purpose: odd
 * images, channels below, at and above every vector width, single pixels, single samples.
 */
final class OpCases {
  private OpCases() {}

  /** All cases, or those whose names contain {@code -Ddrsn.case}. */
  static Stream<OpCase> selected() {
    String wanted = System.getProperty("drsn.case", "");
    return all().stream().filter(test -> test.toString().contains(wanted));
  }

  static List<OpCase> all() {
    List<OpCase> all = new ArrayList<>();
    all.addAll(convolutions());
    all.addAll(windows());
    all.addAll(linears());
    all.addAll(batchNorms());
    all.addAll(pools());
    all.addAll(pointwise());
    all.addAll(gates());
    all.addAll(losses());
    return all;
  }

  static List<Optimizer> optimizers() {
    return List.of(
        new Optimizer.Sgd(0, false),
        new Optimizer.Sgd(0.9, false),
        new Optimizer.Sgd(0.9, true),
        Optimizer.Adam.standard(false),
        Optimizer.Adam.standard(true),
        new Optimizer.Adam(0.8, 0.95, 1e-3, false));
  }

  /** The windows and widths of residual networks; flags: b bias, s residual, r relu. */
  private static List<OpCase> convolutions() {
    return List.of(
        conv("   ", 8, square(3, 1, 1), 2, 3, 8, 8),
        conv("b  ", 8, square(3, 1, 1), 3, 8, 7, 7),
        conv(" s ", 16, square(3, 1, 1), 2, 16, 6, 9),
        conv("  r", 5, square(3, 1, 1), 2, 17, 5, 6),
        conv("bs ", 33, square(3, 1, 1), 1, 32, 4, 4),
        conv("b r", 17, square(3, 1, 1), 5, 5, 9, 7),
        conv(" sr", 48, square(3, 1, 1), 2, 48, 6, 5),
        conv("bsr", 16, square(3, 1, 1), 3, 33, 7, 8),
        conv("bsr", 32, square(3, 1, 1), 4, 16, 3, 3),
        conv("b  ", 16, square(3, 1, 1), 2, 16, 1, 1),
        conv("b r", 16, square(3, 1, 1), 2, 16, 2, 1),
        conv("b  ", 1, square(3, 1, 1), 1, 1, 1, 1),
        conv("b r", 1, square(3, 1, 1), 2, 1, 11, 13),
        conv("b r", 8, square(3, 1, 1), 1, 8, 3, 45),
        conv("b r", 16, square(3, 1, 1), 1, 16, 29, 4),
        conv("bsr", 64, square(3, 1, 1), 1, 64, 14, 14),
        conv("b r", 24, square(3, 1, 1), 5, 40, 5, 5),
        conv("   ", 70, square(3, 1, 1), 2, 81, 12, 13),
        conv("   ", 16, square(3, 1, 1), 8, 16, 61, 62),
        conv("bsr", 250, square(3, 1, 1), 2, 267, 6, 5),
        conv("   ", 16, square(3, 2, 1), 2, 8, 9, 9),
        conv("b r", 17, square(3, 2, 1), 2, 33, 7, 5),
        conv("b r", 16, square(3, 2, 1), 3, 16, 8, 8),
        conv("b  ", 32, square(3, 2, 1), 1, 16, 1, 1),
        conv("bsr", 48, square(3, 2, 1), 2, 32, 6, 7),
        conv("   ", 1, square(1, 1, 0), 1, 1, 1, 1),
        conv("b r", 16, square(1, 1, 0), 2, 16, 5, 5),
        conv("bs ", 33, square(1, 1, 0), 3, 17, 4, 3),
        conv("   ", 32, square(1, 2, 0), 3, 16, 7, 7),
        conv("b  ", 17, square(1, 2, 0), 2, 5, 6, 4),
        conv("b  ", 48, square(1, 1, 0), 4, 48, 1, 1),
        conv("   ", 8, square(7, 2, 3), 2, 3, 19, 17),
        conv("b r", 16, square(7, 2, 3), 1, 3, 20, 24),
        conv("b r", 8, square(7, 2, 3), 3, 1, 15, 16),
        conv("b r", 16, square(7, 1, 3), 2, 8, 4, 5));
  }

  /** Windows that no network here has, but users' will. */
  private static List<OpCase> windows() {
    return List.of(
        conv("b  ", 8, square(3, 1, 0), 2, 8, 7, 6),
        conv("b r", 16, square(3, 1, 2), 2, 16, 4, 5),
        conv("b  ", 16, square(3, 3, 1), 2, 16, 10, 8),
        conv("b  ", 8, square(3, 2, 0), 2, 5, 8, 9),
        conv("b r", 16, square(5, 1, 2), 2, 16, 6, 7),
        conv("   ", 17, square(5, 2, 0), 1, 3, 11, 12),
        conv("b  ", 8, square(5, 3, 3), 2, 8, 9, 10),
        conv("b  ", 16, square(2, 2, 0), 2, 16, 6, 7),
        conv("b  ", 8, square(2, 1, 1), 2, 8, 5, 4),
        conv("b  ", 8, square(1, 3, 0), 2, 16, 8, 7),
        conv("b  ", 16, new Window(1, 3, 1, 1, 0, 1), 2, 16, 5, 6),
        conv("b r", 8, new Window(3, 1, 1, 1, 1, 0), 2, 17, 6, 5),
        conv("b  ", 16, new Window(1, 7, 1, 2, 0, 3), 2, 8, 4, 11),
        conv("b  ", 16, new Window(3, 3, 2, 1, 1, 1), 2, 16, 7, 8),
        conv("b  ", 16, new Window(3, 3, 1, 2, 0, 1), 2, 16, 6, 9),
        conv("b s", 16, new Window(3, 5, 1, 1, 1, 2), 2, 16, 5, 7));
  }

  private static List<OpCase> linears() {
    return List.of(
        linear(1, false, false, 1, 1, 1, 1),
        linear(6, true, false, 3, 48),
        linear(7, true, true, 5, 33),
        linear(16, false, true, 2, 16),
        linear(33, true, false, 4, 17),
        linear(1000, true, false, 1, 64),
        linear(5, true, false, 2, 8, 3, 3),
        linear(17, true, true, 3, 5, 2, 3),
        linear(64, true, true, 5, 130));
  }

  private static List<OpCase> batchNorms() {
    List<OpCase> all = new ArrayList<>();
    for (Norm norm : List.of(Norm.RUNNING, Norm.BATCH)) {
      all.add(norm(norm, "  ", GAUSSIAN, 2, 16, 5, 5));
      all.add(norm(norm, " r", GAUSSIAN, 3, 17, 4, 3));
      all.add(norm(norm, "s ", GAUSSIAN, 2, 5, 3, 7));
      all.add(norm(norm, "sr", GAUSSIAN, 5, 33, 6, 5));
      all.add(norm(norm, "sr", OFFSET, 4, 8, 7, 7));
      all.add(norm(norm, "  ", GAUSSIAN, 1, 3, 9, 8));
      all.add(norm(norm, "  ", GAUSSIAN, 1, 4, 1, 1));
      all.add(norm(norm, " r", GAUSSIAN, 5, 48));
      all.add(norm(norm, "  ", OFFSET, 3, 1, 31, 17));
    }
    return all;
  }

  private static List<OpCase> pools() {
    List<OpCase> all = new ArrayList<>();
    for (Values values : List.of(GAUSSIAN, TIES)) {
      all.add(unary(new Op.MaxPool(square(3, 2, 1)), values, 2, 16, 9, 8));
      all.add(unary(new Op.MaxPool(square(3, 2, 1)), values, 3, 5, 7, 7));
      all.add(unary(new Op.MaxPool(square(2, 2, 0)), values, 2, 17, 6, 7));
      all.add(unary(new Op.MaxPool(square(3, 1, 1)), values, 1, 33, 5, 4));
      all.add(unary(new Op.MaxPool(new Window(3, 2, 1, 3, 2, 0)), values, 4, 3, 5, 8));
      all.add(unary(new Op.MaxPool(square(3, 2, 1)), values, 1, 1, 1, 1));
    }
    all.add(unary(new Op.MaxPool(square(3, 2, 1)), OFFSET, 2, 8, 6, 6));
    all.add(unary(new Op.AveragePool(square(2, 2, 0)), GAUSSIAN, 2, 16, 6, 7));
    all.add(unary(new Op.AveragePool(square(3, 1, 1)), GAUSSIAN, 3, 5, 5, 6));
    all.add(unary(new Op.AveragePool(square(3, 2, 1)), GAUSSIAN, 2, 33, 7, 8));
    all.add(unary(new Op.AveragePool(new Window(2, 5, 3, 1, 0, 2)), GAUSSIAN, 1, 17, 9, 6));
    all.add(unary(new Op.AveragePool(square(7, 1, 3)), GAUSSIAN, 2, 3, 1, 1));
    all.add(unary(new Op.AdaptiveAveragePool(7, 7), GAUSSIAN, 2, 17, 7, 7));
    all.add(unary(new Op.AdaptiveAveragePool(7, 7), GAUSSIAN, 2, 16, 3, 5));
    all.add(unary(new Op.AdaptiveAveragePool(3, 2), GAUSSIAN, 3, 5, 10, 7));
    all.add(unary(new Op.AdaptiveAveragePool(4, 3), GAUSSIAN, 1, 33, 6, 11));
    all.add(unary(new Op.AdaptiveAveragePool(1, 1), GAUSSIAN, 5, 8, 4, 3));
    all.add(unary(new Op.GlobalAverage(), GAUSSIAN, 2, 16, 7, 7));
    all.add(unary(new Op.GlobalAverage(), GAUSSIAN, 5, 33, 3, 2));
    all.add(unary(new Op.GlobalAverage(), OFFSET, 3, 5, 13, 11));
    all.add(unary(new Op.GlobalAverage(), GAUSSIAN, 1, 1, 1, 1));
    return all;
  }

  private static List<OpCase> pointwise() {
    return List.of(
        unary(new Op.Relu(), GAUSSIAN, 2, 16, 5, 5),
        unary(new Op.Relu(), TIES, 3, 17, 3, 4),
        unary(new Op.Relu(), GAUSSIAN, 5, 33),
        unary(new Op.Relu(), GAUSSIAN, 1, 1, 1, 1),
        unary(new Op.Sigmoid(), GAUSSIAN, 2, 16, 4, 4),
        unary(new Op.Sigmoid(), LARGE, 3, 5, 3, 5),
        unary(new Op.Sigmoid(), GAUSSIAN, 4, 33),
        binary(new Op.Add(false), GAUSSIAN, 2, 16, 5, 4),
        binary(new Op.Add(true), GAUSSIAN, 3, 17, 3, 3),
        binary(new Op.Add(true), TIES, 2, 8, 6, 5),
        binary(new Op.Add(false), GAUSSIAN, 5, 48),
        channelwise(new Op.ChannelScale(), GAUSSIAN, GAUSSIAN, 2, 16, 5, 5),
        channelwise(new Op.ChannelScale(), GAUSSIAN, GAUSSIAN, 5, 17, 3, 7),
        channelwise(new Op.ChannelScale(), GAUSSIAN, GAUSSIAN, 1, 1, 1, 1),
        channelwise(new Op.SoftThreshold(), GAUSSIAN, TAU, 2, 16, 5, 5),
        channelwise(new Op.SoftThreshold(), GAUSSIAN, TAU, 5, 33, 4, 3),
        channelwise(new Op.SoftThreshold(), TIES, TIED_TAU, 3, 17, 6, 5),
        channelwise(new Op.SoftThreshold(), GAUSSIAN, TAU, 1, 1, 1, 1));
  }

  private static List<OpCase> gates() {
    List<OpCase> all = new ArrayList<>();
    all.add(squeezeExcite(4, "  ", 2, 16, 5, 5));
    all.add(squeezeExcite(1, "s ", 3, 5, 4, 3));
    all.add(squeezeExcite(3, " r", 1, 33, 3, 7));
    all.add(squeezeExcite(16, "sr", 5, 17, 6, 4));
    all.add(squeezeExcite(4, "sr", 4, 64, 7, 7));
    all.add(squeezeExcite(8, "  ", 2, 8, 1, 1));
    for (boolean channelWise : List.of(true, false)) {
      for (Norm norm : Norm.values()) {
        all.add(shrinkage(4, channelWise, norm, "  ", 2, 16, 5, 5));
        all.add(shrinkage(5, channelWise, norm, "s ", 3, 5, 4, 3));
        all.add(shrinkage(33, channelWise, norm, " r", 4, 33, 3, 7));
        all.add(shrinkage(16, channelWise, norm, "sr", 5, 17, 6, 4));
        all.add(shrinkage(8, channelWise, norm, "sr", 1, 8, 3, 3));
        all.add(shrinkage(3, channelWise, norm, "  ", 3, 1, 2, 2));
      }
      all.add(shrinkage(64, channelWise, Norm.NONE, "sr", 2, 64, 7, 7));
    }
    return all;
  }

  private static List<OpCase> losses() {
    List<OpCase> all = new ArrayList<>();
    all.add(loss(new Op.SoftmaxCrossEntropy(), GAUSSIAN, ONE_HOT, 6, 5, 6));
    all.add(loss(new Op.SoftmaxCrossEntropy(), GAUSSIAN, SOFT, 17, 3, 17));
    all.add(loss(new Op.SoftmaxCrossEntropy(), LARGE, ONE_HOT, 7, 4, 7));
    all.add(loss(new Op.SoftmaxCrossEntropy(), GAUSSIAN, ONE_HOT, 2, 1, 2));
    all.add(loss(new Op.SoftmaxCrossEntropy(), OFFSET, SOFT, 33, 2, 33));
    for (boolean separating : List.of(false, true)) {
      all.add(loss(new Op.CentreLoss(separating), GAUSSIAN, ONE_HOT, 6, 5, 16));
      all.add(loss(new Op.CentreLoss(separating), GAUSSIAN, ONE_HOT_BUT_LAST, 3, 4, 33));
      all.add(loss(new Op.CentreLoss(separating), GAUSSIAN, SOFT, 7, 3, 5, 2, 3));
      all.add(loss(new Op.CentreLoss(separating), GAUSSIAN, SOFT_TIES, 4, 5, 17));
      all.add(loss(new Op.CentreLoss(separating), GAUSSIAN, ONE_HOT, 2, 1, 1));
    }
    return all;
  }

  private static OpCase conv(String flags, int channels, Window window, int... x) {
    boolean bias = flags.contains("b");
    boolean relu = flags.contains("r");
    return residual(
        residual -> new Op.Convolution(channels, window, bias, residual, relu), flags, GAUSSIAN, x);
  }

  private static OpCase linear(int outputs, boolean bias, boolean relu, int... x) {
    return unary(new Op.Linear(outputs, bias, relu), GAUSSIAN, x);
  }

  private static OpCase norm(Norm norm, String flags, Values values, int... x) {
    boolean relu = flags.contains("r");
    return residual(residual -> new Op.BatchNorm(norm, residual, relu), flags, values, x);
  }

  private static OpCase squeezeExcite(int hidden, String flags, int... x) {
    boolean relu = flags.contains("r");
    return residual(residual -> new Op.SqueezeExcite(hidden, residual, relu), flags, GAUSSIAN, x);
  }

  private static OpCase shrinkage(
      int hidden, boolean channelWise, Norm norm, String flags, int... x) {
    boolean relu = flags.contains("r");
    return residual(
        residual -> new Op.Shrinkage(hidden, channelWise, norm, residual, relu), flags, GRID, x);
  }

  private static OpCase unary(Op op, Values values, int... x) {
    return OpCase.of(op, List.of(Shape.of(x)), List.of(values));
  }

  private static OpCase binary(Op op, Values values, int... x) {
    return OpCase.of(op, List.of(Shape.of(x), Shape.of(x)), List.of(values, values));
  }

  private static OpCase channelwise(Op op, Values x, Values channels, int... extents) {
    Shape shape = Shape.of(extents);
    return OpCase.of(op, List.of(shape, Shape.of(shape.n(), shape.c())), List.of(x, channels));
  }

  private static OpCase loss(Op op, Values x, Values targets, int classes, int... extents) {
    Shape shape = Shape.of(extents);
    return OpCase.of(op, List.of(shape, Shape.of(shape.n(), classes)), List.of(x, targets));
  }

  /** An operation that may have a residual (flag s), whose shape is that of the result. */
  private static OpCase residual(Function<Boolean, Op> op, String flags, Values values, int... x) {
    List<Shape> shapes = List.of(Shape.of(x));
    if (!flags.contains("s")) {
      return OpCase.of(op.apply(false), shapes, List.of(values));
    }
    Shape y = op.apply(false).output(shapes);
    return OpCase.of(op.apply(true), List.of(shapes.getFirst(), y), List.of(values, GAUSSIAN));
  }
}
