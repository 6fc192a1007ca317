package dev.drsn.bench.contender;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A network as TorchScript: one line an operation, in torch's own functions, written as its users
 * write them when they want speed. Soft thresholding is {@code x - clamp(x, -tau, tau)}, two passes
 * where sign and magnitude take five.
 */
final class TorchSource {
  private final Network network;
  private final boolean training;
  private final StringBuilder text = new StringBuilder();

  private TorchSource(Network network, boolean training) {
    this.network = network;
    this.training = training;
  }

  /**
   * The method {@code forward} from images to logits.
   *
   * @param training normalisations use the batch's statistics, and epilogues work in place
   */
  static String forward(Network network, boolean training) {
    return new TorchSource(network, training).forward();
  }

  /** The attribute that holds a parameter. */
  static String attribute(String parameter) {
    return parameter.replace('.', '_');
  }

  private String forward() {
    Network.Input input = network.inputs().getFirst();
    text.append("def forward(self, v").append(input.value()).append(": Tensor):\n");
    for (Node node : network.nodes()) {
      String y = "v" + node.output();
      line(y, body(node, y));
      epilogue(node, y);
    }
    return text.append("    return v").append(network.output()).append("\n").toString();
  }

  private void line(String y, String expression) {
    text.append("    ").append(y).append(" = ").append(expression).append("\n");
  }

  private String body(Node node, String y) {
    String name = "self." + attribute(node.name());
    String x = "v" + node.inputs().getFirst();
    String second = "v" + node.inputs().getLast();
    return switch (node.op()) {
      case Op.Convolution op ->
          call(
              "conv2d",
              x,
              name + "_weight",
              op.bias() ? name + "_bias" : "None",
              strides(op.window()),
              padding(op.window()),
              "[1, 1]",
              "1");
      case Op.Linear op -> linear(call("flatten", x, "1"), name, op.bias());
      case Op.BatchNorm _ -> norm(x, name);
      case Op.Relu _ -> call(free(x(node)) ? "relu_" : "relu", x);
      case Op.Sigmoid _ -> call("sigmoid", x);
      case Op.MaxPool op -> {
        Window w = op.window();
        yield call("max_pool2d", x, size(w), strides(w), padding(w), "[1, 1]", "False");
      }
      case Op.AveragePool op -> {
        Window w = op.window();
        yield call("avg_pool2d", x, size(w), strides(w), padding(w), "False", "True");
      }
      case Op.AdaptiveAveragePool op ->
          call("adaptive_avg_pool2d", x, "[" + op.height() + ", " + op.width() + "]");
      case Op.GlobalAverage _ -> average(x);
      case Op.Add _ -> free(x(node)) ? x + ".add_(" + second + ")" : call("add", x, second);
      case Op.ChannelScale _ -> call("mul", x, spread(second));
      case Op.SoftThreshold _ -> {
        line(y + "_tau", spread(second));
        yield shrink(x, y + "_tau");
      }
      case Op.SqueezeExcite _ -> {
        line(y + "_z", call("relu", linear(average(x), name + "_fc1", true)));
        yield call("mul", x, spread(call("sigmoid", linear(y + "_z", name + "_fc2", true))));
      }
      case Op.Shrinkage op -> {
        line(y + "_a", average(call("abs", x)));
        line(y + "_z", linear(y + "_a", name + "_fc1", true));
        if (op.norm() != Norm.NONE) {
          line(y + "_z", norm(y + "_z", name + "_bn"));
        }
        line(y + "_alpha", call("sigmoid", linear(call("relu", y + "_z"), name + "_fc2", true)));
        if (!op.channelWise()) {
          line(y + "_a", call("mean", y + "_a", "[1]", "True"));
        }
        line(y + "_tau", spread(call("mul", y + "_alpha", y + "_a")));
        yield shrink(x, y + "_tau");
      }
      case Op.SoftmaxCrossEntropy _, Op.CentreLoss _ ->
          throw new IllegalArgumentException(node.name() + " is a loss");
    };
  }

  private void epilogue(Node node, String y) {
    boolean residual = false;
    boolean relu = false;
    switch (node.op()) {
      case Op.Convolution op -> {
        residual = op.residual();
        relu = op.relu();
      }
      case Op.BatchNorm op -> {
        residual = op.residual();
        relu = op.relu();
      }
      case Op.SqueezeExcite op -> {
        residual = op.residual();
        relu = op.relu();
      }
      case Op.Shrinkage op -> {
        residual = op.residual();
        relu = op.relu();
      }
      case Op.Linear op -> relu = op.relu();
      case Op.Add op -> relu = op.relu();
      case Op.Relu _,
          Op.Sigmoid _,
          Op.MaxPool _,
          Op.AveragePool _,
          Op.AdaptiveAveragePool _,
          Op.GlobalAverage _,
          Op.ChannelScale _,
          Op.SoftThreshold _,
          Op.SoftmaxCrossEntropy _,
          Op.CentreLoss _ -> {
        // These have none.
      }
    }
    if (residual) {
      String other = "v" + node.inputs().getLast();
      line(y, training ? y + ".add_(" + other + ")" : call("add", y, other));
    }
    if (relu) {
      line(y, call(training ? "relu_" : "relu", y));
    }
  }

  private static int x(Node node) {
    return node.inputs().getFirst();
  }

  /** Whether training may overwrite a value: one reader, and a producer that does not need it. */
  private boolean free(int value) {
    return training
        && network.consumers().get(value).size() == 1
        && network.nodes().stream()
            .filter(node -> node.output() == value)
            .anyMatch(
                node ->
                    switch (node.op()) {
                      case Op.Convolution _,
                          Op.BatchNorm _,
                          Op.Add _,
                          Op.SqueezeExcite _,
                          Op.Shrinkage _,
                          Op.ChannelScale _,
                          Op.SoftThreshold _ ->
                          true;
                      case Op.Linear _,
                          Op.Relu _,
                          Op.Sigmoid _,
                          Op.MaxPool _,
                          Op.AveragePool _,
                          Op.AdaptiveAveragePool _,
                          Op.GlobalAverage _,
                          Op.SoftmaxCrossEntropy _,
                          Op.CentreLoss _ ->
                          false;
                    });
  }

  private static String call(String function, String... arguments) {
    return "torch." + function + "(" + String.join(", ", arguments) + ")";
  }

  private static String linear(String x, String name, boolean bias) {
    return call("linear", x, name + "_weight", bias ? name + "_bias" : "None");
  }

  private String norm(String x, String name) {
    return call(
        "batch_norm",
        x,
        name + "_weight",
        name + "_bias",
        name + "_running_mean",
        name + "_running_var",
        training ? "True" : "False",
        String.valueOf(Norm.MOMENTUM),
        String.valueOf(Norm.EPSILON),
        "True");
  }

  private static String average(String x) {
    return call("flatten", call("adaptive_avg_pool2d", x, "[1, 1]"), "1");
  }

  private static String shrink(String x, String tau) {
    return call("sub", x, call("clamp", x, call("neg", tau), tau));
  }

  /** [N, C] as [N, C, 1, 1]. */
  private static String spread(String x) {
    return call("unsqueeze", call("unsqueeze", x, "-1"), "-1");
  }

  private static String numbers(int... all) {
    return Arrays.stream(all).mapToObj(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String size(Window w) {
    return numbers(w.height(), w.width());
  }

  private static String strides(Window w) {
    return numbers(w.strideH(), w.strideW());
  }

  private static String padding(Window w) {
    return numbers(w.padH(), w.padW());
  }
}
