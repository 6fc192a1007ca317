package dev.drsn.engine.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks for driver, device and libraries before anything of JavaCPP is touched, because JavaCPP's
 * own failure cannot be told apart or tried again. Each absence is one line: what, and what to do.
 */
public final class CudaProbe {

  /** The oldest compute capability that CUDA 13 compiles for: Turing. */
  static final int OLDEST = 75;

  /** The major versions that JavaCPP's glue was made for. */
  private static final int CUDA = 13;

  private static final int CUDNN = 9;

  private static final int COMPUTE_MAJOR = 75;
  private static final int COMPUTE_MINOR = 76;

  /** In the order in which they need each other; the names are those that the glue asks for. */
  private static final List<String> CUDNN_PARTS =
      List.of("libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9", "libcudnn_adv.so.9");

  private final Map<String, String> environment;
  private final LibraryFolders folders;

  private CudaProbe(Map<String, String> environment) {
    this.environment = environment;
    folders = LibraryFolders.of(environment);
  }

  /** Once a process: what is open stays open. */
  private static final class Machine {
    static final CudaStatus STATUS = look(System.getenv());
  }

  /** What this machine offers; looked for once a process. */
  public static CudaStatus status() {
    return Machine.STATUS;
  }

  /** The same in another environment, found anew. */
  static CudaStatus look(Map<String, String> environment) {
    String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    if (!system.equals("Linux on amd64")) {
      return CudaStatus.unavailable(
          "drsn has CUDA for Linux on x86-64 only, this is " + system + "; use the CPU");
    }
    // The loader's machinery takes tens of milliseconds to start: not where there is no driver.
    if (!environment.containsKey(LibraryFolders.VARIABLE)
        && !Files.exists(Path.of("/dev/nvidiactl"))
        && !Files.exists(Path.of("/dev/dxg"))) {
      return CudaStatus.unavailable(
          "no NVIDIA driver (/dev/nvidiactl is missing); install driver 580 or newer");
    }
    try {
      return new CudaProbe(environment).look();
    } catch (IllegalStateException e) {
      return CudaStatus.unavailable(
          e.getMessage() + "; install driver 580 or newer, CUDA 13 and cuDNN 9");
    }
  }

  private CudaStatus look() {
    Optional<NativeLibrary> found = folders.open("libcuda.so.1");
    if (found.isEmpty()) {
      return CudaStatus.unavailable(
          "no NVIDIA driver (libcuda.so.1 not found); install driver 580 or newer");
    }
    NativeLibrary driver = found.get();
    int error = driver.call("cuInit", 0);
    if (error != 0) {
      return CudaStatus.unavailable(initialisation(error));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
      int driverVersion = version(driver, "cuDriverGetVersion", number);
      if (driverVersion < CUDA * 1000) {
        return CudaStatus.unavailable(
            "the NVIDIA driver is for CUDA "
                + text(driverVersion)
                + ", drsn needs CUDA 13; install driver 580 or newer");
      }
      List<Gpu> gpus = gpus(driver, number, arena);
      if (gpus.isEmpty()) {
        return CudaStatus.unavailable("the driver shows no GPU" + visible());
      }
      if (gpus.stream().allMatch(gpu -> gpu.capability() < OLDEST)) {
        return CudaStatus.unavailable(
            gpus.getFirst()
                + " is older than CUDA 13 computes on; use a GPU of sm_75 (Turing) or newer, or the"
                + " CPU");
      }
      return libraries(text(driverVersion), gpus, number);
    }
  }

