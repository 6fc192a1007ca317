package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.at;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.put;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.Shape;

/**
 * Operations on single elements, and on elements with their channel's number.
 *
 * <pre>
 *   Relu           y = max(x, 0)                     dx = dy [y > 0]
 *   Sigmoid        y = 1 / (1 + exp(-x))             dx = dy y (1 - y)
 *   Add            y = a + b (, relu)                da = db = dy'
 *   ChannelScale   y = x s[n,c]                      dx = dy s         ds[n,c]   = sum_h,w dy x
 *   SoftThreshold  y = sign(x) max(|x| - tau, 0)     dx = dy m         dtau[n,c] = -sum_h,w dy sign(x) m
 *                                                    with m = [|x| > tau[n,c]]
 * </pre>
 *
 * <p>Nothing is saved.
 */
final class Pointwise {
  private Pointwise() {}

  /** Shrinks x by tau towards zero. */
  static double shrink(double x, double tau) {
    return Math.signum(x) * Math.max(Math.abs(x) - tau, 0);
  }

  static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static final class Relu implements Kernel {
    @Override
    public void forward(Operands operands, int samples) {
      View x = operands.x()[0];
      View y = operands.y();
      for (int i = 0; i < samples * x.shape().sampleElements(); i++) {
        set(y, i, Math.max(get(x, i), 0));
      }
    }

    @Override
    public void backward(Operands operands, int samples) {
      View y = operands.y();
      View dx = operands.dx()[0];
      View dy = operands.dy();
      if (dx == null) {
        return;
      }
      for (int i = 0; i < samples * y.shape().sampleElements(); i++) {
        put(dx, i, get(y, i) > 0 ? get(dy, i) : 0, operands.add()[0]);
      }
    }
  }

  static final class Sigmoid implements Kernel {
    @Override
    public void forward(Operands operands, int samples) {
      View x = operands.x()[0];
      View y = operands.y();
      for (int i = 0; i < samples * x.shape().sampleElements(); i++) {
        set(y, i, sigmoid(get(x, i)));
      }
    }

    @Override
    public void backward(Operands operands, int samples) {
      View y = operands.y();
      View dx = operands.dx()[0];
      View dy = operands.dy();
      if (dx == null) {
        return;
      }
      for (int i = 0; i < samples * y.shape().sampleElements(); i++) {
        put(dx, i, get(dy, i) * get(y, i) * (1 - get(y, i)), operands.add()[0]);
      }
    }
  }

  static final class Add implements Kernel {
    private final Epilogue epilogue;

    /** The second summand is the residual of an operation that does nothing. */
    Add(boolean relu) {
      epilogue = new Epilogue(true, relu);
    }

    @Override
    public void forward(Operands operands, int samples) {
      View x = operands.x()[0];
      for (int i = 0; i < samples * x.shape().sampleElements(); i++) {
        set(operands.y(), i, get(x, i));
      }
      epilogue.forward(operands, samples);
    }

    @Override
    public void backward(Operands operands, int samples) {
      epilogue.backward(operands, samples);
      View dx = operands.dx()[0];
      if (dx == null) {
        return;
      }
      for (int i = 0; i < samples * dx.shape().sampleElements(); i++) {
        put(dx, i, get(operands.dy(), i), operands.add()[0]);
      }
    }
  }

  static final class ChannelScale implements Kernel {
    @Override
    public void forward(Operands operands, int samples) {
      View x = operands.x()[0];
      View s = operands.x()[1];
      View y = operands.y();
      Shape shape = x.shape();
      for (int n = 0; n < samples; n++) {
        for (int c = 0; c < shape.c(); c++) {
          for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
            set(y, i, get(x, i) * get(s, n * shape.c() + c));
          }
        }
      }
    }

    @Override
    public void backward(Operands operands, int samples) {
      View x = operands.x()[0];
      View s = operands.x()[1];
      View dx = operands.dx()[0];
      View ds = operands.dx()[1];
      View dy = operands.dy();
      Shape shape = x.shape();
      for (int n = 0; n < samples; n++) {
        for (int c = 0; c < shape.c(); c++) {
          double sum = 0;
          for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
            sum += get(dy, i) * get(x, i);
            if (dx != null) {
              put(dx, i, get(dy, i) * get(s, n * shape.c() + c), operands.add()[0]);
            }
          }
          if (ds != null) {
            put(ds, n * shape.c() + c, sum, operands.add()[1]);
          }
        }
      }
    }
  }

  static final class SoftThreshold implements Kernel {
    @Override
    public void forward(Operands operands, int samples) {
      View x = operands.x()[0];
      View tau = operands.x()[1];
      View y = operands.y();
      Shape shape = x.shape();
      for (int n = 0; n < samples; n++) {
        for (int c = 0; c < shape.c(); c++) {
          for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
            set(y, i, shrink(get(x, i), get(tau, n * shape.c() + c)));
          }
        }
      }
    }

    @Override
    public void backward(Operands operands, int samples) {
      View x = operands.x()[0];
      View tau = operands.x()[1];
      View dx = operands.dx()[0];
      View dTau = operands.dx()[1];
      View dy = operands.dy();
      Shape shape = x.shape();
      for (int n = 0; n < samples; n++) {
        for (int c = 0; c < shape.c(); c++) {
          double sum = 0;
          for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
            double m = Math.abs(get(x, i)) > get(tau, n * shape.c() + c) ? 1 : 0;
            sum -= get(dy, i) * Math.signum(get(x, i)) * m;
            if (dx != null) {
              put(dx, i, get(dy, i) * m, operands.add()[0]);
            }
          }
          if (dTau != null) {
            put(dTau, n * shape.c() + c, sum, operands.add()[1]);
          }
        }
      }
    }
  }
}
