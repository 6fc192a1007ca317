package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.op.Op;

/**
 * ReLU, sigmoid and addition: {@code y = max(x, 0)}; {@code y = 1 / (1 + exp(-x))}; {@code y = a +
 * b}, cut at zero if asked. Backward: {@code dx = dy [y > 0]}; {@code dx = dy y (1 - y)}; {@code da
 * = db = dy'}. Nothing is saved. Kernels: {@code pointwise.cu}.
 */
final class Pointwise extends CudaKernel {

  private static final String FILE = "pointwise";

  private final boolean relu;
  private Launch forward;
  private Launch backward;

  Pointwise(CudaContext context, Op op, boolean relu, Layouts layouts) {
    super(context, op, layouts);
    this.relu = relu;
  }

  @Override
  void bind(Operands operands) {
    var x = operands.x();
    var y = operands.y();
    if (op instanceof Op.Add) {
      forward = typed(FILE, "add_forward").with(x[0]).with(x[1]).with(y).with(0L).with(relu);
    } else if (op instanceof Op.Sigmoid) {
      forward = typed(FILE, "sigmoid_forward").with(x[0]).with(y).with(0L);
      forward.with(y().c()).with(ChannelsLast.of(y).cs());
    } else {
      forward = typed(FILE, "relu_forward").with(x[0]).with(y).with(0L);
    }
    if (operands.dx() == null) {
      return;
    }
    if (op instanceof Op.Add) {
      backward = typed(FILE, "add_backward").with(relu ? y : null).with(operands.dy());
      backward.with(dx(operands, 0)).with(dx(operands, 1)).with(0L).with(false).with(false);
    } else {
      backward = typed(FILE, op instanceof Op.Sigmoid ? "sigmoid_backward" : "relu_backward");
      backward.with(y).with(operands.dy()).with(dx(operands, 0)).with(0L).with(false);
    }
  }

  @Override
  void forward(int n) {
    long vectors = vectors(y(), n);
    forward.set(op instanceof Op.Add ? 3 : 2, vectors);
    forward.run(blocks(vectors), 1, 1, BLOCK);
  }

  @Override
  void backward(int n) {
    long vectors = vectors(y(), n);
    boolean[] add = operands().add();
    if (op instanceof Op.Add) {
      backward.set(4, vectors);
      backward.set(5, add[0]);
      backward.set(6, add[1]);
    } else if (dx(operands(), 0) != null) {
      backward.set(3, vectors);
      backward.set(4, add[0]);
    } else {
      return;
    }
    backward.run(blocks(vectors), 1, 1, BLOCK);
  }
}
