package dev.drsn.engine.cuda;

import dev.drsn.engine.backend.View;
import dev.drsn.engine.tensor.DType;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Copies between the host's row-major floats and views: through pinned memory, which the GPU reads
 * and writes by itself, then, for activations, through a kernel that changes order and type. An
 * upload returns before it has happened; a download waits. Kernels: {@code relayout.cu}, {@code
 * pointwise.cu}.
 */
final class Transfer implements AutoCloseable {

  private static final int TILE = 32;
  private static final int BLOCK = 256;
  private static final long SMALLEST = 1 << 16;

  private final CudaContext context;

  /** On the host, and its image on the GPU. */
  private final FloatPointer up = new FloatPointer();

  private final FloatPointer down = new FloatPointer();
  private DeviceMemory upImage;
  private DeviceMemory downImage;
  private long upSize;
  private long downSize;
  private boolean uploading;
  private final CUevent_st uploaded = new CUevent_st();
  private final Launch spread;
  private final Launch gather;
  private final Launch fillFloats;
  private final Launch fillElements;

  private final Address dense = new Address(0);

  Transfer(CudaContext context) {
    this.context = context;
    context.enter();
    CudaError.check(
        cudart.cudaEventCreateWithFlags(uploaded, cudart.cudaEventDisableTiming), "copying");
    spread = context.typed("relayout", "from_nchw").with(0L).with(0L).with(0).with(0).with(0);
    gather = context.typed("relayout", "to_nchw").with(0L).with(0L).with(0).with(0).with(0);
    fillFloats = context.launch("pointwise", "fill_f32").with(0L).with(0f).with(0L);
    fillElements = context.typed("pointwise", "fill").with(0L).with(0f).with(0L);
  }

  /** See {@link CudaBackend#upload}. */
  void upload(float[] source, int first, View destination, int n) {
    synchronized (context) {
      context.enter();
      int each = destination.shape().sampleElements();
      int count = n * each;
      if (uploading) {
        CudaError.check(cudart.cudaEventSynchronize(uploaded), "copying to the GPU");
      }
      growUp(count);
      up.put(source, first * each, count);
      Pointer target = upImage.pointer();
      boolean relayout = destination.layout() instanceof ChannelsLast;
      if (!relayout) {
        target = dense.at(DeviceMemory.address(destination));
      }
      check(
          cudart.cudaMemcpyAsync(
              target,
              up,
              (long) count * Float.BYTES,
              cudart.cudaMemcpyHostToDevice,
              context.stream()));
      check(cudart.cudaEventRecord(uploaded, context.stream()));
      uploading = true;
      if (relayout) {
        spread.set(0, upImage.address(0));
        spread.set(1, DeviceMemory.address(destination));
        run(spread, destination, n);
      }
    }
  }

  /** See {@link CudaBackend#download}. */
  void download(View source, float[] destination, int first, int n) {
    synchronized (context) {
      context.enter();
      int each = source.shape().sampleElements();
      int count = n * each;
      growDown(count);
      Pointer from = downImage.pointer();
      if (source.layout() instanceof ChannelsLast) {
        gather.set(0, DeviceMemory.address(source));
        gather.set(1, downImage.address(0));
        run(gather, source, n);
      } else {
        from = dense.at(DeviceMemory.address(source));
      }
      check(
          cudart.cudaMemcpyAsync(
              down,
              from,
              (long) count * Float.BYTES,
              cudart.cudaMemcpyDeviceToHost,
              context.stream()));
      context.finish("what ran before a download");
      uploading = false;
      down.get(destination, first * each, count);
    }
  }

  /** See {@link CudaBackend#fill}. */
  void fill(View destination, float value) {
    synchronized (context) {
      context.enter();
      boolean floats =
          !(destination.layout() instanceof ChannelsLast last) || last.type() == DType.F32;
      long count =
          destination.layout() instanceof ChannelsLast last
              ? last.elements(last.shape().n())
              : destination.layout().size();
      Launch launch = floats ? fillFloats : fillElements;
      launch.set(0, DeviceMemory.address(destination));
      launch.set(1, value);
      launch.set(2, count);
      long blocks = Math.clamp(Math.ceilDiv(count, BLOCK), 1, 8L * context.processors());
      launch.run((int) blocks, 1, 1, BLOCK);
    }
  }

  private static void check(int error) {
    if (error != 0) {
      CudaError.check(error, "copying");
    }
  }

  private void run(Launch launch, View view, int n) {
    ChannelsLast layout = ChannelsLast.of(view);
    int area = view.shape().area();
    launch.set(2, area);
    launch.set(3, view.shape().c());
    launch.set(4, layout.cs());
    launch.run(Math.ceilDiv(area, TILE), Math.ceilDiv(layout.cs(), TILE), n, TILE, BLOCK / TILE);
  }

  private void growUp(long count) {
    if (count > upSize) {
      context.finish("what ran before an upload");
      free(up, upImage);
      upSize = Math.max(SMALLEST, count);
      allocate(up, upSize);
      upImage = new DeviceMemory(context, upSize);
    }
  }

  private void growDown(long count) {
    if (count > downSize) {
      context.finish("what ran before a download");
      free(down, downImage);
      downSize = Math.max(SMALLEST, count);
      allocate(down, downSize);
      downImage = new DeviceMemory(context, downSize);
    }
  }

  private static void allocate(FloatPointer host, long count) {
    CudaError.check(
        cudart.cudaMallocHost(host, count * Float.BYTES),
        "allocating " + Math.ceilDiv(count * Float.BYTES, 1L << 20) + " MB of pinned memory");
    host.capacity(count);
  }

  private static void free(FloatPointer host, DeviceMemory image) {
    if (image != null) {
      image.close();
      cudart.cudaFreeHost(host);
      host.setNull();
    }
  }

  @Override
  public void close() {
    context.finish("what was left to do");
    free(up, upImage);
    free(down, downImage);
    cudart.cudaEventDestroy(uploaded);
    spread.close();
    gather.close();
    fillFloats.close();
    fillElements.close();
    up.close();
    down.close();
  }
}
