package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Layouts;
import dev.drsn.engine.backend.Operands;
import dev.drsn.engine.backend.View;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import org.bytedeco.cuda.cudnn.cudnnActivationStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.Pointer;

/**
 * Convolution by cuDNN, channels last; formulas in {@link Op}. Weights are packed as [Ks, R, S, Cs]
 * in the backend's precision with zeros for the spare filters and channels, so cuDNN computes spare
 * channels of y and dx as zeros. Forward with bias, residual and ReLU is one call; dy' and the
 * bias's gradient are kernels of our own, and so is adding cuDNN's dw, packed like the weights, to
 * the gradient, which is float and dense. Nothing is saved.
 */
// cuDNN calls this interface its legacy; it is the fall-back and the judge of the newer one.
@SuppressWarnings("deprecation")
final class Convolution extends CudaKernel {

  private final Op.Convolution convolution;
  private final int k;
  private final int ks;
  private final int c;
  private final int cs;
  private final int taps;
  private final boolean epilogue;
  private final int slices;
  private final cudnnFilterStruct filter = new cudnnFilterStruct();
  private final cudnnTensorStruct biasTensor = new cudnnTensorStruct();
  private final cudnnActivationStruct activation = new cudnnActivationStruct();
  private final DeviceMemory weights;
  private final DeviceMemory biases;
  private final DeviceMemory tickets;

  /** By number of samples; the last one's working memory is enough for all. */
  private final ConvolutionAlgorithms[] algorithms;

  private Launch packWeights;
  private Launch packBias;
  private Launch cut;
  private Launch biasGradient;
  private Launch addGradient;
  private Pointer x;
  private Pointer y;
  private Pointer residual;
  private Pointer dy;
  private Pointer dx;
  private Pointer packedGradient;
  private Pointer workspace;

  Convolution(CudaContext context, Op.Convolution convolution, Layouts layouts) {
    super(context, convolution, layouts);
    this.convolution = convolution;
    k = convolution.channels();
    ks = ChannelsLast.padded(k);
    c = x().c();
    cs = ChannelsLast.padded(c);
    taps = convolution.window().area();
    epilogue = convolution.bias() || convolution.relu() || convolution.residual();
    slices = slices(y(), y().n() * y().area(), tiles(y()));
    context.enter();
    Precision precision = context.precision();
    CudaError.cudnn(cudnn.cudnnCreateFilterDescriptor(filter), this);
    atEnd(() -> cudnn.cudnnDestroyFilterDescriptor(filter));
    CudaError.cudnn(
        cudnn.cudnnSetFilter4dDescriptor(
            filter,
            type(precision),
            cudnn.CUDNN_TENSOR_NHWC,
            ks,
            cs,
            convolution.window().height(),
            convolution.window().width()),
        this);
    CudaError.cudnn(cudnn.cudnnCreateTensorDescriptor(biasTensor), this);
    atEnd(() -> cudnn.cudnnDestroyTensorDescriptor(biasTensor));
    CudaError.cudnn(
        cudnn.cudnnSetTensor4dDescriptor(
            biasTensor, cudnn.CUDNN_TENSOR_NHWC, type(precision), 1, ks, 1, 1),
        this);
    CudaError.cudnn(cudnn.cudnnCreateActivationDescriptor(activation), this);
    atEnd(() -> cudnn.cudnnDestroyActivationDescriptor(activation));
    CudaError.cudnn(
        cudnn.cudnnSetActivationDescriptor(
            activation,
            convolution.relu() ? cudnn.CUDNN_ACTIVATION_RELU : cudnn.CUDNN_ACTIVATION_IDENTITY,
            cudnn.CUDNN_PROPAGATE_NAN,
            0),
        this);
    weights = own(scalars((long) ks * taps * cs));
    biases = own(scalars(ks));
    tickets = own(tiles(y()));
    algorithms = new ConvolutionAlgorithms[x().n() + 1];
    algorithms[x().n()] = choose(x().n(), true, Long.MAX_VALUE);
  }

  /** cuDNN's number for a precision's type. */
  static int type(Precision precision) {
    return switch (precision) {
      case FP32, TF32 -> cudnn.CUDNN_DATA_FLOAT;
      case FP16 -> cudnn.CUDNN_DATA_HALF;
      case BF16 -> cudnn.CUDNN_DATA_BFLOAT16;
    };
  }

  private ConvolutionAlgorithms choose(int n, boolean timed, long mostBytes) {
    Shape in = x().withN(n);
    Shape out = y().withN(n);
    return own(
        new ConvolutionAlgorithms(
            context,
            this,
            filter,
            in,
            out,
            convolution.window(),
            epilogue && !convolution.relu(),
            layouts.training(),
            timed,
            mostBytes));
  }

  private ConvolutionAlgorithms algorithms(int n) {
    if (algorithms[n] == null) {
      algorithms[n] = choose(n, false, algorithms[x().n()].bytes());
    }
    return algorithms[n];
  }

  @Override
  public String algorithm() {
    return "cudnn " + algorithms[x().n()].forwardChoice.algorithm();
  }

