package dev.drsn.kernels;

/**
 * The formulas of Op.Shrinkage and Op.SqueezeExcite in double, x [N, area, C] channels last: what
 * the gate kernels are held against.
 */
final class GateFormula {
  final int n;
  final int area;
  final int c;
  final int hidden;
  final int outputs;

  /** 0 squeeze-excite, 1 channel-wise, 2 channel-shared shrinkage. */
  final int mode;

  /** 0 none, 1 running, 2 batch. */
  final int norm;

  double[] x;
  double[] residual;
  double[] dy;
  double[] w1;
  double[] b1;
  double[] gamma;
  double[] beta;
  double[] runningMean;
  double[] runningVar;
  double[] w2;
  double[] b2;
  boolean relu;

  double[] a;
  double[] u;
  double[] mean;
  double[] var;
  double[] vhat;
  double[] v;
  double[] alpha;
  double[] t;
  double[] y;

  double[] dResidual;
  double[] dx;
  double[] dw1;
  double[] db1;
  double[] dgamma;
  double[] dbeta;
  double[] dw2;
  double[] db2;

  GateFormula(int n, int area, int c, int hidden, int mode, int norm) {
    this.n = n;
    this.area = area;
    this.c = c;
    this.hidden = hidden;
    this.mode = mode;
    this.norm = norm;
    outputs = mode == 2 ? 1 : c;
  }

  private double pooled(double x) {
    return mode == 0 ? x : Math.abs(x);
  }

  void forward() {
    a = new double[n * c];
    for (int i = 0; i < x.length; i++) {
      a[i / (area * c) * c + i % c] += pooled(x[i]) / area;
    }
    u = new double[n * hidden];
    for (int i = 0; i < u.length; i++) {
      u[i] = b1[i % hidden];
      for (int k = 0; k < c; k++) {
        u[i] += w1[i % hidden * c + k] * a[i / hidden * c + k];
      }
    }
    statistics();
    vhat = new double[n * hidden];
    v = u.clone();
    for (int i = 0; norm != 0 && i < u.length; i++) {
      int j = i % hidden;
      vhat[i] = (u[i] - mean[j]) / Math.sqrt(var[j] + 1e-5);
      v[i] = gamma[j] * vhat[i] + beta[j];
    }
    alpha = new double[n * outputs];
    for (int i = 0; i < alpha.length; i++) {
      double z = b2[i % outputs];
      for (int j = 0; j < hidden; j++) {
        z += w2[i % outputs * hidden + j] * Math.max(v[i / outputs * hidden + j], 0);
      }
      alpha[i] = 1 / (1 + Math.exp(-z));
    }
    t = new double[n * c];
    for (int i = 0; i < t.length; i++) {
      t[i] =
          switch (mode) {
            case 0 -> alpha[i];
            case 1 -> alpha[i] * a[i];
            default -> alpha[i / c] * mean(a, i / c);
          };
    }
    y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double tau = t[channel(i)];
      double f = mode == 0 ? x[i] * tau : Math.signum(x[i]) * Math.max(Math.abs(x[i]) - tau, 0);
      f += residual == null ? 0 : residual[i];
      y[i] = relu ? Math.max(f, 0) : f;
    }
  }

  private int channel(int i) {
    return i / (area * c) * c + i % c;
  }

  private double mean(double[] of, int sample) {
    double sum = 0;
    for (int k = 0; k < c; k++) {
      sum += of[sample * c + k];
    }
    return sum / c;
  }

  private void statistics() {
    mean = runningMean;
    var = runningVar;
    if (norm != 2) {
      return;
    }
    mean = new double[hidden];
    var = new double[hidden];
    for (int i = 0; i < u.length; i++) {
      mean[i % hidden] += u[i] / n;
    }
    for (int i = 0; i < u.length; i++) {
      var[i % hidden] += Math.pow(u[i] - mean[i % hidden], 2) / n;
    }
  }

  /** y is given anew where the kernels' own, rounded, decides about the ReLU. */
  void backward(double[] rounded) {
    dResidual = new double[x.length];
    double[] dt = new double[n * c];
    for (int i = 0; i < x.length; i++) {
      dResidual[i] = relu && rounded[i] <= 0 ? 0 : dy[i];
      dt[channel(i)] += dResidual[i] * byT(i);
    }
    double[] dz = new double[n * outputs];
    double[] da = new double[n * c];
    for (int i = 0; i < dz.length; i++) {
      double slope = alpha[i] * (1 - alpha[i]);
      dz[i] =
          switch (mode) {
            case 0 -> dt[i] * slope;
            case 1 -> dt[i] * a[i] * slope;
            default -> mean(dt, i) * c * mean(a, i) * slope;
          };
    }
    for (int i = 0; i < da.length; i++) {
      da[i] =
          switch (mode) {
            case 0 -> 0;
            case 1 -> dt[i] * alpha[i];
            default -> mean(dt, i / c) * alpha[i / c];
          };
    }
    double[] du = hiddenBackward(dz);
    dw1 = new double[hidden * c];
    db1 = new double[hidden];
    for (int i = 0; i < du.length; i++) {
      int j = i % hidden;
      db1[j] += du[i];
      for (int k = 0; k < c; k++) {
        dw1[j * c + k] += du[i] * a[i / hidden * c + k];
        da[i / hidden * c + k] += du[i] * w1[j * c + k];
      }
    }
    dx = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double g = da[channel(i)] / area;
      dx[i] =
          mode == 0
              ? dResidual[i] * t[channel(i)] + g
              : (Math.abs(x[i]) > t[channel(i)] ? dResidual[i] : 0) + g * Math.signum(x[i]);
    }
  }

  private double byT(int i) {
    if (mode == 0) {
      return x[i];
    }
    return Math.abs(x[i]) > t[channel(i)] ? -Math.signum(x[i]) : 0;
  }

  private double[] hiddenBackward(double[] dz) {
    double[] dv = new double[n * hidden];
    dw2 = new double[outputs * hidden];
    db2 = new double[outputs];
    for (int i = 0; i < dz.length; i++) {
      int o = i % outputs;
      db2[o] += dz[i];
      for (int j = 0; j < hidden; j++) {
        int at = i / outputs * hidden + j;
        dw2[o * hidden + j] += dz[i] * Math.max(v[at], 0);
        dv[at] += v[at] > 0 ? dz[i] * w2[o * hidden + j] : 0;
      }
    }
    dgamma = new double[hidden];
    dbeta = new double[hidden];
    if (norm == 0) {
      return dv;
    }
    for (int i = 0; i < dv.length; i++) {
      dgamma[i % hidden] += dv[i] * vhat[i];
      dbeta[i % hidden] += dv[i];
    }
    for (int i = 0; i < dv.length; i++) {
      int j = i % hidden;
      double g = norm == 2 ? dv[i] - dbeta[j] / n - vhat[i] * dgamma[j] / n : dv[i];
      dv[i] = gamma[j] / Math.sqrt(var[j] + 1e-5) * g;
    }
    return dv;
  }
}
