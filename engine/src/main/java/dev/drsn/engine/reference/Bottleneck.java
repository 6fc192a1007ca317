package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.add;
import static dev.drsn.engine.reference.Scalars.get;

import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.tensor.Shape;

/**
 * The small network within a gate, from one number a channel s [N,C] through J hidden units to z
 * [N,O]:
 *
 * <pre>
 *   u = W1 s + b1     v = norm(u), over the N numbers of a hidden unit     r = relu(v)     z = W2 r + b2
 *
 *   dW2[o,j] += sum_n dz[n,o] r[n,j]     db2[o] += sum_n dz[n,o]
 *   dv[n,j]  = [v &gt; 0] sum_o dz[n,o] W2[o,j]
 *   du       = dv                                                        NONE
 *            = gamma / sigma dv                                          RUNNING
 *            = gamma / sigma (dv - mean dv - vhat mean(dv vhat))         BATCH
 *   dgamma  += sum_n dv vhat     dbeta += sum_n dv
 *   dW1[j,c] += sum_n du[n,j] s[n,c]     db1[j] += sum_n du[n,j]
 *   ds[n,c]  = sum_j du[n,j] W1[j,c]
 * </pre>
 *
 * <p>The arrays here are the kernel's own and hold doubles: between forward and backward nothing is
 * kept in them, backward computes z anew.
 */
final class Bottleneck {
  private final Norm norm;
  private final int channels;
  private final int hidden;
  private final int outputs;
  private final double[] mean;
  private final double[] var;
  private final double[] u;
  private final double[] vhat;
  private final double[] v;
  private final double[] dv;
  final double[] z;
  final double[] dz;

  Bottleneck(Shape x, int hidden, int outputs, Norm norm) {
    this.norm = norm;
    this.hidden = hidden;
    this.outputs = outputs;
    channels = x.c();
    mean = new double[hidden];
    var = new double[hidden];
    u = new double[x.n() * hidden];
    vhat = new double[x.n() * hidden];
    v = new double[x.n() * hidden];
    dv = new double[x.n() * hidden];
    z = new double[x.n() * outputs];
    dz = new double[x.n() * outputs];
  }

  /** Computes z from s. */
  void forward(Operands operands, int samples, double[] s) {
    View w1 = operands.w()[0];
    View b1 = operands.w()[1];
    for (int n = 0; n < samples; n++) {
      for (int j = 0; j < hidden; j++) {
        double sum = get(b1, j);
        for (int c = 0; c < channels; c++) {
          sum += get(w1, j * channels + c) * s[n * channels + c];
        }
        u[n * hidden + j] = sum;
      }
    }
    normalise(operands, samples);
    View w2 = operands.w()[w2()];
    View b2 = operands.w()[w2() + 1];
    for (int n = 0; n < samples; n++) {
      for (int o = 0; o < outputs; o++) {
        double sum = get(b2, o);
        for (int j = 0; j < hidden; j++) {
          sum += get(w2, o * hidden + j) * Math.max(v[n * hidden + j], 0);
        }
        z[n * outputs + o] = sum;
      }
    }
  }

  private void normalise(Operands operands, int samples) {
    for (int j = 0; j < hidden; j++) {
      if (norm != Norm.NONE) {
        mean[j] = norm == Norm.BATCH ? mean(samples, j) : get(operands.w()[4], j);
        var[j] = norm == Norm.BATCH ? var(samples, j) : get(operands.w()[5], j);
      }
      for (int i = j; i < samples * hidden; i += hidden) {
        if (norm == Norm.NONE) {
          v[i] = u[i];
        } else {
          vhat[i] = (u[i] - mean[j]) / Math.sqrt(var[j] + Norm.EPSILON);
          v[i] = get(operands.w()[2], j) * vhat[i] + get(operands.w()[3], j);
        }
      }
    }
  }

  private double mean(int samples, int j) {
    double sum = 0;
    for (int n = 0; n < samples; n++) {
      sum += u[n * hidden + j];
    }
    return sum / samples;
  }

  private double var(int samples, int j) {
    double sum = 0;
    for (int n = 0; n < samples; n++) {
      double distance = u[n * hidden + j] - mean[j];
      sum += distance * distance;
    }
    return sum / samples;
  }

  /** Moves the running statistics by the last forward's. */
  void moveStatistics(Operands operands, int samples) {
    if (norm == Norm.BATCH) {
      for (int j = 0; j < hidden; j++) {
        BatchNorm.move(operands.w()[4], operands.w()[5], j, mean[j], var[j], samples);
      }
    }
  }

  /** From dz to the parameters' gradients and ds, which it overwrites. */
  void backward(Operands operands, int samples, double[] s, double[] ds) {
    View w1 = operands.w()[0];
    View w2 = operands.w()[w2()];
    for (int n = 0; n < samples; n++) {
      for (int j = 0; j < hidden; j++) {
        double sum = 0;
        for (int o = 0; o < outputs; o++) {
          sum += dz[n * outputs + o] * get(w2, o * hidden + j);
        }
        dv[n * hidden + j] = v[n * hidden + j] > 0 ? sum : 0;
      }
    }
    dw2(operands, samples);
    normaliseBackward(operands, samples);
    dw1(operands, samples, s);
    for (int n = 0; n < samples; n++) {
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        for (int j = 0; j < hidden; j++) {
          sum += dv[n * hidden + j] * get(w1, j * channels + c);
        }
        ds[n * channels + c] = sum;
      }
    }
  }

  private void dw2(Operands operands, int samples) {
    View dw = operands.dw()[w2()];
    View db = operands.dw()[w2() + 1];
    for (int n = 0; n < samples; n++) {
      for (int o = 0; o < outputs; o++) {
        for (int j = 0; dw != null && j < hidden; j++) {
          add(dw, o * hidden + j, dz[n * outputs + o] * Math.max(v[n * hidden + j], 0));
        }
        if (db != null) {
          add(db, o, dz[n * outputs + o]);
        }
      }
    }
  }

  /** Turns dv into du where it stands. */
  private void normaliseBackward(Operands operands, int samples) {
    if (norm == Norm.NONE) {
      return;
    }
    View gamma = operands.w()[2];
    View dGamma = operands.dw()[2];
    View dBeta = operands.dw()[3];
    for (int j = 0; j < hidden; j++) {
      double sum = 0;
      double sumVhat = 0;
      for (int i = j; i < samples * hidden; i += hidden) {
        sum += dv[i];
        sumVhat += dv[i] * vhat[i];
      }
      if (dGamma != null) {
        add(dGamma, j, sumVhat);
      }
      if (dBeta != null) {
        add(dBeta, j, sum);
      }
      double sigma = Math.sqrt(var[j] + Norm.EPSILON);
      for (int i = j; i < samples * hidden; i += hidden) {
        double g = norm == Norm.BATCH ? dv[i] - sum / samples - vhat[i] * sumVhat / samples : dv[i];
        dv[i] = get(gamma, j) / sigma * g;
      }
    }
  }

  private void dw1(Operands operands, int samples, double[] s) {
    View dw = operands.dw()[0];
    View db = operands.dw()[1];
    for (int n = 0; n < samples; n++) {
      for (int j = 0; j < hidden; j++) {
        for (int c = 0; dw != null && c < channels; c++) {
          add(dw, j * channels + c, dv[n * hidden + j] * s[n * channels + c]);
        }
        if (db != null) {
          add(db, j, dv[n * hidden + j]);
        }
      }
    }
  }

  /** Where W2 stands among the parameters: behind W1, b1 and the normalisation's four. */
  private int w2() {
    return norm == Norm.NONE ? 2 : 6;
  }
}
