package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.add;
import static dev.drsn.engine.reference.Scalars.at;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.put;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;

/**
 * Convolution of x [N,C,H,W] with w [K,C,R,S] to y [N,K,P,Q], where output pixel (p,q) and kernel
 * element (r,s) meet at input pixel (i,j) = (p strideH - padH + r, q strideW - padW + s); x is zero
 * outside the image.
 *
 * <pre>
 *   y[n,k,p,q]  = b[k] + sum_c,r,s x[n,c,i,j] w[k,c,r,s]
 *   dx[n,c,i,j] = sum_k,r,s dy[n,k,p,q] w[k,c,r,s]     over the (p,q) that meet (i,j) at (r,s)
 *   dw[k,c,r,s] += sum_n,p,q dy[n,k,p,q] x[n,c,i,j]
 *   db[k]       += sum_n,p,q dy[n,k,p,q]
 * </pre>
 *
 * <p>Nothing is saved.
 */
final class Convolution implements Kernel {
  private final Op.Convolution op;
  private final Window window;
  private final Epilogue epilogue;

  Convolution(Op.Convolution op) {
    this.op = op;
    window = op.window();
    epilogue = new Epilogue(op.residual(), op.relu());
  }

  @Override
  public void forward(Operands operands, int samples) {
    View b = op.bias() ? operands.w()[1] : null;
    View y = operands.y();
    Shape out = y.shape();
    for (int n = 0; n < samples; n++) {
      for (int k = 0; k < out.c(); k++) {
        for (int p = 0; p < out.h(); p++) {
          for (int q = 0; q < out.w(); q++) {
            double bias = b != null ? get(b, k) : 0;
            set(y, at(out, n, k, p, q), bias + dot(operands, n, k, p, q));
          }
        }
      }
    }
    epilogue.forward(operands, samples);
  }

  /** The kernel k of w times the window of x at output pixel (p,q). */
  private double dot(Operands operands, int n, int k, int p, int q) {
    View x = operands.x()[0];
    View w = operands.w()[0];
    Shape in = x.shape();
    double sum = 0;
    for (int c = 0; c < in.c(); c++) {
      for (int r = 0; r < window.height(); r++) {
        for (int s = 0; s < window.width(); s++) {
          int i = p * window.strideH() - window.padH() + r;
          int j = q * window.strideW() - window.padW() + s;
          if (i >= 0 && i < in.h() && j >= 0 && j < in.w()) {
            sum += get(x, at(in, n, c, i, j)) * get(w, at(w.shape(), k, c, r, s));
          }
        }
      }
    }
    return sum;
  }

  @Override
  public void backward(Operands operands, int samples) {
    epilogue.backward(operands, samples);
    if (operands.dx()[0] != null) {
      dx(operands, samples);
    }
    if (operands.dw()[0] != null) {
      dw(operands, samples);
    }
    if (op.bias() && operands.dw()[1] != null) {
      db(operands, samples);
    }
  }

  private void dx(Operands operands, int samples) {
    View dx = operands.dx()[0];
    Shape in = dx.shape();
    for (int n = 0; n < samples; n++) {
      for (int c = 0; c < in.c(); c++) {
        for (int i = 0; i < in.h(); i++) {
          for (int j = 0; j < in.w(); j++) {
            put(dx, at(in, n, c, i, j), dx(operands, n, c, i, j), operands.add()[0]);
          }
        }
      }
    }
  }

  private double dx(Operands operands, int n, int c, int i, int j) {
    View w = operands.w()[0];
    View dy = operands.dy();
    Shape out = dy.shape();
    double sum = 0;
    for (int r = 0; r < window.height(); r++) {
      for (int s = 0; s < window.width(); s++) {
        int top = i + window.padH() - r;
        int left = j + window.padW() - s;
        if (top % window.strideH() == 0 && left % window.strideW() == 0) {
          int p = top / window.strideH();
          int q = left / window.strideW();
          if (p >= 0 && p < out.h() && q >= 0 && q < out.w()) {
            for (int k = 0; k < out.c(); k++) {
              sum += get(dy, at(out, n, k, p, q)) * get(w, at(w.shape(), k, c, r, s));
            }
          }
        }
      }
    }
    return sum;
  }

  private void dw(Operands operands, int samples) {
    View dw = operands.dw()[0];
    Shape shape = dw.shape();
    for (int k = 0; k < shape.n(); k++) {
      for (int c = 0; c < shape.c(); c++) {
        for (int r = 0; r < shape.h(); r++) {
          for (int s = 0; s < shape.w(); s++) {
            add(dw, at(shape, k, c, r, s), dw(operands, samples, k, c, r, s));
          }
        }
      }
    }
  }

  private double dw(Operands operands, int samples, int k, int c, int r, int s) {
    View x = operands.x()[0];
    View dy = operands.dy();
    Shape in = x.shape();
    Shape out = dy.shape();
    double sum = 0;
    for (int n = 0; n < samples; n++) {
      for (int p = 0; p < out.h(); p++) {
        for (int q = 0; q < out.w(); q++) {
          int i = p * window.strideH() - window.padH() + r;
          int j = q * window.strideW() - window.padW() + s;
          if (i >= 0 && i < in.h() && j >= 0 && j < in.w()) {
            sum += get(dy, at(out, n, k, p, q)) * get(x, at(in, n, c, i, j));
          }
        }
      }
    }
    return sum;
  }

  private static void db(Operands operands, int samples) {
    View dy = operands.dy();
    Shape out = dy.shape();
    for (int k = 0; k < out.c(); k++) {
      double sum = 0;
      for (int n = 0; n < samples; n++) {
        for (int i = 0; i < out.area(); i++) {
          sum += get(dy, at(out, n, k) + i);
        }
      }
      add(operands.dw()[1], k, sum);
    }
  }
}
