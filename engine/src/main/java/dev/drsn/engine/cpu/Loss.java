package dev.drsn.engine.cpu;

import static dev.drsn.engine.cpu.CpuMemory.array;
import static dev.drsn.engine.cpu.CpuMemory.base;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;

/**
 * Losses: one number for a batch, computed in double and summed in the order of samples.
 *
 * <pre>
 *   SoftmaxCrossEntropy   p = softmax(x)     y = -1/N sum_n,k t log p     dx = dy (p sum_k t - t) / N
 *
 *   CentreLoss            S = sum_n |x[n] - c[k(n)]|^2     V = 1/K sum_k |c[k] - cbar|^2 + epsilon
 *     plain               y = S / (2 N)
 *     separating          y = S / (V N)
 *     with v = 2 or V     dx[n] = dy 2 / (v N) (x[n] - c[k(n)])
 *                         dc[k] += -dy 2 / (v N) (sum_n in k (x[n] - c[k]) + S / (V K) (c[k] - cbar))
 * </pre>
 *
 * <p>The last term is the separating loss's only. Nothing is saved. Scalars suffice: a batch has
 * some hundreds of logits and some ten thousands of features.
 */
final class Loss {
  private Loss() {}

  /** The index of an element of a view whose samples are vectors. */
  private static int index(View view, int n, int c) {
    Blocked layout = Blocked.of(view);
    return Blocked.at(view, n * layout.blocks() + c / layout.lanes()) + c % layout.lanes();
  }

  private static void put(float[] values, int i, double value, boolean add) {
    values[i] = (float) (add ? values[i] + value : value);
  }

  /** An item is a sample. */
  static final class SoftmaxCrossEntropy implements Kernel {
    private final Workers workers;
    private final int classes;
    private final double[] losses;
    private final Workers.Task forward = this::sample;
    private final Workers.Task backward = this::gradient;
    private Operands operands;
    private double scale;

    SoftmaxCrossEntropy(Layouts layouts, Workers workers) {
      Shape shape = layouts.x()[0].shape();
      this.workers = workers;
      classes = shape.c();
      losses = new double[shape.n()];
    }

    @Override
    public void forward(Operands operands, int n) {
      this.operands = operands;
      workers.run(forward, n);
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += losses[i];
      }
      array(operands.y())[Blocked.at(operands.y(), 0)] = (float) (sum / n);
    }

    private void sample(int n, int thread) {
      View x = operands.x()[0];
      View t = operands.x()[1];
      double logSum = logSumExp(n);
      double loss = 0;
      for (int k = 0; k < classes; k++) {
        loss += array(t)[index(t, n, k)] * (logSum - array(x)[index(x, n, k)]);
      }
      losses[n] = loss;
    }

