package dev.drsn.engine.cuda;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.kernels.KernelSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Compiles kernels for the very GPU where the jar has no machine code, by NVRTC; what it made is
 * kept in a file named after source, architecture and version.
 */
final class KernelCompiler {

  private KernelCompiler() {}

  /** Machine code of a family for a compute capability. */
  static byte[] compile(KernelSource source, int capability, LibraryFolders folders) {
    NativeLibrary nvrtc =
        folders
            .open("libnvrtc.so.13")
            .orElseThrow(
                () -> new DrsnException(CudaProbe.missing("libnvrtc.so.13", "nvidia-cuda-nvrtc")));
    String text = source.text();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment major = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment minor = arena.allocate(ValueLayout.JAVA_INT);
      check(nvrtc.call("nvrtcVersion", major, minor), source, "");
      String key =
          text
              + capability
              + " "
              + major.get(ValueLayout.JAVA_INT, 0)
              + "."
              + minor.get(ValueLayout.JAVA_INT, 0);
      Path kept = folder().resolve(source.name() + "-" + hash(key) + ".cubin");
      if (Files.isReadable(kept)) {
        return Files.readAllBytes(kept);
      }
      byte[] image = compile(nvrtc, source, text, capability, arena);
      keep(kept, image);
      return image;
    } catch (IOException e) {
      throw new DrsnException("kernels in " + folder() + " cannot be read; delete the folder", e);
    }
  }

  private static byte[] compile(
      NativeLibrary nvrtc, KernelSource source, String text, int capability, Arena arena) {
    MemorySegment handle = arena.allocate(ValueLayout.ADDRESS);
    MemorySegment none = MemorySegment.NULL;
    check(
        nvrtc.call(
            "nvrtcCreateProgram",
            handle,
            arena.allocateFrom(text),
            arena.allocateFrom(source.name() + ".cu"),
            0,
            none,
            none),
        source,
        "");
    MemorySegment program = handle.get(ValueLayout.ADDRESS, 0);
    try {
      List<String> options =
          List.of("--gpu-architecture=sm_" + capability, "--std=c++17", "-lineinfo");
      MemorySegment array = arena.allocate(ValueLayout.ADDRESS, options.size());
      for (int i = 0; i < options.size(); i++) {
        array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(options.get(i)));
      }
      int error = nvrtc.call("nvrtcCompileProgram", program, options.size(), array);
      check(error, source, error == 0 ? "" : log(nvrtc, program, arena));
      MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
      check(nvrtc.call("nvrtcGetCUBINSize", program, size), source, "");
      MemorySegment image = arena.allocate(size.get(ValueLayout.JAVA_LONG, 0));
      check(nvrtc.call("nvrtcGetCUBIN", program, image), source, "");
      return image.toArray(ValueLayout.JAVA_BYTE);
    } finally {
      nvrtc.call("nvrtcDestroyProgram", handle);
    }
  }

  private static String log(NativeLibrary nvrtc, MemorySegment program, Arena arena) {
    MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
    nvrtc.call("nvrtcGetProgramLogSize", program, size);
    MemorySegment text = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)));
    nvrtc.call("nvrtcGetProgramLog", program, text);
    return ": " + text.getString(0).lines().findFirst().orElse("");
  }

  private static void check(int error, KernelSource source, String log) {
    if (error != 0) {
      throw new DrsnException(
          "NVRTC does not compile the kernels "
              + source.name()
              + " (error "
              + error
              + ")"
              + log
              + "; use a drsn that was built with nvcc");
    }
  }

  private static Path folder() {
    String base = System.getenv("XDG_CACHE_HOME");
    // The standard has relative paths ignored.
    return (base != null && base.startsWith("/")
            ? Path.of(base, "drsn")
            : Path.of(System.getProperty("user.home"), ".cache", "drsn"))
        .resolve("kernels");
  }

  /** A folder that cannot be written costs the time to compile anew, nothing else. */
  private static void keep(Path kept, byte[] image) {
    try {
      Files.createDirectories(kept.getParent());
      AtomicFile.write(kept, out -> out.write(image));
    } catch (IOException | DrsnException e) {
      return;
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
