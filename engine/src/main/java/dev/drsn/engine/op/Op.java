package dev.drsn.engine.op;

import static dev.drsn.engine.op.Parameter.Role.BIAS;
import static dev.drsn.engine.op.Parameter.Role.CENTRE;
import static dev.drsn.engine.op.Parameter.Role.CONVOLUTION_WEIGHT;
import static dev.drsn.engine.op.Parameter.Role.LINEAR_WEIGHT;
import static dev.drsn.engine.op.Parameter.Role.RUNNING_MEAN;
import static dev.drsn.engine.op.Parameter.Role.RUNNING_VARIANCE;
import static dev.drsn.engine.op.Parameter.Role.SCALE;
import static dev.drsn.engine.op.Parameter.Role.SHIFT;
import static dev.drsn.engine.op.Parameter.Role.THRESHOLD_BIAS;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The whole vocabulary on one page: every operation is a value that says <em>what</em> is computed;
 * a backend's kernel says how. No tensors, no device, no state.
 *
 * <p>Notation: x inputs, y output, w parameters, dx dy dw the loss's derivatives by them; {@code
 * [n, c, h, w]} indices of an image, {@code [c]} of a channel. Derivatives are given as the kernels
 * must compute them: dx overwrites (or adds where the plan says so), dw always accumulates ({@code
 * +=}).
 *
 * <p>An epilogue is part of its operation: {@code residual} appends a last input of y's shape that
 * is added, {@code relu} cuts at zero after that: {@code y = relu(f(x) + residual)}. Backward
 * starts with {@code dy' = dy [y > 0]}; the residual's gradient is dy'.
 *
 * <p>A switch over Op has no default branch: a new operation does not compile until every backend
 * answers.
 */
public sealed interface Op {

  /**
   * The output's shape.
   *
   * @param x shapes of the inputs in order
   * @throws DrsnException where the inputs do not fit the operation
   */
  Shape output(List<Shape> x);

  /** What the operation learns and keeps, in a fixed order; empty for most. */
  default List<Parameter> parameters(List<Shape> x) {
    return List.of();
  }

  /**
   * Multiply-accumulates of one forward pass in convolutions and linear layers, gates' included.
   */
  default long multiplyAccumulates(List<Shape> x) {
    return 0;
  }

  /**
   * Convolution (cross-correlation): {@code y[n,k,p,q] = b[k] + sum_c,r,s x[n, c, p strideH - padH
   * + r, q strideW - padW + s] w[k,c,r,s]}, then the epilogue.
   *
   * <p>Inputs: x [N,C,H,W] (, residual). Parameters: weight [K,C,R,S] (, bias [K]).
   *
   * <p>{@code dx[n,c,i,j] = sum_k,r,s dy'[n,k,p,q] w[k,c,r,s]} over all (p,r), (q,s) that read
   * (i,j); {@code dw[k,c,r,s] += sum_n,p,q dy'[n,k,p,q] x[n, c, p strideH - padH + r, ...]}; {@code
   * db[k] += sum_n,p,q dy'[n,k,p,q]}.
   *
   * @param channels K
   */
  record Convolution(int channels, Window window, boolean bias, boolean residual, boolean relu)
      implements Op {

    /** Without epilogue. */
    public Convolution(int channels, Window window, boolean bias) {
      this(channels, window, bias, false, false);
    }

    @Override
    public Shape output(List<Shape> x) {
      Shape in = x.getFirst();
      Shape out = slide(this, in, channels, window);
      return epilogue(this, x, residual, out);
    }

    @Override
    public List<Parameter> parameters(List<Shape> x) {
      Shape weight = Shape.of(channels, x.getFirst().c(), window.height(), window.width());
      Parameter w = new Parameter("weight", weight, CONVOLUTION_WEIGHT);
      return bias ? List.of(w, new Parameter("bias", Shape.of(channels), BIAS)) : List.of(w);
    }

    @Override
    public long multiplyAccumulates(List<Shape> x) {
      return (long) output(x).elements() * x.getFirst().c() * window.area();
    }
  }

  /**
   * Linear layer over a flattened sample: {@code y[n,k] = b[k] + sum_d x[n,d] w[k,d]}, {@code D = C
   * H W} in NCHW order, then ReLU if asked.
   *
   * <p>Inputs: x [N,C,H,W]. Parameters: weight [K,D] (, bias [K]).
   *
   * <p>{@code dx[n,d] = sum_k dy'[n,k] w[k,d]}; {@code dw[k,d] += sum_n dy'[n,k] x[n,d]}; {@code
   * db[k] += sum_n dy'[n,k]}.
   *
   * @param outputs K
   */
  record Linear(int outputs, boolean bias, boolean relu) implements Op {

    @Override
    public Shape output(List<Shape> x) {
      arity(this, x, 1);
      return Shape.of(x.getFirst().n(), outputs);
    }

    @Override
    public List<Parameter> parameters(List<Shape> x) {
      Parameter w =
          new Parameter("weight", Shape.of(outputs, x.getFirst().sampleElements()), LINEAR_WEIGHT);
      return bias ? List.of(w, new Parameter("bias", Shape.of(outputs), BIAS)) : List.of(w);
    }

    @Override
    public long multiplyAccumulates(List<Shape> x) {
      return (long) x.getFirst().elements() * outputs;
    }
  }

  /**
   * Batch normalisation (Ioffe and Szegedy 2015): {@code xhat = (x - mean[c]) / sqrt(var[c] +
   * epsilon)}, {@code y = gamma[c] xhat + beta[c]}, then the epilogue. With {@link Norm#BATCH} mean
   * and biased variance are the batch's over N, H, W (M elements) and move the running ones; with
   * {@link Norm#RUNNING} they are the running ones.
   *
   * <p>Inputs: x (, residual). Parameters: weight (gamma), bias (beta), running_mean, running_var,
   * each [C].
   *
   * <p>{@code dgamma[c] += sum dy' xhat}; {@code dbeta[c] += sum dy'}; BATCH: {@code dx = gamma /
   * sigma (dy' - mean(dy') - xhat mean(dy' xhat))}; RUNNING: {@code dx = gamma / sigma dy'}.
   */
  record BatchNorm(Norm norm, boolean residual, boolean relu) implements Op {

    public BatchNorm {
      if (norm == Norm.NONE) {
        throw new IllegalArgumentException("a batch normalisation needs statistics");
      }
    }

    @Override
    public Shape output(List<Shape> x) {
      return epilogue(this, x, residual, x.getFirst());
    }

    @Override
    public List<Parameter> parameters(List<Shape> x) {
      return normParameters("", x.getFirst().c());
    }
  }

  /** {@code y = max(x, 0)}; {@code dx = dy [y > 0]}. */
  record Relu() implements Op {
    @Override
    public Shape output(List<Shape> x) {
      return same(this, x, 1);
    }
  }

  /** {@code y = 1 / (1 + exp(-x))}; {@code dx = dy y (1 - y)}. */
  record Sigmoid() implements Op {
    @Override
    public Shape output(List<Shape> x) {
      return same(this, x, 1);
    }
  }

  /**
   * Maximum over the window; padding never wins. The gradient goes to the first (row by row) of
   * equal maxima.
   */
  record MaxPool(Window window) implements Op {
    @Override
    public Shape output(List<Shape> x) {
      arity(this, x, 1);
      return slide(this, x.getFirst(), x.getFirst().c(), window);
    }
  }

  /** Mean over the window, padding counted as zeros in {@code R S}: {@code dx = sum dy / (R S)}. */
  record AveragePool(Window window) implements Op {
    @Override
    public Shape output(List<Shape> x) {
      arity(this, x, 1);
      return slide(this, x.getFirst(), x.getFirst().c(), window);
    }
  }

  /**
   * Mean over regions that divide the image evenly into {@code height x width}: region p covers
   * rows {@code floor(p H / height)} to {@code ceil((p + 1) H / height)} exclusive, likewise
   * columns. VGG16's classifier needs it at sizes other than 224.
   */
  record AdaptiveAveragePool(int height, int width) implements Op {
    @Override
    public Shape output(List<Shape> x) {
      arity(this, x, 1);
      return Shape.of(x.getFirst().n(), x.getFirst().c(), height, width);
    }
  }

  /** {@code y[n,c] = mean over h, w of x}; {@code dx = dy[n,c] / (H W)}. */
  record GlobalAverage() implements Op {
    @Override
    public Shape output(List<Shape> x) {
      arity(this, x, 1);
      return Shape.of(x.getFirst().n(), x.getFirst().c());
    }
  }

  /** {@code y = a + b}, then ReLU if asked; {@code da = db = dy'}. */
  record Add(boolean relu) implements Op {
    @Override
    public Shape output(List<Shape> x) {
      return same(this, x, 2);
    }
  }

  /** {@code y[n,c,h,w] = x[n,c,h,w] s[n,c]}; {@code dx = dy s}, {@code ds[n,c] = sum_h,w dy x}. */
  record ChannelScale() implements Op {
    @Override
    public Shape output(List<Shape> x) {
      return channelwise(this, x);
    }
  }

  /**
   * Soft thresholding: {@code y = sign(x) max(|x| - tau[n,c], 0)}, tau at least 0; with {@code m =
   * [|x| > tau]}: {@code dx = dy m}, {@code dtau[n,c] = -sum_h,w dy sign(x) m}.
   */
  record SoftThreshold() implements Op {
    @Override
    public Shape output(List<Shape> x) {
      return channelwise(this, x);
    }
  }

  /**
   * Squeeze-excite gate (Hu et al. 2018): {@code z[n,c] = mean_h,w x}; {@code s = sigmoid(W2
   * relu(W1 z + b1) + b2)}; {@code y = x s[n,c]}, then the epilogue.
   *
   * <p>Inputs: x (, residual). Parameters: fc1.weight [hidden,C], fc1.bias [hidden], fc2.weight
   * [C,hidden], fc2.bias [C].
   *
   * <p>{@code ds = sum_h,w dy' x}, through sigmoid, W2, relu and W1 to dz; {@code dx = dy' s + dz /
   * (H W)}.
   */
  record SqueezeExcite(int hidden, boolean residual, boolean relu) implements Op {
    @Override
    public Shape output(List<Shape> x) {
      return epilogue(this, x, residual, x.getFirst());
    }

    @Override
    public List<Parameter> parameters(List<Shape> x) {
      return gateParameters(x.getFirst().c(), hidden, x.getFirst().c(), Norm.NONE, BIAS);
    }

    @Override
    public long multiplyAccumulates(List<Shape> x) {
      return 2L * x.getFirst().n() * x.getFirst().c() * hidden;
    }
  }

  /**
   * Shrinkage gate (Zhao et al. 2020): {@code A[n,c] = mean_h,w |x|}; {@code z = W2 relu(norm(W1 A
   * + b1)) + b2}; {@code alpha = sigmoid(z)}; channel-wise {@code tau[n,c] = alpha[n,c] A[n,c]},
   * channel-shared {@code tau[n] = alpha[n] mean_c A[n,c]}; {@code y = sign(x) max(|x| - tau, 0)},
   * then the epilogue.
   *
   * <p>Inputs: x (, residual). Parameters: fc1.weight [hidden,C], fc1.bias [hidden], then, unless
   * the norm is NONE, bn.weight, bn.bias, bn.running_mean, bn.running_var [hidden], then fc2.weight
   * [C or 1, hidden], fc2.bias [C or 1].
   *
   * <p>With {@code m = [|x| > tau]}: {@code dtau = -sum dy' sign(x) m} (over h,w; shared: and c);
   * {@code dalpha = dtau A}; through sigmoid, W2, relu, norm, W1 to a gradient of A, to which
   * {@code dtau alpha} (shared: {@code / C}) is added; {@code dx = dy' m + dA sign(x) / (H W)}.
   */
  record Shrinkage(int hidden, boolean channelWise, Norm norm, boolean residual, boolean relu)
      implements Op {
    @Override
    public Shape output(List<Shape> x) {
      return epilogue(this, x, residual, x.getFirst());
    }

    @Override
    public List<Parameter> parameters(List<Shape> x) {
      int c = x.getFirst().c();
      return gateParameters(c, hidden, channelWise ? c : 1, norm, THRESHOLD_BIAS);
    }

    @Override
    public long multiplyAccumulates(List<Shape> x) {
      int c = x.getFirst().c();
      return (long) x.getFirst().n() * hidden * (c + (channelWise ? c : 1));
    }
  }

  /**
   * Softmax cross-entropy, mean over the batch: {@code y = (1/N) sum_n -sum_k t[n,k] log p[n,k]},
   * {@code p = softmax(x)}. Targets are any non-negative numbers: one-hot, soft labels, smoothed,
   * times class weights.
   *
   * <p>Inputs: x [N,K], targets [N,K] (no gradient). {@code dx = dy (p sum_k t - t) / N}.
   */
  record SoftmaxCrossEntropy() implements Op {
    @Override
    public Shape output(List<Shape> x) {
      same(this, x, 2);
      return Shape.of(1);
    }
  }

  /**
   * Pull of samples to their class's centre, mean over the batch. With {@code k(n)} the largest
   * target of sample n (the first of equals) and {@code S = sum_n |x[n] - c[k(n)]|^2}:
   *
   * <p>plain (Wen et al. 2016): {@code y = S / (2 N)}; {@code dx[n] = dy (x[n] - c[k(n)]) / N};
   * {@code dc[k] += -dy sum_n in k (x[n] - c[k]) / N}.
   *
   * <p>separating (the paper's formula 10): {@code V = (1/K) sum_k |c[k] - mean c|^2 + epsilon},
   * {@code L = S / V}, {@code y = L / N}; {@code dx[n] = dy 2 (x[n] - c[k(n)]) / (V N)}; {@code
   * dc[k] += -dy (2 / (V N)) (sum_n in k (x[n] - c[k]) + (L / K) (c[k] - mean c))}: the second term
   * pushes centres apart.
   *
   * <p>Inputs: x [N,C,H,W] with D = C H W, targets [N,K] (no gradient). Parameter: centres [K,D].
   */
  record CentreLoss(boolean separating) implements Op {

    /** Keeps the separating loss finite while centres coincide. */
    public static final double EPSILON = 1e-6;

    @Override
    public Shape output(List<Shape> x) {
      arity(this, x, 2);
      if (x.get(0).n() != x.get(1).n()) {
        throw misfit(this, x);
      }
      return Shape.of(1);
    }

    @Override
    public List<Parameter> parameters(List<Shape> x) {
      Shape centres = Shape.of(x.get(1).c(), x.get(0).sampleElements());
      return List.of(new Parameter("centres", centres, CENTRE));
    }
  }

  private static List<Parameter> normParameters(String prefix, int c) {
    Shape shape = Shape.of(c);
    return List.of(
        new Parameter(prefix + "weight", shape, SCALE),
        new Parameter(prefix + "bias", shape, SHIFT),
        new Parameter(prefix + "running_mean", shape, RUNNING_MEAN),
        new Parameter(prefix + "running_var", shape, RUNNING_VARIANCE));
  }

  private static List<Parameter> gateParameters(
      int c, int hidden, int outputs, Norm norm, Parameter.Role lastBias) {
    List<Parameter> all = new ArrayList<>();
    all.add(new Parameter("fc1.weight", Shape.of(hidden, c), LINEAR_WEIGHT));
    all.add(new Parameter("fc1.bias", Shape.of(hidden), BIAS));
    if (norm != Norm.NONE) {
      all.addAll(normParameters("bn.", hidden));
    }
    all.add(new Parameter("fc2.weight", Shape.of(outputs, hidden), LINEAR_WEIGHT));
    all.add(new Parameter("fc2.bias", Shape.of(outputs), lastBias));
    return List.copyOf(all);
  }

  private static Shape slide(Op op, Shape in, int channels, Window window) {
    int p = window.outH(in.h());
    int q = window.outW(in.w());
    if (p < 1 || q < 1) {
      throw new DrsnException(
          "an image of "
              + in.h()
              + "x"
              + in.w()
              + " is smaller than the window of "
              + op
              + "; use larger images");
    }
    return Shape.of(in.n(), channels, p, q);
  }

  private static Shape epilogue(Op op, List<Shape> x, boolean residual, Shape out) {
    arity(op, x, residual ? 2 : 1);
    if (residual && !x.get(1).equals(out)) {
      throw misfit(op, x);
    }
    return out;
  }

  private static Shape same(Op op, List<Shape> x, int inputs) {
    arity(op, x, inputs);
    if (!x.getFirst().equals(x.getLast())) {
      throw misfit(op, x);
    }
    return x.getFirst();
  }

  private static Shape channelwise(Op op, List<Shape> x) {
    arity(op, x, 2);
    if (!x.get(1).equals(Shape.of(x.get(0).n(), x.get(0).c()))) {
      throw misfit(op, x);
    }
    return x.getFirst();
  }

  private static void arity(Op op, List<Shape> x, int inputs) {
    if (x.size() != inputs) {
      throw misfit(op, x);
    }
  }

  private static DrsnException misfit(Op op, List<Shape> x) {
    return new DrsnException("inputs " + x + " do not fit " + op);
  }
}
