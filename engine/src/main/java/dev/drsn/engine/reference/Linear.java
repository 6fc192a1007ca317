package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.add;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.put;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Kernel;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;

/**
 * Linear layer from x [N,D], a sample's C H W elements in a row, with w [K,D] to y [N,K].
 *
 * <pre>
 *   y[n,k]  = b[k] + sum_d x[n,d] w[k,d]
 *   dx[n,d] = sum_k dy[n,k] w[k,d]
 *   dw[k,d] += sum_n dy[n,k] x[n,d]
 *   db[k]   += sum_n dy[n,k]
 * </pre>
 *
 * <p>Nothing is saved.
 */
final class Linear implements Kernel {
  private final Op.Linear op;
  private final Epilogue epilogue;

  Linear(Op.Linear op) {
    this.op = op;
    epilogue = new Epilogue(false, op.relu());
  }

  @Override
  public void forward(Operands operands, int samples) {
    View x = operands.x()[0];
    View w = operands.w()[0];
    View y = operands.y();
    int inputs = x.shape().sampleElements();
    int outputs = op.outputs();
    for (int n = 0; n < samples; n++) {
      for (int k = 0; k < outputs; k++) {
        double sum = op.bias() ? get(operands.w()[1], k) : 0;
        for (int d = 0; d < inputs; d++) {
          sum += get(x, n * inputs + d) * get(w, k * inputs + d);
        }
        set(y, n * outputs + k, sum);
      }
    }
    epilogue.forward(operands, samples);
  }

  @Override
  public void backward(Operands operands, int samples) {
    epilogue.backward(operands, samples);
    View x = operands.x()[0];
    View w = operands.w()[0];
    View dx = operands.dx()[0];
    View dy = operands.dy();
    View dw = operands.dw()[0];
    View db = op.bias() ? operands.dw()[1] : null;
    int inputs = x.shape().sampleElements();
    int outputs = op.outputs();
    if (dx != null) {
      for (int n = 0; n < samples; n++) {
        for (int d = 0; d < inputs; d++) {
          double sum = 0;
          for (int k = 0; k < outputs; k++) {
            sum += get(dy, n * outputs + k) * get(w, k * inputs + d);
          }
          put(dx, n * inputs + d, sum, operands.add()[0]);
        }
      }
    }
    if (dw != null) {
      for (int k = 0; k < outputs; k++) {
        for (int d = 0; d < inputs; d++) {
          double sum = 0;
          for (int n = 0; n < samples; n++) {
            sum += get(dy, n * outputs + k) * get(x, n * inputs + d);
          }
          add(dw, k * inputs + d, sum);
        }
      }
    }
    if (db != null) {
      for (int k = 0; k < outputs; k++) {
        double sum = 0;
        for (int n = 0; n < samples; n++) {
          sum += get(dy, n * outputs + k);
        }
        add(db, k, sum);
      }
    }
  }
}
