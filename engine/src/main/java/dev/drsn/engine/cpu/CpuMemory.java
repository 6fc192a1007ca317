package dev.drsn.engine.cpu;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;

/**
 * Scalars in one float[]: plain arrays are what C2 compiles best. Data begins at {@link #BASE},
 * which is a 64-byte boundary in arrays that the collector allocates as humongous objects (16 bytes
 * of header, then 12 floats): vectors then never straddle two cache lines.
 */
final class CpuMemory implements Memory {

  /** Index of the first scalar. */
  static final int BASE = 12;

  private float[] data;
  private final long size;

  CpuMemory(long size) {
    if (size > Integer.MAX_VALUE - 64) {
      throw new DrsnException(
          "one CPU memory holds at most 2^31 floats, not " + size + "; use a smaller batch");
    }
    this.size = size;
    this.data = new float[(int) size + BASE];
  }

  /** The array that a view lies in. */
  static float[] array(View view) {
    return ((CpuMemory) view.memory()).data;
  }

  /** The index of a view's first scalar in {@link #array}. */
  static int base(View view) {
    return BASE + (int) view.offset();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void close() {
    data = new float[0];
  }
}
