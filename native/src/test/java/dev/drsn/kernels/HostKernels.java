package dev.drsn.kernels;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * All kernels as a shared library for this machine's processor, made by the C++ compiler with
 * {@code cuda_on_cpu.h}, which runs every CUDA thread as a fibre. Compiled once for the same
 * sources, into {@code target} of the module whose tests run.
 */
public final class HostKernels {

  /** A launch's extents. */
  public record Geometry(
      int gridX, int gridY, int gridZ, int blockX, int blockY, int cluster, int shared) {

    /** Blocks of 256 threads, no cluster, no dynamic shared memory. */
    public static Geometry of(int gridX, int gridY, int gridZ) {
      return new Geometry(gridX, gridY, gridZ, 256, 1, 1, 0);
    }
  }

  private static HostKernels loaded;

  private final MethodHandle launch;
  private final MethodHandle message;
  private final MethodHandle names;
  private final MethodHandle parameters;
  private final MethodHandle sites;
  private final MethodHandle skip;

  private HostKernels(Path library) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor text = FunctionDescriptor.of(ADDRESS);
    launch =
        linker.downcallHandle(
            symbols.findOrThrow("cuda_on_cpu_launch"),
            FunctionDescriptor.of(
                JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_LONG, ADDRESS, JAVA_INT));
    message = linker.downcallHandle(symbols.findOrThrow("cuda_on_cpu_message"), text);
    names = linker.downcallHandle(symbols.findOrThrow("cuda_on_cpu_names"), text);
    parameters =
        linker.downcallHandle(
            symbols.findOrThrow("cuda_on_cpu_parameters"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    sites = linker.downcallHandle(symbols.findOrThrow("cuda_on_cpu_sites"), text);
    skip =
        linker.downcallHandle(
            symbols.findOrThrow("cuda_on_cpu_skip"), FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
  }

  /** The C++ compiler on the PATH, if there is one. */
  public static Optional<Path> compiler() {
    for (String name : List.of("g++", "clang++")) {
      for (String folder : System.getenv("PATH").split(":", -1)) {
        Path path = Path.of(folder, name);
        if (Files.isExecutable(path)) {
          return Optional.of(path);
        }
      }
    }
    return Optional.empty();
  }

  /** The library, for other processes and simulated drivers: path of the compiled file. */
  public static Path library() throws IOException, InterruptedException {
    Path header = Path.of("cuda_on_cpu.h");
    byte[] runtime;
    try (var in = HostKernels.class.getResourceAsStream(header.toString())) {
      runtime = in.readAllBytes();
    }
    List<String> sources = new ArrayList<>();
    for (KernelSource source : KernelSource.all()) {
      sources.add("#include \"cuda_on_cpu.h\"\n" + source.text());
    }
    sources.add("#define CUDA_ON_CPU_EXPORTS\n#include \"cuda_on_cpu.h\"\n");
    MessageDigest digest = sha256();
    digest.update(runtime);
    sources.forEach(source -> digest.update(source.getBytes(StandardCharsets.UTF_8)));
    String hash = HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    Path folder = Path.of("target", "host-kernels");
    Path library = folder.resolve("kernels-" + hash + ".so").toAbsolutePath();
    if (!Files.exists(library)) {
      Files.createDirectories(folder);
      Path work = Files.createTempDirectory(folder, "build");
      Files.write(work.resolve(header), runtime);
      build(work, sources);
      Files.move(work.resolve("kernels.so"), library, StandardCopyOption.ATOMIC_MOVE);
    }
    return library;
  }

  private static void build(Path work, List<String> sources)
      throws IOException, InterruptedException {
    Path compiler =
        compiler().orElseThrow(() -> new IllegalStateException("no g++ or clang++ on the PATH"));
    List<Process> running = new ArrayList<>();
    List<String> link =
        new ArrayList<>(List.of(compiler.toString(), "-shared", "-o", "kernels.so"));
    for (int i = 0; i < sources.size(); i++) {
      Files.writeString(work.resolve(i + ".cpp"), sources.get(i));
      link.add(i + ".o");
      // No fused multiply-add: preprocess.cu says where it wants none, and gets none here at all.
      running.add(
          start(
              work,
              List.of(
                  compiler.toString(),
                  "-std=c++17",
                  "-O1",
                  "-fPIC",
                  "-ffp-contract=off",
                  "-U_FORTIFY_SOURCE",
                  "-c",
                  i + ".cpp")));
    }
    for (Process process : running) {
      finish(work, process);
    }
    finish(work, start(work, link));
  }

  private static Process start(Path work, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .directory(work.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(work.resolve("log").toFile()))
        .start();
  }

  private static void finish(Path work, Process process) throws IOException, InterruptedException {
    if (process.waitFor() != 0) {
      throw new IllegalStateException(
          "the C++ compiler failed:\n" + Files.readString(work.resolve("log")));
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The library, loaded. */
  public static synchronized HostKernels load() {
    if (loaded == null) {
      try {
        loaded = new HostKernels(library());
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException("the kernels cannot be compiled for the host", e);
      }
    }
    return loaded;
  }

  /** Names of all kernels. */
  public List<String> names() {
    return lines(names);
  }

  /** Bytes of each of a kernel's parameters. */
  public int[] parameters(String kernel) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sizes = arena.allocate(JAVA_INT, 64);
      int count = (int) parameters.invokeExact(arena.allocateFrom(kernel), sizes, 64);
      if (count < 0) {
        throw new IllegalArgumentException("there is no kernel " + kernel);
      }
      return sizes.asSlice(0, 4L * count).toArray(JAVA_INT);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  /**
   * Runs a kernel.
   *
   * @param reverse whether threads and blocks take turns from the last to the first
   * @param arguments MemorySegment (null: a null pointer), Integer, Long or Float each
   * @throws IllegalStateException with what the run-time header found wrong
   */
  public void launch(String kernel, Geometry geometry, boolean reverse, Object... arguments) {
    int[] sizes = parameters(kernel);
    if (sizes.length != arguments.length) {
      throw new IllegalArgumentException(
          kernel + " has " + sizes.length + " parameters, not " + arguments.length);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointers = arena.allocate(ADDRESS, Math.max(1, arguments.length));
      for (int i = 0; i < arguments.length; i++) {
        MemorySegment argument = argument(arena, arguments[i]);
        if (argument.byteSize() != sizes[i]) {
          throw new IllegalArgumentException(
              kernel + ": parameter " + i + " has " + sizes[i] + " bytes, not " + arguments[i]);
        }
        pointers.setAtIndex(ADDRESS, i, argument);
      }
      int failed =
          (int)
              launch.invokeExact(
                  arena.allocateFrom(kernel),
                  geometry.gridX,
                  geometry.gridY,
                  geometry.gridZ,
                  geometry.blockX,
                  geometry.blockY,
                  1,
                  geometry.cluster,
                  (long) geometry.shared,
                  pointers,
                  reverse ? 1 : 0);
      if (failed != 0) {
        throw new IllegalStateException(text(message));
      }
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static MemorySegment argument(Arena arena, Object value) {
    return switch (value) {
      case null -> arena.allocateFrom(ADDRESS, MemorySegment.NULL);
      case MemorySegment pointer -> arena.allocateFrom(ADDRESS, pointer);
      case Integer number -> arena.allocateFrom(JAVA_INT, number);
      case Long number -> arena.allocateFrom(JAVA_LONG, number);
      case Float number -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, number);
      default -> throw new IllegalArgumentException("no kernel parameter: " + value);
    };
  }

  /** Barriers and shuffles that launches reached since the last call, {@code FILE:LINE}. */
  public List<String> sites() {
    return lines(sites);
  }

  /** Switches one barrier or shuffle off ({@code FILE:LINE}), or all on again (empty). */
  public void skip(String site) {
    int colon = site.lastIndexOf(':');
    String file = colon < 0 ? "" : site.substring(0, colon);
    int line = colon < 0 ? 0 : Integer.parseInt(site.substring(colon + 1));
    try (Arena arena = Arena.ofConfined()) {
      skip.invokeExact(arena.allocateFrom(file), line);
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static List<String> lines(MethodHandle function) {
    try {
      return text(function).lines().toList();
    } catch (Throwable e) {
      throw rethrown(e);
    }
  }

  private static String text(MethodHandle function) throws Throwable {
    return ((MemorySegment) function.invokeExact()).reinterpret(1 << 20).getString(0);
  }

  private static RuntimeException rethrown(Throwable e) {
    if (e instanceof RuntimeException known) {
      return known;
    }
    return new IllegalStateException(e);
  }
}
