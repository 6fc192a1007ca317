package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Exports a network for inference as ONNX, operator set 17: input {@code input} [batch, C, H, W],
 * output {@code logits} [batch, classes], any batch. Parameters keep their names. What ONNX has no
 * operator for is written out in those it has:
 *
 * <ul>
 *   <li>epilogues as Add and Relu;
 *   <li>gates from Abs, GlobalAveragePool, Gemm, BatchNormalization and Sigmoid; soft thresholding
 *       as {@code sign(x) relu(|x| - tau)};
 *   <li>adaptive average pooling as AveragePool where the regions are equal, else as {@code A x B}
 *       with matrices that average rows and columns.
 * </ul>
 *
 * <p>Source: the operators' and the file format's description at github.com/onnx/onnx.
 */
public final class OnnxWriter {

  private static final String INPUT = "input";
  private static final String OUTPUT = "logits";

  private final Network network;
  private final Weights weights;
  private final Shape[] shapes;
  private final OnnxGraph graph = new OnnxGraph();
  private final Map<Integer, String> values = new HashMap<>();

  private OnnxWriter(Network network, Weights weights) {
    this.network = network;
    this.weights = weights;
    this.shapes = network.shapes(1);
  }

  /**
   * Writes a model, whole or not at all; its labels, preprocessing and notes become metadata.
   *
   * @throws DrsnException where the file cannot be written, or would pass ONNX's limit of 2 GB
   */
  public static void write(Path file, Model model) {
    write(file, model.network(), model.weights(), model.metadata());
  }

  static void write(Path file, Network network, Weights weights, Map<String, String> metadata) {
    OnnxMessage model = new OnnxWriter(network, weights).model(metadata);
    if (model.size() > Integer.MAX_VALUE) {
      throw new DrsnException(
          "cannot write " + file + ": ONNX files end at 2 GB; export a narrower network");
    }
    AtomicFile.write(file, model::writeTo);
  }

  private OnnxMessage model(Map<String, String> metadata) {
    Network.Input input = network.inputs().getFirst();
    values.put(input.value(), INPUT);
    for (Node node : network.nodes()) {
      String name = node.output() == network.output() ? OUTPUT : node.name();
      values.put(node.output(), emit(node, name));
    }
    return graph.model(
        "drsn",
        INPUT,
        perSample(input.shape()),
        OUTPUT,
        perSample(shapes[network.output()]),
        metadata);
  }

  private static int[] perSample(Shape shape) {
    int[] extents = shape.extents();
    return Arrays.copyOfRange(extents, 1, extents.length);
  }

  /** Writes one operation down; {@code name} is what its result is called. */
  private String emit(Node node, String name) {
    String x = values.get(node.inputs().getFirst());
    Shape shape = shapes[node.inputs().getFirst()];
    return switch (node.op()) {
      case Op.Convolution op ->
          epilogue(node, name, op.residual(), op.relu(), y -> convolution(node, op, x, y));
      case Op.Linear op ->
          epilogue(
              node,
              name,
              false,
              op.relu(),
              y -> linear(node.name(), op.bias(), flat(x, shape, y), y));
      case Op.BatchNorm op ->
          epilogue(node, name, op.residual(), op.relu(), y -> batchNorm(node.name(), x, y));
      case Op.Relu _ -> graph.node("Relu", name, x);
      case Op.Sigmoid _ -> graph.node("Sigmoid", name, x);
      case Op.MaxPool op -> graph.node("MaxPool", name, List.of(x), to -> window(to, op.window()));
      case Op.AveragePool op ->
          graph.node(
              "AveragePool",
              name,
              List.of(x),
              to -> window(to, op.window()).integer("count_include_pad", 1));
      case Op.AdaptiveAveragePool op -> adaptivePool(op, name, x, shape);
      case Op.GlobalAverage _ -> average(name, x, shape);
      case Op.Add op ->
          op.relu()
              ? graph.node("Relu", name, graph.node("Add", name + "/add", x, second(node)))
              : graph.node("Add", name, x, second(node));
      case Op.ChannelScale _ ->
          graph.node("Mul", name, x, perChannel(second(node), shape, name + "/scale"));
      case Op.SoftThreshold _ ->
          softThreshold(x, perChannel(second(node), shape, name + "/tau"), name);
      case Op.SqueezeExcite op ->
          epilogue(node, name, op.residual(), op.relu(), y -> squeezeExcite(node, x, shape, y));
      case Op.Shrinkage op ->
          epilogue(node, name, op.residual(), op.relu(), y -> shrinkage(node, op, x, shape, y));
      case Op.SoftmaxCrossEntropy _, Op.CentreLoss _ ->
          throw new IllegalArgumentException(node.name() + " is a loss; export without it");
    };
  }

  private String second(Node node) {
    return values.get(node.inputs().get(1));
  }

  /** Writes an operation under the name that leaves room for what comes behind it. */
  @FunctionalInterface
  private interface Body {
    String emit(String name);
  }

  private String epilogue(Node node, String name, boolean residual, boolean relu, Body body) {
    String y = body.emit(residual || relu ? name + "/body" : name);
    if (residual) {
      String other = values.get(node.inputs().getLast());
      y = graph.node("Add", relu ? name + "/add" : name, y, other);
    }
    return relu ? graph.node("Relu", name, y) : y;
  }

  private String convolution(Node node, Op.Convolution op, String x, String name) {
    List<String> inputs = new ArrayList<>(List.of(x, parameter(node.name() + ".weight")));
    if (op.bias()) {
      inputs.add(parameter(node.name() + ".bias"));
    }
    return graph.node("Conv", name, inputs, to -> window(to, op.window()));
  }

