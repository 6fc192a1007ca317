package dev.drsn.engine.cuda;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.op.Window;
import dev.drsn.engine.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdDataAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionBwdFilterAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionFwdAlgoPerf_t;
import org.bytedeco.cuda.cudnn.cudnnConvolutionStruct;
import org.bytedeco.cuda.cudnn.cudnnFilterStruct;
import org.bytedeco.cuda.cudnn.cudnnTensorStruct;
import org.bytedeco.cuda.global.cudnn;

/**
 * What cuDNN is told about a convolution of n samples, and the algorithms that it runs by: forward,
 * for dx, for dw. For the largest n they are chosen by their times; for others, and where results
 * must not change from run to run, by cuDNN's estimate.
 */
// cuDNN calls this interface its legacy; it is the fall-back and the judge of the newer one.
@SuppressWarnings("deprecation")
final class ConvolutionAlgorithms implements AutoCloseable {

  /** One direction's choice. */
  record Choice(int algorithm, int math, long bytes) {}

  private record Candidate(
      int algorithm, int status, boolean deterministic, int math, long bytes) {}

  /** No kind of pass has more algorithms. */
  private static final int MOST = 10;

  private final CudaContext context;
  private final Object what;
  private final long mostBytes;
  private final List<Runnable> destroy = new ArrayList<>();
  final cudnnTensorStruct x;
  final cudnnTensorStruct y;
  final cudnnConvolutionStruct forward;
  final cudnnConvolutionStruct data;
  final cudnnConvolutionStruct filter;
  final Choice forwardChoice;
  final Choice dataChoice;
  final Choice filterChoice;

  /**
   * Chooses.
   *
   * @param in the input's shape of n samples
   * @param plain whether the epilogue is a bias alone, which one algorithm has
   * @param mostBytes of working memory
   */
  ConvolutionAlgorithms(
      CudaContext context,
      Object what,
      cudnnFilterStruct w,
      Shape in,
      Shape out,
      Window window,
      boolean plain,
      boolean training,
      boolean timed,
      long mostBytes) {
    this.context = context;
    this.what = what;
    this.mostBytes = mostBytes;
    x = tensor(in);
    y = tensor(out);
    forward = convolution(window);
    boolean measure = timed && !context.deterministic();
    forwardChoice =
        plain ? plain(w) : choose(measure ? findForward(w) : estimateForward(w), forward);
    if (training) {
      data = convolution(window);
      filter = convolution(window);
      dataChoice = choose(data(w, measure), data);
      filterChoice = choose(filter(w, measure), filter);
    } else {
      data = null;
      filter = null;
      dataChoice = null;
      filterChoice = null;
    }
  }

  private cudnnTensorStruct tensor(Shape shape) {
    cudnnTensorStruct tensor = new cudnnTensorStruct();
    check(cudnn.cudnnCreateTensorDescriptor(tensor));
    destroy.add(() -> cudnn.cudnnDestroyTensorDescriptor(tensor));
    check(
        cudnn.cudnnSetTensor4dDescriptor(
            tensor,
            cudnn.CUDNN_TENSOR_NHWC,
            Convolution.type(context.precision()),
            shape.n(),
            ChannelsLast.padded(shape.c()),
            shape.h(),
            shape.w()));
    return tensor;
  }

  private cudnnConvolutionStruct convolution(Window window) {
    cudnnConvolutionStruct convolution = new cudnnConvolutionStruct();
    check(cudnn.cudnnCreateConvolutionDescriptor(convolution));
    destroy.add(() -> cudnn.cudnnDestroyConvolutionDescriptor(convolution));
    check(
        cudnn.cudnnSetConvolution2dDescriptor(
            convolution,
            window.padH(),
            window.padW(),
            window.strideH(),
            window.strideW(),
            1,
            1,
            cudnn.CUDNN_CROSS_CORRELATION,
            cudnn.CUDNN_DATA_FLOAT));
    check(cudnn.cudnnSetConvolutionMathType(convolution, math()));
    return convolution;
  }

  private int math() {
    return context.precision() == Precision.FP32
        ? cudnn.CUDNN_FMA_MATH
        : cudnn.CUDNN_TENSOR_OP_MATH;
  }

