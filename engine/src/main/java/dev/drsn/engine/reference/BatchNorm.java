package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.add;
import static dev.drsn.engine.reference.Scalars.at;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.put;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;

/**
 * Batch normalisation of every channel c of x [N,C,H,W] over its M = N H W elements; mean and var
 * are the batch's (BATCH) or the running ones (RUNNING).
 *
 * <pre>
 *   sigma = sqrt(var + epsilon)    xhat = (x - mean) / sigma    y = gamma xhat + beta
 *
 *   BATCH:  mean = 1/M sum x       running_mean = (1 - momentum) running_mean + momentum mean
 *           var = 1/M sum (x - mean)^2     running_var likewise, with var M / (M - 1)
 *
 *   dgamma += sum dy xhat          dbeta += sum dy
 *   dx = gamma / sigma (dy - 1/M sum dy - xhat 1/M sum dy xhat)    BATCH: mean and var depend on x
 *   dx = gamma / sigma dy                                          RUNNING
 * </pre>
 *
 * <p>Nothing is saved: backward takes mean and var from x again.
 */
final class BatchNorm implements Kernel {
  private final Op.BatchNorm op;
  private final Epilogue epilogue;

  BatchNorm(Op.BatchNorm op) {
    this.op = op;
    epilogue = new Epilogue(op.residual(), op.relu());
  }

  @Override
  public void forward(Operands operands, int samples) {
    View x = operands.x()[0];
    View y = operands.y();
    View gamma = operands.w()[0];
    View beta = operands.w()[1];
    Shape shape = x.shape();
    for (int c = 0; c < shape.c(); c++) {
      double mean = mean(operands, samples, c);
      double var = var(operands, samples, c, mean);
      double sigma = Math.sqrt(var + Norm.EPSILON);
      for (int n = 0; n < samples; n++) {
        for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
          double xhat = (get(x, i) - mean) / sigma;
          set(y, i, get(gamma, c) * xhat + get(beta, c));
        }
      }
      if (op.norm() == Norm.BATCH) {
        move(operands.w()[2], operands.w()[3], c, mean, var, samples * shape.area());
      }
    }
    epilogue.forward(operands, samples);
  }

  private double mean(Operands operands, int samples, int c) {
    if (op.norm() == Norm.RUNNING) {
      return get(operands.w()[2], c);
    }
    View x = operands.x()[0];
    Shape shape = x.shape();
    double sum = 0;
    for (int n = 0; n < samples; n++) {
      for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
        sum += get(x, i);
      }
    }
    return sum / (samples * shape.area());
  }

  private double var(Operands operands, int samples, int c, double mean) {
    if (op.norm() == Norm.RUNNING) {
      return get(operands.w()[3], c);
    }
    View x = operands.x()[0];
    Shape shape = x.shape();
    double sum = 0;
    for (int n = 0; n < samples; n++) {
      for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
        sum += (get(x, i) - mean) * (get(x, i) - mean);
      }
    }
    return sum / (samples * shape.area());
  }

  /**
   * Moves the running statistics towards a batch's.
   *
   * @param var the biased variance
   * @param m how many elements it is the variance of; of a single one there is no unbiased variance
   */
  static void move(View runningMean, View runningVar, int c, double mean, double var, int m) {
    double unbiased = m > 1 ? var * m / (m - 1) : var;
    double keep = 1 - Norm.MOMENTUM;
    set(runningMean, c, keep * get(runningMean, c) + Norm.MOMENTUM * mean);
    set(runningVar, c, keep * get(runningVar, c) + Norm.MOMENTUM * unbiased);
  }

  @Override
  public void backward(Operands operands, int samples) {
    epilogue.backward(operands, samples);
    View x = operands.x()[0];
    View dx = operands.dx()[0];
    View dy = operands.dy();
    View gamma = operands.w()[0];
    View dGamma = operands.dw()[0];
    View dBeta = operands.dw()[1];
    Shape shape = x.shape();
    int m = samples * shape.area();
    for (int c = 0; c < shape.c(); c++) {
      double mean = mean(operands, samples, c);
      double sigma = Math.sqrt(var(operands, samples, c, mean) + Norm.EPSILON);
      double sumDy = 0;
      double sumDyXhat = 0;
      for (int n = 0; n < samples; n++) {
        for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
          sumDy += get(dy, i);
          sumDyXhat += get(dy, i) * (get(x, i) - mean) / sigma;
        }
      }
      if (dGamma != null) {
        add(dGamma, c, sumDyXhat);
      }
      if (dBeta != null) {
        add(dBeta, c, sumDy);
      }
      if (dx != null) {
        for (int n = 0; n < samples; n++) {
          for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
            double g = get(dy, i);
            if (op.norm() == Norm.BATCH) {
              double xhat = (get(x, i) - mean) / sigma;
              g -= sumDy / m + xhat * sumDyXhat / m;
            }
            put(dx, i, get(gamma, c) / sigma * g, operands.add()[0]);
          }
        }
      }
    }
  }
}
