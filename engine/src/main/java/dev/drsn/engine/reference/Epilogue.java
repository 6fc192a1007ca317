package dev.drsn.engine.reference;

import static dev.drsn.engine.reference.Scalars.add;
import static dev.drsn.engine.reference.Scalars.get;
import static dev.drsn.engine.reference.Scalars.put;
import static dev.drsn.engine.reference.Scalars.set;

import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;

/**
 * What an operation may do to its result f before it is y:
 *
 * <pre>
 *   y  = relu(f + residual)          the residual is the last input
 *   dy' = dy [y > 0],  dresidual = dy'
 * </pre>
 *
 * <p>Forward runs after the operation has written f to y. Backward runs before the operation's own
 * backward and leaves dy' in the place of dy, which the contract lets us destroy.
 */
record Epilogue(boolean residual, boolean relu) {

  void forward(Operands operands, int n) {
    View y = operands.y();
    for (int i = 0; i < n * y.shape().sampleElements(); i++) {
      if (residual) {
        add(y, i, get(operands.x()[operands.x().length - 1], i));
      }
      if (relu) {
        set(y, i, Math.max(get(y, i), 0));
      }
    }
  }

  void backward(Operands operands, int n) {
    View y = operands.y();
    View dy = operands.dy();
    int last = operands.x().length - 1;
    View dResidual = residual ? operands.dx()[last] : null;
    for (int i = 0; i < n * y.shape().sampleElements(); i++) {
      if (relu && get(y, i) <= 0) {
        set(dy, i, 0);
      }
      if (dResidual != null) {
        put(dResidual, i, get(dy, i), operands.add()[last]);
      }
    }
  }
}
