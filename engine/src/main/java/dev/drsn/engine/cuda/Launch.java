package dev.drsn.engine.cuda;

import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A kernel with its arguments, prepared once: to run it again costs neither allocation nor look-up.
 * Arguments are given in the kernel's order; those that change from run to run are set by number.
 */
final class Launch implements AutoCloseable {

  private static final int MOST = 32;

  private final CudaContext context;
  private final String name;
  private final CUfunc_st function;
  private final LongPointer values = new LongPointer(MOST);
  private final PointerPointer<Pointer> arguments = new PointerPointer<>(MOST);
  private int count;
  private int sharedBytes;

  Launch(CudaContext context, String name, CUfunc_st function) {
    this.context = context;
    this.name = name;
    this.function = function;
    for (int i = 0; i < MOST; i++) {
      values.put(i, 0);
      arguments.put(i, DeviceMemory.pointer(values.address() + (long) i * Long.BYTES));
    }
  }

  /** The next argument: an address or a {@code long long}. */
  Launch with(long value) {
    values.put(count++, value);
    return this;
  }

  /** The next argument: an {@code int}; little-endian, so its bytes come first. */
  Launch with(int value) {
    return with(value & 0xffffffffL);
  }

  /** The next argument: a {@code float}. */
  Launch with(float value) {
    return with(Float.floatToRawIntBits(value));
  }

  /** The next argument: a flag, an {@code int}. */
  Launch with(boolean value) {
    return with(value ? 1 : 0);
  }

  /** The next argument: where a view begins, null for none. */
  Launch with(dev.drsn.engine.backend.View view) {
    return with(DeviceMemory.address(view));
  }

  /** Dynamic shared memory, in bytes. */
  Launch shared(int bytes) {
    sharedBytes = bytes;
    return this;
  }

  /** Changes an argument, counted from 0. */
  void set(int index, long value) {
    values.put(index, value);
  }

  /** Changes an {@code int}. */
  void set(int index, int value) {
    values.put(index, value & 0xffffffffL);
  }

  /** Changes a {@code float}. */
  void set(int index, float value) {
    set(index, Float.floatToRawIntBits(value));
  }

  /** Changes a flag. */
  void set(int index, boolean value) {
    set(index, value ? 1 : 0);
  }

  /** Puts the kernel behind what the stream still has to do. */
  void run(int gridX, int gridY, int gridZ, int block) {
    run(gridX, gridY, gridZ, block, 1);
  }

  /** The same with a block of two extents. */
  void run(int gridX, int gridY, int gridZ, int blockX, int blockY) {
    int error =
        cudart.cuLaunchKernel(
            function,
            gridX,
            gridY,
            gridZ,
            blockX,
            blockY,
            1,
            sharedBytes,
            context.stream(),
            arguments,
            null);
    if (error != 0) {
      CudaError.check(error, "kernel " + name);
    }
  }

  @Override
  public void close() {
    arguments.close();
    values.close();
  }
}
