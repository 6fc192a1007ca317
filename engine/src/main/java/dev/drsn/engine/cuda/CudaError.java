package dev.drsn.engine.cuda;

import dev.drsn.engine.DrsnException;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;

/** Turns the libraries' error numbers into lines that say what happened, where, and what to do. */
final class CudaError {

  private static final int OUT_OF_MEMORY = 2;
  private static final int ECC = 214;
  private static final int NO_IMAGE = 209;
  private static final int NEWER_PTX = 222;
  private static final int ILLEGAL_ADDRESS = 700;
  private static final int LAUNCH_FAILED = 719;

  private CudaError() {}

  /**
   * Fails unless CUDA returned success.
   *
   * @param what was being done: an operation with its shape
   */
  static void check(int error, Object what) {
    if (error != 0) {
      throw new DrsnException(what + " on the GPU: " + text(error));
    }
  }

  private static String text(int error) {
    return switch (error) {
      case OUT_OF_MEMORY ->
          "its memory is full; use a smaller batch or image, or end other processes on it";
      case ECC ->
          "it reports a memory (ECC) error; restart drsn, and reset the GPU if it comes again";
      case NO_IMAGE, NEWER_PTX ->
          "there are no kernels that this GPU and its driver can load; install driver 580 or newer";
      default -> {
        String name = cudart.cudaGetErrorName(error).getString();
        String meaning = cudart.cudaGetErrorString(error).getString();
        yield error >= ILLEGAL_ADDRESS && error <= LAUNCH_FAILED
            ? "a kernel failed, "
                + meaning
                + " ("
                + name
                + "); this process cannot use the GPU any more. Set "
                + CudaContext.BLOCKING
                + "=1 to learn which operation it was, and please report it"
            : meaning + " (" + name + ")";
      }
    };
  }

  /** The same for cuDNN. */
  static void cudnn(int status, Object what) {
    if (status != 0) {
      throw new DrsnException(
          what
              + " by cuDNN: "
              + cudnn.cudnnGetErrorString(status).getString()
              + "; try another precision, or the CPU");
    }
  }

  /** The same for cuBLAS. */
  static void cublas(int status, Object what) {
    if (status != 0) {
      throw new DrsnException(
          what
              + " by cuBLAS: "
              + cublas.cublasGetStatusString(status).getString()
              + "; try another precision, or the CPU");
    }
  }
}
