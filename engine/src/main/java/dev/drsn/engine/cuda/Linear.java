package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/**
 * Linear layer by cuBLAS. A sample lies in memory as a row of Dp = H W Cs numbers, so the weights
 * are packed as rows [Ks, Dp] in the same order and all three products are of plain matrices.
 * cuBLAS counts by columns: its X is Dp x N, its W Dp x Ks, its Y Ks x N.
 *
 * <pre>
 *   Y = W^T X, then bias and ReLU     dX = W dY'     dW += X dY'^T     db += sum_n dY'
 * </pre>
 *
 * <p>dW is computed in float beside the gradient, which is dense, and added to it. Nothing is
 * saved.
 */
final class Linear extends CudaKernel {

  private final Op.Linear linear;
  private final int k;
  private final int ks;
  private final int dp;
  private final int slices;
  private final DeviceMemory weights;
  private final DeviceMemory biases;
  private final DeviceMemory tickets;
  private Launch packWeights;
  private Launch packBias;
  private Launch finish;
  private Launch cut;
  private Launch biasGradient;
  private Launch addGradient;
  private Pointer x;
  private Pointer y;
  private Pointer dy;
  private Pointer dx;
  private Pointer packedGradient;

  Linear(CudaContext context, Op.Linear linear, Layouts layouts) {
    super(context, linear, layouts);
    this.linear = linear;
    k = linear.outputs();
    ks = ChannelsLast.padded(k);
    dp = x().area() * ChannelsLast.padded(x().c());
    slices = slices(y(), y().n(), tiles(y()));
    weights = own(scalars((long) ks * dp));
    biases = own(scalars(ks));
    tickets = own(tiles(y()));
  }

  /** cuBLAS's number for what this backend stores. */
  private int type() {
    return switch (context.precision()) {
      case FP32, TF32 -> cudart.CUDA_R_32F;
      case FP16 -> cudart.CUDA_R_16F;
      case BF16 -> cudart.CUDA_R_16BF;
    };
  }

  private int compute() {
    return context.precision() == Precision.TF32
        ? cublas.CUBLAS_COMPUTE_32F_FAST_TF32
        : cublas.CUBLAS_COMPUTE_32F;
  }

  @Override
  public String algorithm() {
    return "cublas";
  }

  /** dW, then the bias's partial sums. */
  @Override
  public long scratchSize() {
    return layouts.training() ? (long) ks * dp + (long) slices * ks : 0;
  }

  @Override
  void bind(Operands operands) {
    View[] w = operands.w();
    int c = x().c();
    int cs = ChannelsLast.padded(c);
    x = DeviceMemory.pointer(operands.x()[0]);
    y = DeviceMemory.pointer(operands.y());
    packWeights = typed("relayout", "pack_weights").with(w[0]).with(weights.address(0));
    packWeights.with(k).with(ks).with(c).with(cs).with(x().area());
    if (linear.bias()) {
      packBias = typed("relayout", "pack_weights").with(w[1]).with(biases.address(0));
      packBias.with(1).with(1).with(k).with(ks).with(1);
    }
    if (linear.bias() || linear.relu()) {
      finish = typed("pointwise", "bias_forward").with(operands.y()).with(biases.address(0));
      finish.with(0L).with(ks).with(linear.relu());
    }
    if (operands.dy() == null) {
      return;
    }
    long scratch = DeviceMemory.address(operands.scratch());
    packedGradient = DeviceMemory.pointer(scratch);
    dy = DeviceMemory.pointer(operands.dy());
    dx = DeviceMemory.pointer(dx(operands, 0));
    if (linear.relu()) {
      cut = typed("pointwise", "epilogue_backward").with(operands.y()).with(operands.dy());
      cut.with(0L).with(0L).with(false);
    }
    biasGradient = null;
    if (linear.bias() && dw(operands, 1) != null) {
      long partial = scratch + (long) ks * dp * Float.BYTES;
      biasGradient = typed("batch_norm", "bias_backward").with(operands.dy()).with(dw(operands, 1));
      biasGradient.with(partial).with(tickets.address(0)).with(0).with(k).with(ks);
    }
    addGradient = null;
    if (dw(operands, 0) != null) {
      addGradient = plain("relayout", "unpack_gradient_f32").with(scratch).with(dw(operands, 0));
      addGradient.with(k).with(c).with(cs).with(x().area());
    }
  }

  @Override
  void load() {
    packWeights.run(blocks((long) ks * dp), 1, 1, BLOCK);
    if (packBias != null) {
      packBias.run(1, 1, 1, BLOCK);
    }
  }

  @Override
  void forward(int n) {
    multiply(
        cublas.CUBLAS_OP_T,
        cublas.CUBLAS_OP_N,
        ks,
        n,
        dp,
        weights.pointer(),
        dp,
        x,
        dp,
        false,
        y,
        type(),
        ks);
    if (finish != null) {
      long vectors = vectors(y(), n);
      finish.set(2, vectors);
      finish.run(blocks(vectors), 1, 1, BLOCK);
    }
  }

  @Override
  void backward(int n) {
    if (cut != null) {
      long vectors = vectors(y(), n);
      cut.set(3, vectors);
      cut.run(blocks(vectors), 1, 1, BLOCK);
    }
    if (biasGradient != null) {
      biasGradient.set(4, n);
      biasGradient.run(tiles(y()), slices, 1, BLOCK);
    }
    if (dx != null) {
      multiply(
          cublas.CUBLAS_OP_N,
          cublas.CUBLAS_OP_N,
          dp,
          n,
          ks,
          weights.pointer(),
          dp,
          dy,
          ks,
          operands().add()[0],
          dx,
          type(),
          dp);
    }
    if (addGradient != null) {
      multiply(
          cublas.CUBLAS_OP_N,
          cublas.CUBLAS_OP_T,
          dp,
          ks,
          n,
          x,
          dp,
          dy,
          ks,
          false,
          packedGradient,
          cudart.CUDA_R_32F,
          dp);
      addGradient.run(blocks((long) k * dp), 1, 1, BLOCK);
    }
  }

  /** {@code c = a b}, or added to what is there; m x n of depth, by columns. */
  private void multiply(
      int turnA,
      int turnB,
      int m,
      int n,
      int depth,
      Pointer a,
      int lda,
      Pointer b,
      int ldb,
      boolean add,
      Pointer c,
      int typeC,
      int ldc) {
    int status =
        cublas.cublasGemmEx(
            context.cublas(),
            turnA,
            turnB,
            m,
            n,
            depth,
            context.one(),
            a,
            type(),
            lda,
            b,
            type(),
            ldb,
            context.keep(add),
            c,
            typeC,
            ldc,
            compute(),
            cublas.CUBLAS_GEMM_DEFAULT);
    if (status != 0) {
      CudaError.cublas(status, this);
    }
  }
}
