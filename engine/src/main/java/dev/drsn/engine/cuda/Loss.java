package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;

/** Losses: one float for a batch, whatever the precision. Kernels: {@code loss.cu}. */
final class Loss {

  private static final String FILE = "loss";

  private Loss() {}

  /** {@code y = (1/N) sum_n -sum_k t log softmax(x)}; {@code dx = dy (p sum_k t - t) / N}. */
  static final class SoftmaxCrossEntropy extends CudaKernel {

    /** Samples that a block looks at: one a warp. */
    private static final int SAMPLES = 8;

    private final int k;
    private final int ks;
    private Launch forward;
    private Launch backward;

    SoftmaxCrossEntropy(CudaContext context, Op.SoftmaxCrossEntropy op, Layouts layouts) {
      super(context, op, layouts);
      k = x().c();
      ks = ChannelsLast.padded(k);
    }

    @Override
    void bind(Operands operands) {
      var x = operands.x();
      forward = typed(FILE, "softmax_cross_entropy_forward").with(x[0]).with(x[1]);
      forward.with(operands.y()).with(0).with(k).with(ks);
      if (dx(operands, 0) != null) {
        backward = typed(FILE, "softmax_cross_entropy_backward").with(x[0]).with(x[1]);
        backward.with(operands.dy()).with(dx(operands, 0)).with(0).with(k).with(ks).with(false);
      }
    }

    @Override
    void forward(int n) {
      forward.set(3, n);
      forward.run(1, 1, 1, BLOCK);
    }

    @Override
    void backward(int n) {
      if (dx(operands(), 0) != null) {
        backward.set(4, n);
        backward.set(7, operands().add()[0]);
        backward.run(Math.ceilDiv(n, SAMPLES), 1, 1, BLOCK);
      }
    }
  }

  /**
   * Pull of samples to their class's centre; formulas in {@link Op.CentreLoss}. Saved: S, the sum
   * of squared distances, and V, the centres' scatter.
   */
  static final class CentreLoss extends CudaKernel {

    private final Op.CentreLoss loss;
    private final int k;
    private final int blocks;
    private final DeviceMemory tickets;
    private Launch forward;
    private Launch backward;

    CentreLoss(CudaContext context, Op.CentreLoss loss, Layouts layouts) {
      super(context, loss, layouts);
      this.loss = loss;
      k = layouts.x()[1].shape().c();
      blocks = blocks((long) x().n() * x().sampleElements());
      tickets = own(1);
    }

    @Override
    public long savedSize() {
      return 2;
    }

    @Override
    public long scratchSize() {
      return 2L * blocks;
    }

    @Override
    void bind(Operands operands) {
      var x = operands.x();
      Shape shape = x();
      int cs = ChannelsLast.padded(shape.c());
      forward = typed(FILE, "centre_loss_forward").with(x[0]).with(x[1]).with(operands.w()[0]);
      forward.with(operands.y()).with(operands.saved()).with(operands.scratch());
      forward.with(tickets.address(0)).with(0).with(k).with(ChannelsLast.padded(k));
      forward.with(shape.c()).with(shape.area()).with(cs).with(loss.separating());
      forward.with((float) Op.CentreLoss.EPSILON);
      if (operands.dy() != null) {
        backward = typed(FILE, "centre_loss_backward").with(x[0]).with(x[1]);
        backward.with(operands.w()[0]).with(operands.saved()).with(operands.dy());
        backward.with(dx(operands, 0)).with(dw(operands, 0)).with(0).with(k);
        backward.with(ChannelsLast.padded(k)).with(shape.c()).with(shape.area()).with(cs);
        backward.with(loss.separating()).with(false).shared(Float.BYTES * shape.n());
      }
    }

    @Override
    void forward(int n) {
      forward.set(7, n);
      forward.run(blocks, 1, 1, BLOCK);
    }

    @Override
    void backward(int n) {
      backward.set(7, n);
      backward.set(14, operands().add()[0]);
      backward.run(Math.ceilDiv(x().sampleElements(), BLOCK), 1, 1, BLOCK);
    }
  }
}
