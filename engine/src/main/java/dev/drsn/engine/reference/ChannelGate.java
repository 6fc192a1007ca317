package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Pointwise.shrink;
import static dev.drsn.engine.reference.Pointwise.sigmoid;
import static dev.drsn.engine.reference.Scalars.at;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.put;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;

/**
 * Gates: a small network looks at one number a channel and decides how much of the channel passes.
 * Z is {@link Bottleneck}'s result.
 *
 * <pre>
 *   SqueezeExcite   a[n,c] = mean_h,w x     s = sigmoid(Z(a))     y = x s[n,c]
 *
 *     ds = sum_h,w dy x     dz = ds s (1 - s)     da = through Z     dx = dy s + da / (H W)
 *
 *   Shrinkage       a[n,c] = mean_h,w |x|     alpha = sigmoid(Z(a))     y = sign(x) max(|x| - tau, 0)
 *                   channel-wise: tau[n,c] = alpha[n,c] a[n,c]
 *                   channel-shared: tau[n] = alpha[n] abar[n], abar = mean_c a
 *
 *     m = [|x| &gt; tau]     dtau = -sum dy sign(x) m     over h, w; shared: and c
 *     dalpha = dtau a (shared: abar)     dz = dalpha alpha (1 - alpha)
 *     da = through Z, + dtau alpha (shared: / C)     dx = dy m + da sign(x) / (H W)
 * </pre>
 *
 * <p>Nothing is saved: backward computes a, alpha and tau again.
 */
final class ChannelGate {
  private ChannelGate() {}

  static final class SqueezeExcite implements Kernel {
    private final Epilogue epilogue;
    private final Bottleneck z;
    private final double[] a;
    private final double[] da;

    SqueezeExcite(Op.SqueezeExcite op, Layouts layouts) {
      Shape x = layouts.x()[0].shape();
      epilogue = new Epilogue(op.residual(), op.relu());
      z = new Bottleneck(x, op.hidden(), x.c(), Norm.NONE);
      a = new double[x.n() * x.c()];
      da = new double[x.n() * x.c()];
    }

    private void gate(Operands operands, int samples) {
      View x = operands.x()[0];
      Shape shape = x.shape();
      for (int nc = 0; nc < samples * shape.c(); nc++) {
        a[nc] = 0;
        for (int i = nc * shape.area(); i < (nc + 1) * shape.area(); i++) {
          a[nc] += get(x, i) / shape.area();
        }
      }
      z.forward(operands, samples, a);
    }

    @Override
    public void forward(Operands operands, int samples) {
      gate(operands, samples);
      View x = operands.x()[0];
      Shape shape = x.shape();
      for (int nc = 0; nc < samples * shape.c(); nc++) {
        double s = sigmoid(z.z[nc]);
        for (int i = nc * shape.area(); i < (nc + 1) * shape.area(); i++) {
          set(operands.y(), i, get(x, i) * s);
        }
      }
      epilogue.forward(operands, samples);
    }

    @Override
    public void backward(Operands operands, int samples) {
      epilogue.backward(operands, samples);
      gate(operands, samples);
      View x = operands.x()[0];
      View dx = operands.dx()[0];
      View dy = operands.dy();
      Shape shape = x.shape();
      for (int nc = 0; nc < samples * shape.c(); nc++) {
        double ds = 0;
        for (int i = nc * shape.area(); i < (nc + 1) * shape.area(); i++) {
          ds += get(dy, i) * get(x, i);
        }
        double s = sigmoid(z.z[nc]);
        z.dz[nc] = ds * s * (1 - s);
      }
      z.backward(operands, samples, a, da);
      for (int nc = 0; dx != null && nc < samples * shape.c(); nc++) {
        double s = sigmoid(z.z[nc]);
        for (int i = nc * shape.area(); i < (nc + 1) * shape.area(); i++) {
          put(dx, i, get(dy, i) * s + da[nc] / shape.area(), operands.add()[0]);
        }
      }
    }
  }

  static final class Shrinkage implements Kernel {
    private final boolean channelWise;
    private final Epilogue epilogue;
    private final Bottleneck z;
    private final double[] a;
    private final double[] da;
    private final double[] dTau;

