package dev.drsn.bench.numerics;

import dev.drsn.bench.op.CompiledLayer;
import dev.drsn.bench.op.Layer;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Algorithm;
import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.cpu.CpuOptions;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.reference.ReferenceBackend;
import dev.drsn.engine.tensor.DType;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Errors of single operations of the CPU backend: relative L2 against the reference backend with
 * double memory, inputs being the same floats.
 *
 * @param what the operation, for people
 * @param shape of its input, for people
 * @param method what was asked for
 * @param y error of the output
 * @param dx error of the gradients by the inputs
 * @param dw error of the gradients by the parameters, all as one array; NaN where there are none
 */
record LayerErrors(String what, String shape, String method, double y, double dx, double dw) {

  private static final long SEED = 1;
  private static final int BATCH = 2;

  /** Inputs of an operation. */
  private record Inputs(String text, double mean, double deviation) {
    private static final Inputs NORMAL = new Inputs("", 0, 1);
    private static final Inputs OFFSET = new Inputs(", x about 30", 30, 1);
    private static final Inputs LARGE = new Inputs(", x to 200", 0, 60);
  }

  /** One operation to be measured. */
  private record Case(String what, Op op, Shape x, Inputs inputs, List<Algorithm> methods) {

    private Case(String what, Op op, Shape x, Inputs inputs) {
      this(what, op, x, inputs, List.of(Algorithm.DIRECT));
    }

    Layer layer() {
      int inputs = op instanceof Op.SoftmaxCrossEntropy || op instanceof Op.CentreLoss ? 2 : 1;
      Shape targets = Shape.of(x.n(), inputs == 2 && op instanceof Op.CentreLoss ? 8 : x.c());
      return Layer.alone(op, inputs == 1 ? List.of(x) : List.of(x, targets));
    }
  }

  /**
   * Convolutions by every method that computes them.
   *
   * @param quick small ones only
   */
  static List<LayerErrors> convolutions(boolean quick) {
    List<Case> cases = new ArrayList<>();
    cases.add(three(8, 8, 12));
    cases.add(three(40, 24, 19));
    if (!quick) {
      cases.add(three(16, 16, 48));
      cases.add(three(32, 32, 24));
      cases.add(three(64, 64, 56));
      cases.add(three(128, 128, 28));
      cases.add(three(256, 256, 14));
      cases.add(three(512, 512, 7));
    }
    int by = quick ? 8 : 1;
    cases.add(convolution(Window.square(7, 2, 3), 3, 64 / by, 112 / by));
    cases.add(convolution(Window.square(3, 2, 1), 64 / by, 128 / by, 56 / by));
    cases.add(convolution(Window.square(1, 2, 0), 64 / by, 128 / by, 56 / by));
    return errors(cases);
  }

  private static Case three(int channels, int outputs, int size) {
    List<Algorithm> all =
        List.of(Algorithm.DIRECT, Algorithm.WINOGRAD_2, Algorithm.WINOGRAD_3, Algorithm.WINOGRAD_4);
    Case direct = convolution(Window.square(3, 1, 1), channels, outputs, size);
    return new Case(direct.what, direct.op, direct.x, Inputs.NORMAL, all);
  }

  private static Case convolution(Window window, int channels, int outputs, int size) {
    String what =
        window.height() + " x " + window.width() + (window.strideH() > 1 ? ", stride 2" : "");
    Op op = new Op.Convolution(outputs, window, false);
    Shape x = Shape.of(BATCH, channels, size, size);
    return new Case(what + ", " + channels + " to " + outputs, op, x, Inputs.NORMAL);
  }