  /** A bias without a ReLU: cuDNN has it in this algorithm only. */
  private Choice plain(cudnnFilterStruct w) {
    int algorithm = cudnn.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
    try (org.bytedeco.javacpp.SizeTPointer bytes = new org.bytedeco.javacpp.SizeTPointer(1)) {
      check(
          cudnn.cudnnGetConvolutionForwardWorkspaceSize(
              context.cudnn(), x, w, forward, y, algorithm, bytes));
      return new Choice(algorithm, math(), bytes.get());
    }
  }

  private List<Candidate> estimateForward(cudnnFilterStruct w) {
    int[] count = new int[1];
    try (var all = new cudnnConvolutionFwdAlgoPerf_t(MOST)) {
      check(
          cudnn.cudnnGetConvolutionForwardAlgorithm_v7(
              context.cudnn(), x, w, forward, y, MOST, count, all));
      return candidates(all, count[0]);
    }
  }

  private List<Candidate> findForward(cudnnFilterStruct w) {
    int[] count = new int[1];
    try (var all = new cudnnConvolutionFwdAlgoPerf_t(MOST)) {
      check(
          cudnn.cudnnFindConvolutionForwardAlgorithm(
              context.cudnn(), x, w, forward, y, MOST, count, all));
      return candidates(all, count[0]);
    }
  }

  private static List<Candidate> candidates(cudnnConvolutionFwdAlgoPerf_t all, int count) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.position(i);
      candidates.add(
          new Candidate(
              all.algo(),
              all.status(),
              all.determinism() == cudnn.CUDNN_DETERMINISTIC,
              all.mathType(),
              all.memory()));
    }
    all.position(0);
    return candidates;
  }

  private List<Candidate> data(cudnnFilterStruct w, boolean measure) {
    int[] count = new int[1];
    try (var all = new cudnnConvolutionBwdDataAlgoPerf_t(MOST)) {
      check(
          measure
              ? cudnn.cudnnFindConvolutionBackwardDataAlgorithm(
                  context.cudnn(), w, y, data, x, MOST, count, all)
              : cudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
                  context.cudnn(), w, y, data, x, MOST, count, all));
      List<Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < count[0]; i++) {
        all.position(i);
        candidates.add(
            new Candidate(
                all.algo(),
                all.status(),
                all.determinism() == cudnn.CUDNN_DETERMINISTIC,
                all.mathType(),
                all.memory()));
      }
      all.position(0);
      return candidates;
    }
  }

  private List<Candidate> filter(cudnnFilterStruct w, boolean measure) {
    int[] count = new int[1];
    try (var all = new cudnnConvolutionBwdFilterAlgoPerf_t(MOST)) {
      check(
          measure
              ? cudnn.cudnnFindConvolutionBackwardFilterAlgorithm(
                  context.cudnn(), x, y, filter, w, MOST, count, all)
              : cudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                  context.cudnn(), x, y, filter, w, MOST, count, all));
      List<Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < count[0]; i++) {
        all.position(i);
        candidates.add(
            new Candidate(
                all.algo(),
                all.status(),
                all.determinism() == cudnn.CUDNN_DETERMINISTIC,
                all.mathType(),
                all.memory()));
      }
      all.position(0);
      return candidates;
    }
  }

  /** The first, which is the fastest, that runs, fits, and is as exact and steady as asked. */
  private Choice choose(List<Candidate> candidates, cudnnConvolutionStruct convolution) {
    for (Candidate each : candidates) {
      boolean exact =
          context.precision() != Precision.FP32
              || each.math() == cudnn.CUDNN_FMA_MATH
              || each.math() == cudnn.CUDNN_DEFAULT_MATH;
      if (each.status() == 0
          && each.bytes() <= mostBytes
          && exact
          && (each.deterministic() || !context.deterministic())) {
        int math = context.precision() == Precision.FP32 ? math() : each.math();
        check(cudnn.cudnnSetConvolutionMathType(convolution, math));
        return new Choice(each.algorithm(), math, each.bytes());
      }
    }
    throw new DrsnException(
        what + ": cuDNN has no algorithm for it; try another precision, or the CPU");
  }

  private void check(int status) {
    CudaError.cudnn(status, what);
  }

  /** Bytes of working memory that any direction takes. */
  long bytes() {
    long most = forwardChoice.bytes();
    if (dataChoice != null) {
      most = Math.max(most, Math.max(dataChoice.bytes(), filterChoice.bytes()));
    }
    return most;
  }

  @Override
  public void close() {
    destroy.reversed().forEach(Runnable::run);
    destroy.clear();
  }
}
