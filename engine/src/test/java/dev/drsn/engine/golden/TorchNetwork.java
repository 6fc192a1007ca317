package dev.drsn.engine.golden;

import static org.bytedeco.pytorch.global.torch.adaptive_avg_pool2d;
import static org.bytedeco.pytorch.global.torch.avg_pool2d;
import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.from_blob;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.max_pool2d;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.Node;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Parameter;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network run by libtorch: each node's operation written in torch's own functions, in double,
 * gradients by autograd. One interpreter serves every network; nothing here is shared with the
 * backends but the list of nodes and the weights.
 *
 * <p>Native memory belongs to the {@link PointerScope} that the caller has open.
 */
final class TorchNetwork {

  static {
    set_num_threads(1);
  }

  /**
   * Cross-entropy plus weighted centre loss.
   *
   * @param centreWeight 0 leaves the centre loss out
   */
  record Loss(double centreWeight, boolean separating) {}

  private final Network network;
  private final int batch;
  private final Loss loss;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Adam adam;
  private double[] logits;

  /**
   * A network with weights of its own.
   *
   * @param weights the network's and, where there is a centre loss, {@code loss.centres}
   */
  TorchNetwork(Network network, Weights weights, int batch, Loss loss, double rate) {
    this.network = network;
    this.batch = batch;
    this.loss = loss;
    Map<String, Parameter> all = network.parameters();
    TensorVector trained = new TensorVector();
    weights
        .tensors()
        .forEach(
            (name, values) -> {
              Tensor tensor = tensor(values.data(), values.shape().extents());
              if (!all.containsKey(name) || all.get(name).role().trainable()) {
                tensor.requires_grad_(true);
                trained.push_back(tensor);
              }
              parameters.put(name, tensor);
            });
    adam = new Adam(trained, new AdamOptions(rate));
  }

  private static Tensor tensor(float[] data, int[] extents) {
    double[] values = new double[data.length];
    for (int i = 0; i < data.length; i++) {
      values[i] = data[i];
    }
    long[] sizes = new long[extents.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = extents[i];
    }
    try (DoublePointer pointer = new DoublePointer(values)) {
      return from_blob(pointer, sizes, new TensorOptions(ScalarType.Double)).clone();
    }
  }

  private static double[] values(Tensor tensor) {
    Tensor dense = tensor.detach().contiguous();
    double[] values = new double[Math.toIntExact(dense.numel())];
    try (DoublePointer data = dense.data_ptr_double()) {
      data.get(values);
    }
    return values;
  }

