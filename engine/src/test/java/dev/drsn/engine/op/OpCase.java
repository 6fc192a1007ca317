package dev.drsn.engine.op;

import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One operation with input shapes, input values and tolerances. The same case drives parity between
 * backends, the gradient check and benchmarks. Its name names it fully: {@code
 * -Ddrsn.case="Convolution[channels=8"} runs the cases whose names contain that.
 *
 * @param values what each input looks like
 * @param forwardTolerance largest relative error of y, as a norm
 * @param gradientTolerance largest relative error of dx and dw, as a norm
 */
record OpCase(
    Op op, List<Shape> x, List<Values> values, double forwardTolerance, double gradientTolerance) {

  /** The numbers of one step: what a backend is given before forward and backward. */
  record Data(float[][] x, float[][] w, float[] dy, float[][] dxBefore, float[][] dwBefore) {}

  OpCase {
    op.output(x);
    if (values.size() != x.size()) {
      throw new IllegalArgumentException(
          x.size() + " inputs, " + values.size() + " kinds of values");
    }
  }

  static OpCase of(Op op, List<Shape> x, List<Values> values) {
    return new OpCase(op, x, values, 1e-5, 1e-4);
  }

  Shape y() {
    return op.output(x);
  }

  int batch() {
    return x.getFirst().n();
  }

  /** The same with another number of samples. */
  OpCase withBatch(int n) {
    List<Shape> shapes = x.stream().map(shape -> shape.withN(n)).toList();
    return new OpCase(op, shapes, values, forwardTolerance, gradientTolerance);
  }

  /** Whether the operation is a loss: one number for the whole batch. */
  boolean loss() {
    return op instanceof Op.SoftmaxCrossEntropy || op instanceof Op.CentreLoss;
  }

  /** Samples of y when there are n of x. */
  int outputSamples(int n) {
    return loss() ? 1 : n;
  }

  /** Whether an input has a gradient; targets have none. */
  boolean differentiable(int input) {
    return !(loss() && input == 1);
  }

  List<Parameter> parameters() {
    return op.parameters(x);
  }

  /** Whether the case sits on kinks on purpose. */
  boolean kinked() {
    return values.stream().anyMatch(Values::kinked);
  }

  /**
   * All numbers of one step.
   *
   * @param round different rounds have different numbers
   */
  Data data(int round) {
    Random random = new Random(toString().hashCode() + 7919L * round);
    float[][] inputs = new float[x.size()][];
    float[][] dxBefore = new float[x.size()][];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = values.get(i).make(x.get(i), random);
      dxBefore[i] = Values.GAUSSIAN.make(x.get(i), random);
    }
    List<Parameter> parameters = parameters();
    float[][] w = new float[parameters.size()][];
    float[][] dwBefore = new float[parameters.size()][];
    for (int i = 0; i < w.length; i++) {
      w[i] = parameter(parameters.get(i), random);
      dwBefore[i] = Values.GAUSSIAN.make(parameters.get(i).shape(), random);
    }
    return new Data(inputs, w, Values.GAUSSIAN.make(y(), random), dxBefore, dwBefore);
  }

  private static float[] parameter(Parameter parameter, Random random) {
    Shape shape = parameter.shape();
    float[] values = Values.GAUSSIAN.make(shape, random);
    double fanIn = shape.sampleElements();
    for (int i = 0; i < values.length; i++) {
      double g = values[i];
      values[i] =
          (float)
              switch (parameter.role()) {
                case CONVOLUTION_WEIGHT, LINEAR_WEIGHT -> g / Math.sqrt(fanIn);
                case BIAS, SHIFT, THRESHOLD_BIAS -> g / 2;
                case SCALE -> 1 + g / 2;
                case CENTRE, RUNNING_MEAN -> g;
                case RUNNING_VARIANCE -> 0.5 + g * g;
              };
    }
    return values;
  }

  /**
   * The operation without its final ReLU, to see how far from the kink its results are; the
   * operation itself where it has none.
   */
  OpCase withoutRelu() {
    Op plain =
        switch (op) {
          case Op.Convolution o ->
              new Op.Convolution(o.channels(), o.window(), o.bias(), o.residual(), false);
          case Op.Linear o -> new Op.Linear(o.outputs(), o.bias(), false);
          case Op.BatchNorm o -> new Op.BatchNorm(o.norm(), o.residual(), false);
          case Op.Add _ -> new Op.Add(false);
          case Op.SqueezeExcite o -> new Op.SqueezeExcite(o.hidden(), o.residual(), false);
          case Op.Shrinkage o ->
              new Op.Shrinkage(o.hidden(), o.channelWise(), o.norm(), o.residual(), false);
          case Op.Relu _,
              Op.Sigmoid _,
              Op.MaxPool _,
              Op.AveragePool _,
              Op.AdaptiveAveragePool _,
              Op.GlobalAverage _,
              Op.ChannelScale _,
              Op.SoftThreshold _,
              Op.SoftmaxCrossEntropy _,
              Op.CentreLoss _ ->
              op;
        };
    return new OpCase(plain, x, values, forwardTolerance, gradientTolerance);
  }

  @Override
  public String toString() {
    List<String> inputs = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      inputs.add(x.get(i) + (values.get(i) == Values.GAUSSIAN ? "" : " " + values.get(i)));
    }
    return op + " (" + String.join(", ", inputs) + ")";
  }
}