  private String linear(String layer, boolean bias, String x, String name) {
    List<String> inputs = new ArrayList<>(List.of(x, parameter(layer + ".weight")));
    if (bias) {
      inputs.add(parameter(layer + ".bias"));
    }
    return graph.node("Gemm", name, inputs, to -> to.integer("transB", 1));
  }

  private String batchNorm(String layer, String x, String name) {
    List<String> inputs = new ArrayList<>(List.of(x));
    for (String each : List.of("weight", "bias", "running_mean", "running_var")) {
      inputs.add(parameter(layer + "." + each));
    }
    return graph.node(
        "BatchNormalization", name, inputs, to -> to.decimal("epsilon", (float) Norm.EPSILON));
  }

  private String squeezeExcite(Node node, String x, Shape shape, String name) {
    String z = average(name + "/z", x, shape);
    String hidden = linear(node.name() + ".fc1", true, z, name + "/fc1");
    hidden = graph.node("Relu", name + "/relu", hidden);
    String s = linear(node.name() + ".fc2", true, hidden, name + "/fc2");
    s = graph.node("Sigmoid", name + "/s", s);
    return graph.node("Mul", name, x, perChannel(s, shape, name + "/scale"));
  }

  private String shrinkage(Node node, Op.Shrinkage op, String x, Shape shape, String name) {
    String magnitude = graph.node("Abs", name + "/magnitude", x);
    String a = average(name + "/a", magnitude, shape);
    String hidden = linear(node.name() + ".fc1", true, a, name + "/fc1");
    if (op.norm() != Norm.NONE) {
      hidden = batchNorm(node.name() + ".bn", hidden, name + "/bn");
    }
    hidden = graph.node("Relu", name + "/relu", hidden);
    String alpha = linear(node.name() + ".fc2", true, hidden, name + "/fc2");
    alpha = graph.node("Sigmoid", name + "/alpha", alpha);
    if (!op.channelWise()) {
      a =
          graph.node(
              "ReduceMean",
              name + "/a_mean",
              List.of(a),
              to -> to.integers("axes", 1).integer("keepdims", 1));
    }
    String tau = graph.node("Mul", name + "/alpha_a", alpha, a);
    return softThreshold(x, perChannel(tau, shape, name + "/tau"), name);
  }

  private String softThreshold(String x, String tau, String name) {
    String sign = graph.node("Sign", name + "/sign", x);
    String rest = graph.node("Sub", name + "/above", graph.node("Abs", name + "/abs", x), tau);
    return graph.node("Mul", name, sign, graph.node("Relu", name + "/rest", rest));
  }

  /** [N, C, H, W] to its means [N, C]. */
  private String average(String name, String x, Shape shape) {
    if (shape.rank() < 3) {
      return graph.node("Identity", name, x);
    }
    String pooled = graph.node("GlobalAveragePool", name + "/pool", x);
    return graph.node("Flatten", name, List.of(pooled), to -> to.integer("axis", 1));
  }

  /** [N, C, H, W] to [N, C H W]. */
  private String flat(String x, Shape shape, String name) {
    return shape.rank() == 2
        ? x
        : graph.node("Flatten", name + "/flat", List.of(x), to -> to.integer("axis", 1));
  }

  /** [N, C] or [N, 1] made ready to meet values of a shape. */
  private String perChannel(String x, Shape shape, String name) {
    if (shape.rank() == 2) {
      return x;
    }
    // 0 copies the extent, so that any batch goes through; -1 is C or 1.
    String extents =
        shape.rank() == 4
            ? graph.constant("channel_extents", 0, -1, 1, 1)
            : graph.constant("channel_extents_3", 0, -1, 1);
    return graph.node("Reshape", name, x, extents);
  }

  private String adaptivePool(Op.AdaptiveAveragePool op, String name, String x, Shape shape) {
    if (shape.h() % op.height() == 0 && shape.w() % op.width() == 0) {
      int rows = shape.h() / op.height();
      int columns = shape.w() / op.width();
      Window window = new Window(rows, columns, rows, columns, 0, 0);
      return graph.node("AveragePool", name, List.of(x), to -> window(to, window));
    }
    String rows = graph.constant(name + "/rows", averaging(op.height(), shape.h(), false));
    String columns = graph.constant(name + "/columns", averaging(op.width(), shape.w(), true));
    return graph.node("MatMul", name, graph.node("MatMul", name + "/by_rows", rows, x), columns);
  }

  /** The matrix [parts, whole] that averages each part, or its transpose. */
  private static Tensor averaging(int parts, int whole, boolean transposed) {
    Tensor matrix = Tensor.zeros(transposed ? Shape.of(whole, parts) : Shape.of(parts, whole));
    for (int p = 0; p < parts; p++) {
      int from = (int) ((long) p * whole / parts);
      int to = (int) Math.ceilDiv((p + 1L) * whole, parts);
      for (int i = from; i < to; i++) {
        matrix.data()[transposed ? i * parts + p : p * whole + i] = 1f / (to - from);
      }
    }
    return matrix;
  }

  private static OnnxGraph.Attributes window(OnnxGraph.Attributes to, Window w) {
    return to.integers("kernel_shape", w.height(), w.width())
        .integers("strides", w.strideH(), w.strideW())
        .integers("pads", w.padH(), w.padW(), w.padH(), w.padW());
  }

  private String parameter(String name) {
    return graph.constant(name, weights.get(name));
  }
}