  /** Logits by the running statistics. */
  double[] evaluate(float[] images) {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      return values(forward(images, false)[network.output()]);
    }
  }

  /** What the last linear layer reads, by the running statistics. */
  double[] embedding(float[] images) {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      return values(forward(images, false)[network.embedding()]);
    }
  }

  /** The loss by the batch's statistics, which move the running ones, and all gradients. */
  double gradients(float[] images, float[] targets) {
    try (PointerScope _ = new PointerScope()) {
      adam.zero_grad();
      Tensor[] all = forward(images, true);
      logits = values(all[network.output()]);
      long classes = all[network.output()].size(1);
      Tensor t = tensor(targets, new int[] {batch, Math.toIntExact(classes)});
      Tensor total = mean(t.mul(log_softmax(all[network.output()], 1)).neg());
      if (loss.centreWeight > 0) {
        Tensor centreLoss = centreLoss(all[network.embedding()], t);
        total = total.add(centreLoss.mul(new Scalar(loss.centreWeight)));
      }
      total.backward();
      return total.item_double();
    }
  }

  /** One step of Adam on the mean loss over these samples; the loss before it. */
  double step(float[] images, float[] targets) {
    double before = gradients(images, targets);
    try (PointerScope _ = new PointerScope()) {
      adam.step();
    }
    return before;
  }

  /** The logits that the latest loss was computed from. */
  double[] logits() {
    return logits;
  }

  /** A parameter or running statistic as it stands. */
  double[] parameter(String name) {
    return values(parameters.get(name));
  }

  /** The latest gradients by all parameters that learn. */
  Map<String, double[]> gradients() {
    Map<String, double[]> gradients = new LinkedHashMap<>();
    parameters.forEach(
        (name, tensor) -> {
          if (tensor.requires_grad()) {
            gradients.put(name, values(tensor.grad()));
          }
        });
    return gradients;
  }

  /** Sum over all elements, divided by the batch. */
  private Tensor mean(Tensor x) {
    return x.sum().div(new Scalar((double) batch));
  }

  private Tensor centreLoss(Tensor x, Tensor targets) {
    Tensor centres = parameters.get("loss.centres");
    Tensor own = centres.index_select(0, targets.argmax(new LongOptional(1), false));
    Tensor pull = mean(x.flatten(1, -1).sub(own).square());
    if (!loss.separating) {
      return pull.div(new Scalar(2.0));
    }
    Tensor apart = centres.sub(centres.mean(new long[] {0}, true, null)).square().sum();
    Tensor spread = apart.div(new Scalar((double) centres.size(0)));
    return pull.div(spread.add(new Scalar(Op.CentreLoss.EPSILON)));
  }

  /** All values by their numbers. */
  private Tensor[] forward(float[] images, boolean training) {
    Tensor[] all = new Tensor[network.values()];
    Network.Input input = network.inputs().getFirst();
    all[input.value()] = tensor(images, input.shape().withN(batch).extents());
    for (Node node : network.nodes()) {
      List<Tensor> x = node.inputs().stream().map(value -> all[value]).toList();
      all[node.output()] = run(node, x, training);
    }
    return all;
  }

  private Tensor run(Node node, List<Tensor> in, boolean training) {
    String name = node.name();
    Tensor x = in.getFirst();
    return switch (node.op()) {
      case Op.Convolution op -> {
        Window w = op.window();
        Tensor y =
            conv2d(
                x,
                parameters.get(name + ".weight"),
                op.bias() ? optional(name + ".bias") : new TensorOptional(),
                stride(w),
                padding(w),
                new long[] {1, 1},
                1);
        yield epilogue(y, in, op.residual(), op.relu());
      }
      case Op.Linear op -> epilogue(dense(x.flatten(1, -1), name), in, false, op.relu());
      case Op.BatchNorm op -> epilogue(norm(x, name, training), in, op.residual(), op.relu());
      case Op.Relu op -> x.relu();
      case Op.Sigmoid op -> x.sigmoid();
      case Op.MaxPool op -> {
        Window w = op.window();
        yield max_pool2d(x, size(w), stride(w), padding(w), new long[] {1, 1}, false);
      }
      case Op.AveragePool op -> {
        Window w = op.window();
        yield avg_pool2d(x, size(w), stride(w), padding(w), false, true, new LongOptional());
      }
      case Op.AdaptiveAveragePool op -> adaptive_avg_pool2d(x, op.height(), op.width());
      case Op.GlobalAverage op -> x.mean(2, 3);
      case Op.Add op -> epilogue(x.add(in.getLast()), in, false, op.relu());
      case Op.ChannelScale op -> x.mul(spread(in.getLast()));
      case Op.SoftThreshold op -> shrink(x, in.getLast());
      case Op.SqueezeExcite op -> {
        Tensor z = dense(x.mean(2, 3), name + ".fc1").relu();
        Tensor s = dense(z, name + ".fc2").sigmoid();
        yield epilogue(x.mul(spread(s)), in, op.residual(), op.relu());
      }
      case Op.Shrinkage op -> {
        Tensor a = x.abs().mean(2, 3);
        Tensor z = dense(a, name + ".fc1");
        z = op.norm() == Norm.NONE ? z : norm(z, name + ".bn", training);
        Tensor alpha = dense(z.relu(), name + ".fc2").sigmoid();
        Tensor mean = op.channelWise() ? a : a.mean(new long[] {1}, true, null);
        yield epilogue(shrink(x, alpha.mul(mean)), in, op.residual(), op.relu());
      }
      case Op.SoftmaxCrossEntropy op -> throw new IllegalArgumentException(op.toString());
      case Op.CentreLoss op -> throw new IllegalArgumentException(op.toString());
    };
  }

  private static Tensor epilogue(Tensor y, List<Tensor> in, boolean residual, boolean relu) {
    Tensor sum = residual ? y.add(in.getLast()) : y;
    return relu ? sum.relu() : sum;
  }

  private Tensor dense(Tensor x, String name) {
    return linear(x, parameters.get(name + ".weight"), optional(name + ".bias"));
  }

  private Tensor norm(Tensor x, String name, boolean training) {
    return batch_norm(
        x,
        optional(name + ".weight"),
        optional(name + ".bias"),
        optional(name + ".running_mean"),
        optional(name + ".running_var"),
        training,
        Norm.MOMENTUM,
        Norm.EPSILON,
        false);
  }

  private static Tensor shrink(Tensor x, Tensor tau) {
    return x.sign().mul(x.abs().sub(spread(tau)).relu());
  }

  /** [N, C] as [N, C, 1, 1]. */
  private static Tensor spread(Tensor x) {
    return x.unsqueeze(-1).unsqueeze(-1);
  }

  private TensorOptional optional(String name) {
    return new TensorOptional(parameters.get(name));
  }

  private static long[] size(Window w) {
    return new long[] {w.height(), w.width()};
  }

  private static long[] stride(Window w) {
    return new long[] {w.strideH(), w.strideW()};
  }

  private static long[] padding(Window w) {
    return new long[] {w.padH(), w.padW()};
  }
}
