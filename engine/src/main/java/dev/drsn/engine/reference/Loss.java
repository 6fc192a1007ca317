package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.add;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.put;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;

/**
 * Losses: one number y for the N samples of a batch, from x and targets t [N,K].
 *
 * <pre>
 *   SoftmaxCrossEntropy   p = softmax(x)     y = -1/N sum_n,k t log p     dx = dy (p sum_k t - t) / N
 *
 *   CentreLoss   k(n) the first of the largest t[n,k],  S = sum_n |x[n] - c[k(n)]|^2
 *
 *     plain        y = S / (2 N)
 *                  dx[n] = dy (x[n] - c[k(n)]) / N
 *                  dc[k] += -dy/N sum_{k(n) = k} (x[n] - c[k])
 *
 *     separating   V = 1/K sum_k |c[k] - cbar|^2 + epsilon     L = S / V     y = L / N
 *                  dx[n] = dy 2/(V N) (x[n] - c[k(n)])
 *                  dc[k] += -dy 2/(V N) (sum_{k(n) = k} (x[n] - c[k]) + L/K (c[k] - cbar))
 * </pre>
 *
 * <p>Nothing is saved.
 */
final class Loss {
  private Loss() {}

  static final class SoftmaxCrossEntropy implements Kernel {

    @Override
    public void forward(Operands operands, int samples) {
      View x = operands.x()[0];
      View t = operands.x()[1];
      int classes = x.shape().c();
      double sum = 0;
      for (int n = 0; n < samples; n++) {
        double logSum = logSumExp(x, n);
        for (int k = 0; k < classes; k++) {
          double target = get(t, n * classes + k);
          sum -= target * (get(x, n * classes + k) - logSum);
        }
      }
      set(operands.y(), 0, sum / samples);
    }

    @Override
    public void backward(Operands operands, int samples) {
      View x = operands.x()[0];
      View t = operands.x()[1];
      View dx = operands.dx()[0];
      if (dx == null) {
        return;
      }
      double dy = get(operands.dy(), 0);
      int classes = x.shape().c();
      for (int n = 0; n < samples; n++) {
        double logSum = logSumExp(x, n);
        double total = 0;
        for (int k = 0; k < classes; k++) {
          total += get(t, n * classes + k);
        }
        for (int k = 0; k < classes; k++) {
          double p = Math.exp(get(x, n * classes + k) - logSum);
          double g = dy * (p * total - get(t, n * classes + k)) / samples;
          put(dx, n * classes + k, g, operands.add()[0]);
        }
      }
    }

    /** log sum_k exp(x[n,k]); the largest is taken out first, so that no exponential overflows. */
    private static double logSumExp(View x, int n) {
      int classes = x.shape().c();
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < classes; k++) {
        max = Math.max(max, get(x, n * classes + k));
      }
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        sum += Math.exp(get(x, n * classes + k) - max);
      }
      return max + Math.log(sum);
    }
  }

  static final class CentreLoss implements Kernel {
    private final boolean separating;
    private final int classes;
    private final int elements;
    private final double[] cbar;

    CentreLoss(Op.CentreLoss op, Layouts layouts) {
      separating = op.separating();
      classes = layouts.x()[1].shape().c();
      elements = layouts.x()[0].shape().sampleElements();
      cbar = new double[elements];
    }

    @Override
    public void forward(Operands operands, int samples) {
      double scale = separating ? 1 / variance(operands.w()[0]) : 0.5;
      set(operands.y(), 0, scale * distance(operands, samples) / samples);
    }

    @Override
    public void backward(Operands operands, int samples) {
      View x = operands.x()[0];
      View c = operands.w()[0];
      View dx = operands.dx()[0];
      View dc = operands.dw()[0];
      double v = separating ? variance(c) : 2;
      double scale = get(operands.dy(), 0) * 2 / (v * samples);
      for (int n = 0; n < samples; n++) {
        int k = label(operands, n);
        for (int d = 0; d < elements; d++) {
          double g = scale * (get(x, n * elements + d) - get(c, k * elements + d));
          if (dx != null) {
            put(dx, n * elements + d, g, operands.add()[0]);
          }
          if (dc != null) {
            add(dc, k * elements + d, -g);
          }
        }
      }
      if (separating && dc != null) {
        double loss = distance(operands, samples) / v;
        for (int k = 0; k < classes; k++) {
          for (int d = 0; d < elements; d++) {
            double push = loss / classes * (get(c, k * elements + d) - cbar[d]);
            add(dc, k * elements + d, -scale * push);
          }
        }
      }
    }

    /** k(n). */
    private int label(Operands operands, int n) {
      View t = operands.x()[1];
      int best = 0;
      for (int k = 1; k < classes; k++) {
        if (get(t, n * classes + k) > get(t, n * classes + best)) {
          best = k;
        }
      }
      return best;
    }

    /** S. */
    private double distance(Operands operands, int samples) {
      View x = operands.x()[0];
      View c = operands.w()[0];
      double sum = 0;
      for (int n = 0; n < samples; n++) {
        int k = label(operands, n);
        for (int d = 0; d < elements; d++) {
          double distance = get(x, n * elements + d) - get(c, k * elements + d);
          sum += distance * distance;
        }
      }
      return sum;
    }

    /** V; leaves the mean of the centres in cbar. */
    private double variance(View c) {
      double sum = 0;
      for (int d = 0; d < elements; d++) {
        cbar[d] = 0;
        for (int k = 0; k < classes; k++) {
          cbar[d] += get(c, k * elements + d) / classes;
        }
        for (int k = 0; k < classes; k++) {
          double distance = get(c, k * elements + d) - cbar[d];
          sum += distance * distance / classes;
        }
      }
      return sum + Op.CentreLoss.EPSILON;
    }
  }
}
