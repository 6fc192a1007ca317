package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.Memory;
import dev.drsn.engine.backend.View;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/** Memory on the GPU, counted in scalars of four bytes whatever lies in it. */
final class DeviceMemory implements Memory {

  private final CudaContext context;
  private final long size;
  private final Pointer pointer = new Pointer();
  private boolean open = true;

  /** Zeroed memory. */
  DeviceMemory(CudaContext context, long size) {
    this.context = context;
    this.size = size;
    context.enter();
    // Nothing of zero bytes: its address would be null.
    long bytes = Math.max(size, 1) * Float.BYTES;
    String what = "allocating " + Math.ceilDiv(bytes, 1L << 20) + " MB";
    CudaError.check(cudart.cudaMalloc(pointer, bytes), what);
    CudaError.check(cudart.cudaMemsetAsync(pointer, 0, bytes, context.stream()), what);
  }

  @Override
  public long size() {
    return size;
  }

  Pointer pointer() {
    return pointer;
  }

  /** The address of a scalar. */
  long address(long offset) {
    return pointer.address() + offset * Float.BYTES;
  }

  /** Where a view begins; 0 for none. */
  static long address(View view) {
    return view == null ? 0 : ((DeviceMemory) view.memory()).address(view.offset());
  }

  /** The same as a pointer, made for keeping. */
  static Pointer pointer(View view) {
    return pointer(address(view));
  }

  /** A pointer to an address, made for keeping. */
  static Pointer pointer(long address) {
    return address == 0 ? null : new Address(address);
  }

  /** What still runs may use it: the GPU waits before it gives memory back. */
  @Override
  public void close() {
    if (open) {
      open = false;
      context.enter();
      CudaError.check(cudart.cudaFree(pointer), "giving memory back");
      pointer.setNull();
      pointer.close();
    }
  }
}