    /** The largest is taken out first, so that no exponential overflows. */
    private double logSumExp(int n) {
      View x = operands.x()[0];
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, array(x)[index(x, n, k)]);
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        sum += Math.exp(array(x)[index(x, n, k)] - max);
      }
      return max + Math.log(sum);
    }

    @Override
    public void backward(Operands operands, int n) {
      if (operands.dx()[0] == null) {
        return;
      }
      this.operands = operands;
      scale = array(operands.dy())[Blocked.at(operands.dy(), 0)] / (double) n;
      workers.run(backward, n);
    }

    private void gradient(int n, int thread) {
      View x = operands.x()[0];
      View t = operands.x()[1];
      View dx = operands.dx()[0];
      double logSum = logSumExp(n);
      double total = 0;
      for (int k = 0; k < classes; k++) {
        total += array(t)[index(t, n, k)];
      }
      for (int k = 0; k < classes; k++) {
        double p = Math.exp(array(x)[index(x, n, k)] - logSum);
        double g = scale * (p * total - array(t)[index(t, n, k)]);
        put(array(dx), index(dx, n, k), g, operands.add()[0]);
      }
    }
  }

  /** An item is a sample forward and for dx, a class for dc. */
  static final class CentreLoss implements Kernel {
    private final boolean separating;
    private final Workers workers;
    private final Shape shape;
    private final int classes;
    private final int features;
    private final int[] labels;
    private final double[] distances;
    private final double[] middle;
    private final double[] pull;
    private final Workers.Task distance = this::distance;
    private final Workers.Task sample = this::sample;
    private final Workers.Task centre = this::centre;
    private Operands operands;
    private int n;
    private double scale;
    private double push;

    CentreLoss(Op.CentreLoss op, Layouts layouts, Workers workers) {
      this.separating = op.separating();
      this.workers = workers;
      shape = layouts.x()[0].shape();
      classes = layouts.x()[1].shape().c();
      features = shape.sampleElements();
      labels = new int[shape.n()];
      distances = new double[shape.n()];
      middle = new double[features];
      pull = new double[classes * features];
    }

    @Override
    public void forward(Operands operands, int n) {
      double v = separating ? variance(operands.w()[0]) : 2;
      double y = distances(operands, n) / (v * n);
      array(operands.y())[Blocked.at(operands.y(), 0)] = (float) y;
    }

    /** S. */
    private double distances(Operands operands, int n) {
      this.operands = operands;
      this.n = n;
      workers.run(distance, n);
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += distances[i];
      }
      return sum;
    }

    private void distance(int sample, int thread) {
      View t = operands.x()[1];
      int best = 0;
      for (int k = 1; k < classes; k++) {
        if (array(t)[index(t, sample, k)] > array(t)[index(t, sample, best)]) {
          best = k;
        }
      }
      labels[sample] = best;
      View x = operands.x()[0];
      View centres = operands.w()[0];
      int c = base(centres) + best * features;
      double sum = 0;
      for (int d = 0; d < features; d++) {
        double distance = array(x)[element(x, sample, d)] - array(centres)[c + d];
        sum += distance * distance;
      }
      distances[sample] = sum;
    }

    /** The index of element d, counted in NCHW order, of a sample. */
    private int element(View x, int sample, int d) {
      int pixel = d % shape.area();
      return index(x, sample, d / shape.area())
          + pixel / shape.w() * Blocked.of(x).rowStride()
          + pixel % shape.w() * Blocked.of(x).lanes();
    }

    /** V; leaves the mean of the centres in {@link #middle}. */
    private double variance(View centres) {
      float[] c = array(centres);
      double sum = 0;
      for (int d = 0; d < features; d++) {
        double mean = 0;
        for (int k = 0; k < classes; k++) {
          mean += c[base(centres) + k * features + d];
        }
        mean /= classes;
        middle[d] = mean;
        for (int k = 0; k < classes; k++) {
          double distance = c[base(centres) + k * features + d] - mean;
          sum += distance * distance;
        }
      }
      return sum / classes + Op.CentreLoss.EPSILON;
    }

    @Override
    public void backward(Operands operands, int n) {
      double v = separating ? variance(operands.w()[0]) : 2;
      double s = distances(operands, n);
      scale = 2 * array(operands.dy())[Blocked.at(operands.dy(), 0)] / (v * n);
      push = separating ? s / (v * classes) : 0;
      if (operands.dx()[0] != null) {
        workers.run(sample, n);
      }
      if (operands.dw()[0] != null) {
        workers.run(centre, classes);
      }
    }

    private void sample(int sample, int thread) {
      View x = operands.x()[0];
      View dx = operands.dx()[0];
      View centres = operands.w()[0];
      int c = base(centres) + labels[sample] * features;
      for (int d = 0; d < features; d++) {
        double distance = array(x)[element(x, sample, d)] - array(centres)[c + d];
        put(array(dx), element(dx, sample, d), scale * distance, operands.add()[0]);
      }
    }

    private void centre(int k, int thread) {
      View x = operands.x()[0];
      float[] centres = array(operands.w()[0]);
      float[] gradient = array(operands.dw()[0]);
      int c = base(operands.w()[0]) + k * features;
      int dc = base(operands.dw()[0]) + k * features;
      int row = k * features;
      for (int d = 0; d < features; d++) {
        pull[row + d] = separating ? push * (centres[c + d] - middle[d]) : 0;
      }
      for (int i = 0; i < n; i++) {
        if (labels[i] == k) {
          for (int d = 0; d < features; d++) {
            pull[row + d] += array(x)[element(x, i, d)] - centres[c + d];
          }
        }
      }
      for (int d = 0; d < features; d++) {
        gradient[dc + d] -= (float) (scale * pull[row + d]);
      }
    }
  }
}