  /** Everything else that the networks are made of. */
  static List<LayerErrors> operations(boolean quick) {
    Shape large = quick ? Shape.of(4, 8, 9, 9) : Shape.of(8, 64, 56, 56);
    Shape small = quick ? Shape.of(4, 8, 5, 5) : Shape.of(8, 256, 14, 14);
    int hidden = small.c();
    Shape scores = Shape.of(32, 8);
    Shape embedding = Shape.of(32, quick ? 64 : 512);
    Op batch = new Op.BatchNorm(Norm.BATCH, false, false);
    Op softmax = new Op.SoftmaxCrossEntropy();
    return errors(
        List.of(
            new Case("batch norm, batch statistics", batch, large, Inputs.NORMAL),
            new Case("batch norm, batch statistics", batch, large, Inputs.OFFSET),
            new Case(
                "batch norm, running statistics",
                new Op.BatchNorm(Norm.RUNNING, false, false),
                large,
                Inputs.NORMAL),
            new Case(
                "squeeze-excite",
                new Op.SqueezeExcite(Math.max(1, hidden / 16), false, false),
                small,
                Inputs.NORMAL),
            new Case(
                "shrinkage, channel-wise, normalised",
                new Op.Shrinkage(hidden, true, Norm.BATCH, false, false),
                small,
                Inputs.NORMAL),
            new Case(
                "shrinkage, channel-shared, normalised",
                new Op.Shrinkage(hidden, false, Norm.BATCH, false, false),
                small,
                Inputs.NORMAL),
            new Case(
                "shrinkage, channel-wise",
                new Op.Shrinkage(hidden, true, Norm.NONE, false, false),
                small,
                Inputs.NORMAL),
            new Case("max pooling", new Op.MaxPool(Window.square(3, 2, 1)), large, Inputs.NORMAL),
            new Case("global average", new Op.GlobalAverage(), small, Inputs.NORMAL),
            new Case("sigmoid", new Op.Sigmoid(), large, Inputs.NORMAL),
            new Case("linear, to 8", new Op.Linear(8, true, false), embedding, Inputs.NORMAL),
            new Case("softmax cross-entropy", softmax, scores, Inputs.NORMAL),
            new Case("softmax cross-entropy", softmax, scores, Inputs.LARGE),
            new Case("centre loss", new Op.CentreLoss(false), embedding, Inputs.NORMAL),
            new Case(
                "centre loss, separating", new Op.CentreLoss(true), embedding, Inputs.NORMAL)));
  }

  /** Cases side by side: they do not touch each other. */
  private static List<LayerErrors> errors(List<Case> cases) {
    return cases.parallelStream().flatMap(each -> errors(each).stream()).toList();
  }

  private static List<LayerErrors> errors(Case of) {
    Layer layer = of.layer();
    Layer.Numbers numbers = layer.numbers(SEED, of.inputs.mean, of.inputs.deviation);
    List<LayerErrors> all = new ArrayList<>();
    try (Backend judge = new ReferenceBackend(DType.F64);
        CompiledLayer expected = run(judge, layer, numbers)) {
      for (Algorithm method : of.methods) {
        try (Backend cpu = new CpuBackend(CpuOptions.of(1).withAlgorithm(method));
            CompiledLayer actual = run(cpu, layer, numbers)) {
          all.add(
              new LayerErrors(
                  of.what + of.inputs.text,
                  of.x.toString(),
                  name(method),
                  Relative.of(actual.y(), expected.y()),
                  Relative.of(actual.dx(), expected.dx()),
                  Relative.of(actual.dw(), expected.dw())));
        }
      }
    }
    return all;
  }

  private static CompiledLayer run(Backend backend, Layer layer, Layer.Numbers numbers) {
    CompiledLayer compiled = new CompiledLayer(backend, layer, numbers, true);
    compiled.forward();
    compiled.backward();
    return compiled;
  }

  private static String name(Algorithm method) {
    return switch (method) {
      case FASTEST -> "fastest";
      case DIRECT -> "direct";
      case WINOGRAD_2 -> "F(2 x 2)";
      case WINOGRAD_3 -> "F(3 x 3)";
      case WINOGRAD_4 -> "F(4 x 4)";
    };
  }
}
