package dev.drsn.engine.cuda;

import dev.drsn.engine.file.NativeLoading;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * One GPU as a backend uses it: a stream on which everything runs in order, the libraries' handles,
 * the kernels that are loaded. Whoever puts several things on the stream holds the context's lock;
 * what is on it runs when the GPU comes to it.
 */
final class CudaContext implements AutoCloseable {

  /** Set to 1, every operation is waited for, so that a fault names the one it happened in. */
  static final String BLOCKING = "DRSN_CUDA_BLOCKING";

  /** What cuBLAS is recommended to have on Hopper; recorded runs must not allocate. */
  private static final long WORKSPACE = 32L << 20;

  private final Gpu gpu;
  private final LibraryFolders folders;
  private final CudaOptions options;
  private boolean blocking = "1".equals(System.getenv(BLOCKING));
  private final CUstream_st stream = new CUstream_st();
  private final cudnnContext cudnnHandle = new cudnnContext();
  private final cublasContext cublasHandle = new cublasContext();
  private final DeviceMemory workspace;
  private final Map<String, KernelModule> modules = new HashMap<>();
  private final Map<String, CUfunc_st> functions = new HashMap<>();
  private final FloatPointer one = new FloatPointer(1f);
  private final FloatPointer zero = new FloatPointer(0f);
  private final int processors;

  CudaContext(Gpu gpu, LibraryFolders folders, CudaOptions options) {
    this.gpu = gpu;
    this.folders = folders;
    this.options = options;
    NativeLoading.alone(
        () -> {
          Loader.load(cudart.class);
          Loader.load(cudnn.class);
          Loader.load(cublas.class);
        });
    String what = "opening " + gpu;
    enter();
    CudaError.check(cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking), what);
    CudaError.cudnn(cudnn.cudnnCreate(cudnnHandle), what);
    CudaError.cudnn(cudnn.cudnnSetStream(cudnnHandle, stream), what);
    CudaError.cublas(cublas.cublasCreate_v2(cublasHandle), what);
    CudaError.cublas(cublas.cublasSetStream_v2(cublasHandle, stream), what);
    workspace = new DeviceMemory(this, WORKSPACE / Float.BYTES);
    CudaError.cublas(
        cublas.cublasSetWorkspace_v2(cublasHandle, workspace.pointer(), WORKSPACE), what);
    int[] number = new int[1];
    CudaError.check(
        cudart.cudaDeviceGetAttribute(number, cudart.cudaDevAttrMultiProcessorCount, gpu.index()),
        what);
    processors = number[0];
  }

  /** Makes this thread's calls go to this GPU. */
  void enter() {
    int error = cudart.cudaSetDevice(gpu.index());
    if (error != 0) {
      CudaError.check(error, "using " + gpu);
    }
  }

  Gpu gpu() {
    return gpu;
  }

  LibraryFolders folders() {
    return folders;
  }

  Precision precision() {
    return options.precision();
  }

  boolean deterministic() {
    return options.deterministic();
  }

  /** Units that run blocks of threads at the same time. */
  int processors() {
    return processors;
  }

  CUstream_st stream() {
    return stream;
  }

  cudnnContext cudnn() {
    return cudnnHandle;
  }

  cublasContext cublas() {
    return cublasHandle;
  }

  /** A factor of 1, for the libraries. */
  Pointer one() {
    return one;
  }

  /** A factor of 0. */
  Pointer zero() {
    return zero;
  }

  /** 1 to add to what is there, 0 to take its place. */
  Pointer keep(boolean add) {
    return add ? one : zero;
  }

  /** A kernel of this context's precision. */
  Launch typed(String file, String name) {
    return launch(file, name + "_" + precision().suffix());
  }

  /** A kernel by its full name. */
  synchronized Launch launch(String file, String name) {
    CUfunc_st function =
        functions.computeIfAbsent(
            name,
            key -> modules.computeIfAbsent(file, of -> new KernelModule(this, of)).function(key));
    return new Launch(this, name, function);
  }

  /** Where kernels come from, for people: {@code fatbin} or {@code NVRTC}. */
  String kernels() {
    return KernelModule.origin();
  }

  /** Waits for everything on the stream. */
  void finish(Object what) {
    CudaError.check(cudart.cudaStreamSynchronize(stream), what);
  }

  /** Whether every operation is waited for. */
  boolean blocking() {
    return blocking;
  }

  /** Runs something so that every operation in it takes its own time. */
  void stepByStep(Runnable steps) {
    boolean before = blocking;
    blocking = true;
    try {
      steps.run();
    } finally {
      blocking = before;
    }
  }

  /** After an operation: waits for it where the user wants to know which one fails. */
  void done(Object what) {
    if (blocking) {
      finish(what);
    }
  }

  @Override
  public synchronized void close() {
    enter();
    cudart.cudaStreamSynchronize(stream);
    modules.values().forEach(KernelModule::close);
    modules.clear();
    functions.clear();
    cublas.cublasDestroy_v2(cublasHandle);
    cudnn.cudnnDestroy(cudnnHandle);
    workspace.close();
    cudart.cudaStreamDestroy(stream);
    one.close();
    zero.close();
  }
}
