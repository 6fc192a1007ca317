package dev.drsn.engine.cuda;

/**
 * What may be decided about the CUDA backend.
 *
 * @param device the GPU's number among the visible ones
 * @param deterministic whether only algorithms are taken that give the same result in every run,
 *     and chosen by estimate rather than by their times
 */
public record CudaOptions(int device, Precision precision, boolean deterministic) {

  /** The first GPU, 32-bit floats, the fastest algorithms. */
  public static final CudaOptions STANDARD = new CudaOptions(0, Precision.FP32, false);

  /** The same in another precision. */
  public CudaOptions withPrecision(Precision precision) {
    return new CudaOptions(device, precision, deterministic);
  }

  /** The same with results that do not change from run to run. */
  public CudaOptions withDeterministic(boolean deterministic) {
    return new CudaOptions(device, precision, deterministic);
  }
}