  private CudaStatus libraries(String driver, List<Gpu> gpus, MemorySegment number) {
    Optional<NativeLibrary> runtime = folders.open("libcudart.so.13");
    if (runtime.isEmpty()) {
      return CudaStatus.unavailable(missing("libcudart.so.13", "nvidia-cuda-runtime"));
    }
    int version = version(runtime.get(), "cudaRuntimeGetVersion", number);
    if (version / 1000 != CUDA) {
      return CudaStatus.unavailable(
          runtime.get().path() + " is CUDA " + text(version) + ", drsn needs 13" + remedy());
    }
    for (String name : List.of("libcublasLt.so.13", "libcublas.so.13")) {
      if (folders.open(name).isEmpty()) {
        return CudaStatus.unavailable(missing(name, "nvidia-cublas"));
      }
    }
    long cudnn = 0;
    for (String name : CUDNN_PARTS) {
      Optional<NativeLibrary> part = folders.open(name);
      if (part.isEmpty()) {
        return CudaStatus.unavailable(missing(name, "nvidia-cudnn-cu13"));
      }
      if (cudnn == 0) {
        cudnn = part.get().size("cudnnGetVersion");
        long madeFor = part.get().size("cudnnGetCudartVersion");
        if (cudnn / 10000 != CUDNN || madeFor / 1000 != CUDA) {
          return CudaStatus.unavailable(
              part.get().path()
                  + " is cuDNN "
                  + cudnnText(cudnn)
                  + " for CUDA "
                  + text((int) madeFor)
                  + ", drsn needs cuDNN 9 for CUDA 13"
                  + remedy());
        }
      }
    }
    Path folder = Path.of(runtime.get().path()).getParent();
    return new CudaStatus(
        "",
        driver,
        text(version),
        cudnnText(cudnn),
        folder == null ? "" : folder.toString(),
        List.copyOf(gpus),
        folders);
  }

  static String missing(String library, String packaged) {
    return library
        + " not found; install CUDA 13 and cuDNN 9, or: pip install "
        + packaged
        + "; other places can be named in "
        + LibraryFolders.VARIABLE;
  }

  private static String remedy() {
    return "; name the folder of the right one in " + LibraryFolders.VARIABLE;
  }

  private String visible() {
    String devices = environment.get("CUDA_VISIBLE_DEVICES");
    return devices == null
        ? "; look at nvidia-smi, and give containers their GPUs (docker run --gpus all)"
        : " with CUDA_VISIBLE_DEVICES=" + devices + "; set it to the number of one or unset it";
  }

  /** What an error of {@code cuInit} means to who has to do something about it. */
  private String initialisation(int error) {
    return switch (error) {
      case 100 -> "the driver shows no GPU" + visible();
      case 2 -> "the driver has no memory left to start; end other processes on the GPU";
      case 214 -> "the GPU reports a memory (ECC) error; reset it or restart the machine";
      case 802 -> "the GPUs' fabric is not ready (error 802); start nvidia-fabricmanager";
      case 803 ->
          "the NVIDIA driver's library and its kernel module are of different versions (error 803);"
              + " restart the machine";
      default -> "the NVIDIA driver does not start (error " + error + "); look at nvidia-smi";
    };
  }

  private static List<Gpu> gpus(NativeLibrary driver, MemorySegment number, Arena arena) {
    check("cuDeviceGetCount", driver.call("cuDeviceGetCount", number));
    int count = number.get(ValueLayout.JAVA_INT, 0);
    List<Gpu> gpus = new ArrayList<>();
    MemorySegment name = arena.allocate(256);
    MemorySegment memory = arena.allocate(ValueLayout.JAVA_LONG);
    for (int i = 0; i < count; i++) {
      check("cuDeviceGet", driver.call("cuDeviceGet", number, i));
      int device = number.get(ValueLayout.JAVA_INT, 0);
      check("cuDeviceGetName", driver.call("cuDeviceGetName", name, 256, device));
      check("cuDeviceTotalMem", driver.call("cuDeviceTotalMem_v2", memory, device));
      int capability =
          10 * attribute(driver, number, COMPUTE_MAJOR, device)
              + attribute(driver, number, COMPUTE_MINOR, device);
      gpus.add(new Gpu(i, name.getString(0), capability, memory.get(ValueLayout.JAVA_LONG, 0)));
    }
    return gpus;
  }

  private static int attribute(
      NativeLibrary driver, MemorySegment number, int attribute, int device) {
    check("cuDeviceGetAttribute", driver.call("cuDeviceGetAttribute", number, attribute, device));
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  private static int version(NativeLibrary library, String function, MemorySegment number) {
    check(function, library.call(function, number));
    return number.get(ValueLayout.JAVA_INT, 0);
  }

  private static void check(String function, int error) {
    if (error != 0) {
      throw new IllegalStateException(function + " fails with error " + error);
    }
  }

  /** As {@code 13.1}. */
  private static String text(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /** As {@code 9.19.0}. */
  private static String cudnnText(long version) {
    return version / 10000 + "." + version % 10000 / 100 + "." + version % 100;
  }
}
