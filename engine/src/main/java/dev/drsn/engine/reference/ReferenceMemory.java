package dev.drsn.engine.reference;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.tensor.DType;

/**
 * An array of float or of double behind one pair of accessors. Kernels compute in double either
 * way; the type only decides to what a stored value is rounded.
 */
public final class ReferenceMemory implements Memory {
  private final float[] floats;
  private final double[] doubles;

  ReferenceMemory(DType type, long size) {
    if (size < 0 || size > Integer.MAX_VALUE - 64) {
      throw new DrsnException(
          "the reference backend holds at most 2^31 numbers in one memory, not "
              + size
              + "; use a smaller batch or image");
    }
    floats = type == DType.F32 ? new float[(int) size] : null;
    doubles = type == DType.F64 ? new double[(int) size] : null;
  }

  @Override
  public long size() {
    return floats != null ? floats.length : doubles.length;
  }

  /** The scalar at an index. */
  public double get(long index) {
    return floats != null ? floats[(int) index] : doubles[(int) index];
  }

  /** Stores a scalar, rounded to the memory's type. */
  public void set(long index, double value) {
    if (floats != null) {
      floats[(int) index] = (float) value;
    } else {
      doubles[(int) index] = value;
    }
  }

  /** Nothing to give back: the arrays go with the last view. */
  @Override
  public void close() {}
}
