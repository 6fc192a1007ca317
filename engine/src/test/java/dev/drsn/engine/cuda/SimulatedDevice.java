package dev.drsn.engine.cuda;

import dev.drsn.kernels.HostKernels;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GPU for tests: the libraries of {@code simulated} under the names that the real ones have,
 * compiled once for the same source. There is one a process, because a process loads a library of a
 * name once.
 */
public final class SimulatedDevice {

  private static final List<String> EMPTY =
      List.of(
          "libcudart.so.13",
          "libcublasLt.so.13",
          "libcublas.so.13",
          "libcudnn_graph.so.9",
          "libcudnn_ops.so.9",
          "libcudnn_cnn.so.9",
          "libcudnn_adv.so.9",
          "libnvrtc.so.13");

  private static final List<String> SOURCES =
      List.of(
          "machine.h",
          "tensors.h",
          "control.cpp",
          "driver.cpp",
          "runtime.cpp",
          "dnn.cpp",
          "blas.cpp");

  private static SimulatedDevice loaded;

  private final Path folder;
  private final NativeLibrary library;

  private SimulatedDevice() throws IOException, InterruptedException {
    Map<String, byte[]> sources = new LinkedHashMap<>();
    int hash = 1;
    for (String name : SOURCES) {
      try (InputStream in = SimulatedDevice.class.getResourceAsStream("simulated/" + name)) {
        sources.put(name, in.readAllBytes());
      }
      hash = 31 * hash + Arrays.hashCode(sources.get(name));
    }
    folder = Path.of("target", "simulated-cuda-" + Integer.toHexString(hash)).toAbsolutePath();
    if (!Files.exists(folder)) {
      build(sources);
    }
    library =
        NativeLibrary.open("libcuda.so.1", List.of(folder), List.of())
            .orElseThrow(() -> new IllegalStateException("no libcuda.so.1 in " + folder));
    try (Arena arena = Arena.ofConfined()) {
      String kernels = HostKernels.library().toString();
      if (library.call("simulate_kernels", arena.allocateFrom(kernels)) != 0) {
        throw new IllegalStateException(kernels + " cannot be loaded");
      }
    }
  }

  /** Whether there is a C++ compiler to build it. */
  public static boolean possible() {
    return HostKernels.compiler().isPresent();
  }

  /** The device, as it is when a machine starts. */
  public static synchronized SimulatedDevice start() {
    try {
      if (loaded == null) {
        loaded = new SimulatedDevice();
      }
    } catch (IOException e) {
      throw new IllegalStateException("the simulated GPU cannot be built", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    loaded.machine(13000, 1, 90, 16384, 13010, 91900, 13010);
    return loaded;
  }

  private void build(Map<String, byte[]> sources) throws IOException, InterruptedException {
    Files.createDirectories(folder.getParent());
    Path work = Files.createTempDirectory(folder.getParent(), "simulated-cuda");
    for (Map.Entry<String, byte[]> source : sources.entrySet()) {
      Files.write(work.resolve(source.getKey()), source.getValue());
    }
    Files.writeString(work.resolve("empty.cpp"), "");
    List<String> common = List.of("-std=c++17", "-O2", "-fPIC", "-shared", "-Wl,-rpath,$ORIGIN");
    List<String> all =
        new ArrayList<>(SOURCES.stream().filter(name -> name.endsWith(".cpp")).toList());
    all.add("-ldl");
    compile(work, common, "libcuda.so.1", all.toArray(String[]::new));
    for (String name : EMPTY) {
      compile(work, common, name, "empty.cpp", "-Wl,--no-as-needed", "-L.", "-l:libcuda.so.1");
    }
    Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void compile(Path work, List<String> common, String name, String... more)
      throws IOException, InterruptedException {
    String compiler =
        HostKernels.compiler()
            .orElseThrow(() -> new IllegalStateException("no g++ or clang++ on the PATH"))
            .toString();
    List<String> command = new ArrayList<>(List.of(compiler));
    command.addAll(common);
    command.addAll(List.of("-Wl,-soname," + name, "-o", name));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(
          "the C++ compiler failed:\n" + Files.readString(work.resolve("log")));
    }
  }

  /** What the probe finds on this machine. */
  public CudaStatus status() {
    return CudaProbe.look(Map.of(LibraryFolders.VARIABLE, folder.toString()));
  }

  /** Opens the backend on it. */
  public CudaBackend open(CudaOptions options) {
    return CudaBackend.open(status(), options);
  }

  public CudaBackend open(Precision precision) {
    return open(CudaOptions.STANDARD.withPrecision(precision));
  }

  /** Another machine. */
  public void machine(
      int driver, int gpus, int capability, int megabytes, int runtime, int cudnn, int madeFor) {
    library.call("simulate_machine", driver, gpus, capability, megabytes, runtime, cudnn, madeFor);
  }

  /** Lets a call fail: that after so many more of the same function. */
  public void fail(String function, int after, int code) {
    try (Arena arena = Arena.ofConfined()) {
      library.call("simulate_failure", arena.allocateFrom(function), after, code);
    }
  }

  /** What was called since the last time. */
  public List<String> calls() {
    return text("simulated_calls").lines().toList();
  }

  /** What is not destroyed. */
  public List<String> leaks() {
    return text("simulated_leaks").lines().toList();
  }

  /** What went wrong on the device; empty for nothing. */
  public String message() {
    return text("simulated_message");
  }

  private String text(String function) {
    try {
      MemorySegment text =
          (MemorySegment)
              library.function(function, FunctionDescriptor.of(ValueLayout.ADDRESS)).invokeExact();
      return text.reinterpret(1L << 28).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException(function + " cannot be called", e);
    }
  }
}