  /** cuDNN's dw, then its working memory, which the bias's partial sums share. */
  @Override
  public long scratchSize() {
    long working = Math.ceilDiv(algorithms[x().n()].bytes(), Float.BYTES);
    return layouts.training() ? gradientSize() + Math.max(working, (long) slices * ks) : working;
  }

  /** Rounded so that what follows is aligned as cuDNN wants it. */
  private long gradientSize() {
    return Math.ceilDiv(weights.size(), 64) * 64;
  }

  @Override
  void bind(Operands operands) {
    View[] w = operands.w();
    x = DeviceMemory.pointer(operands.x()[0]);
    y = DeviceMemory.pointer(operands.y());
    residual = convolution.residual() ? DeviceMemory.pointer(operands.x()[1]) : null;
    packWeights = typed("relayout", "pack_weights").with(w[0]).with(weights.address(0));
    packWeights.with(k).with(ks).with(c).with(cs).with(taps);
    if (convolution.bias()) {
      // A vector [K] is a single filter of K channels: [1, Ks].
      packBias = typed("relayout", "pack_weights").with(w[1]).with(biases.address(0));
      packBias.with(1).with(1).with(k).with(ks).with(1);
    }
    long scratch = DeviceMemory.address(operands.scratch());
    if (operands.dy() == null) {
      workspace = DeviceMemory.pointer(scratch);
      return;
    }
    long working = scratch + gradientSize() * Float.BYTES;
    packedGradient = DeviceMemory.pointer(scratch);
    workspace = DeviceMemory.pointer(working);
    dy = DeviceMemory.pointer(operands.dy());
    dx = DeviceMemory.pointer(dx(operands, 0));
    View dResidual = convolution.residual() ? dx(operands, 1) : null;
    cut = null;
    if (convolution.relu() || dResidual != null) {
      cut = typed("pointwise", "epilogue_backward").with(convolution.relu() ? operands.y() : null);
      cut.with(operands.dy()).with(dResidual).with(0L).with(false);
    }
    biasGradient = null;
    if (convolution.bias() && dw(operands, 1) != null) {
      biasGradient = typed("batch_norm", "bias_backward").with(operands.dy()).with(dw(operands, 1));
      biasGradient.with(working).with(tickets.address(0)).with(0).with(k).with(ks);
    }
    addGradient = null;
    if (dw(operands, 0) != null) {
      addGradient = typed("relayout", "unpack_gradient").with(scratch).with(dw(operands, 0));
      addGradient.with(k).with(c).with(cs).with(taps);
    }
  }

  @Override
  void load() {
    packWeights.run(blocks((long) ks * taps * cs), 1, 1, BLOCK);
    if (packBias != null) {
      packBias.run(1, 1, 1, BLOCK);
    }
  }

  @Override
  void forward(int n) {
    ConvolutionAlgorithms a = algorithms(n);
    int status;
    if (epilogue) {
      // Without a residual z is y, times 0: it must be there all the same.
      status =
          cudnn.cudnnConvolutionBiasActivationForward(
              context.cudnn(),
              context.one(),
              a.x,
              x,
              filter,
              weights.pointer(),
              a.forward,
              a.forwardChoice.algorithm(),
              workspace,
              a.forwardChoice.bytes(),
              context.keep(convolution.residual()),
              a.y,
              convolution.residual() ? residual : y,
              biasTensor,
              biases.pointer(),
              activation,
              a.y,
              y);
    } else {
      status =
          cudnn.cudnnConvolutionForward(
              context.cudnn(),
              context.one(),
              a.x,
              x,
              filter,
              weights.pointer(),
              a.forward,
              a.forwardChoice.algorithm(),
              workspace,
              a.forwardChoice.bytes(),
              context.zero(),
              a.y,
              y);
    }
    if (status != 0) {
      CudaError.cudnn(status, this);
    }
  }

  @Override
  void backward(int n) {
    ConvolutionAlgorithms a = algorithms(n);
    boolean[] add = operands().add();
    if (cut != null) {
      long vectors = vectors(y(), n);
      cut.set(3, vectors);
      cut.set(4, convolution.residual() && add[1]);
      cut.run(blocks(vectors), 1, 1, BLOCK);
    }
    if (biasGradient != null) {
      biasGradient.set(4, n * y().area());
      biasGradient.run(tiles(y()), slices, 1, BLOCK);
    }
    if (dx != null) {
      int status =
          cudnn.cudnnConvolutionBackwardData(
              context.cudnn(),
              context.one(),
              filter,
              weights.pointer(),
              a.y,
              dy,
              a.data,
              a.dataChoice.algorithm(),
              workspace,
              a.dataChoice.bytes(),
              context.keep(add[0]),
              a.x,
              dx);
      if (status != 0) {
        CudaError.cudnn(status, this);
      }
    }
    if (addGradient != null) {
      int status =
          cudnn.cudnnConvolutionBackwardFilter(
              context.cudnn(),
              context.one(),
              a.x,
              x,
              a.y,
              dy,
              a.filter,
              a.filterChoice.algorithm(),
              workspace,
              a.filterChoice.bytes(),
              context.zero(),
              filter,
              packedGradient);
      if (status != 0) {
        CudaError.cudnn(status, this);
      }
      addGradient.run(blocks((long) k * taps * cs), 1, 1, BLOCK);
    }
  }
}