    Shrinkage(Op.Shrinkage op, Layouts layouts) {
      Shape x = layouts.x()[0].shape();
      channelWise = op.channelWise();
      epilogue = new Epilogue(op.residual(), op.relu());
      z = new Bottleneck(x, op.hidden(), channelWise ? x.c() : 1, op.norm());
      a = new double[x.n() * x.c()];
      da = new double[x.n() * x.c()];
      dTau = new double[x.n() * x.c()];
    }

    private void gate(Operands operands, int samples) {
      View x = operands.x()[0];
      Shape shape = x.shape();
      for (int nc = 0; nc < samples * shape.c(); nc++) {
        a[nc] = 0;
        for (int i = nc * shape.area(); i < (nc + 1) * shape.area(); i++) {
          a[nc] += Math.abs(get(x, i)) / shape.area();
        }
      }
      z.forward(operands, samples, a);
    }

    private double alpha(Shape shape, int n, int c) {
      return sigmoid(channelWise ? z.z[n * shape.c() + c] : z.z[n]);
    }

    private double tau(Shape shape, int n, int c) {
      return alpha(shape, n, c) * (channelWise ? a[n * shape.c() + c] : aMean(shape, n));
    }

    private double aMean(Shape shape, int n) {
      double sum = 0;
      for (int c = 0; c < shape.c(); c++) {
        sum += a[n * shape.c() + c];
      }
      return sum / shape.c();
    }

    @Override
    public void forward(Operands operands, int samples) {
      gate(operands, samples);
      z.moveStatistics(operands, samples);
      View x = operands.x()[0];
      Shape shape = x.shape();
      for (int n = 0; n < samples; n++) {
        for (int c = 0; c < shape.c(); c++) {
          double tau = tau(shape, n, c);
          for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
            set(operands.y(), i, shrink(get(x, i), tau));
          }
        }
      }
      epilogue.forward(operands, samples);
    }

    @Override
    public void backward(Operands operands, int samples) {
      epilogue.backward(operands, samples);
      gate(operands, samples);
      Shape shape = operands.x()[0].shape();
      for (int n = 0; n < samples; n++) {
        for (int c = 0; c < shape.c(); c++) {
          dTau[n * shape.c() + c] = dTau(operands, n, c);
        }
      }
      for (int n = 0; n < samples; n++) {
        if (channelWise) {
          for (int c = 0; c < shape.c(); c++) {
            int nc = n * shape.c() + c;
            double alpha = alpha(shape, n, c);
            z.dz[nc] = dTau[nc] * a[nc] * alpha * (1 - alpha);
          }
        } else {
          double alpha = alpha(shape, n, 0);
          z.dz[n] = sharedDTau(shape, n) * aMean(shape, n) * alpha * (1 - alpha);
        }
      }
      z.backward(operands, samples, a, da);
      if (operands.dx()[0] != null) {
        dx(operands, samples);
      }
    }

    /** What a channel adds to the derivative by its threshold. */
    private double dTau(Operands operands, int n, int c) {
      View x = operands.x()[0];
      Shape shape = x.shape();
      double tau = tau(shape, n, c);
      double sum = 0;
      for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
        if (Math.abs(get(x, i)) > tau) {
          sum -= get(operands.dy(), i) * Math.signum(get(x, i));
        }
      }
      return sum;
    }

    private double sharedDTau(Shape shape, int n) {
      double sum = 0;
      for (int c = 0; c < shape.c(); c++) {
        sum += dTau[n * shape.c() + c];
      }
      return sum;
    }

    private void dx(Operands operands, int samples) {
      View x = operands.x()[0];
      Shape shape = x.shape();
      for (int n = 0; n < samples; n++) {
        double shared = sharedDTau(shape, n) / shape.c();
        for (int c = 0; c < shape.c(); c++) {
          int nc = n * shape.c() + c;
          double tau = tau(shape, n, c);
          double dA = da[nc] + (channelWise ? dTau[nc] : shared) * alpha(shape, n, c);
          for (int i = at(shape, n, c); i < at(shape, n, c) + shape.area(); i++) {
            double m = Math.abs(get(x, i)) > tau ? 1 : 0;
            double g = get(operands.dy(), i) * m + dA * Math.signum(get(x, i)) / shape.area();
            put(operands.dx()[0], i, g, operands.add()[0]);
          }
        }
      }
    }
  }
}
