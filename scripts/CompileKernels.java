import dev.drsn.kernels.KernelSource;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compiles the CUDA kernels ahead of time where nvcc is found: machine code for every architecture
 * of {@link KernelSource#ARCHITECTURES} and PTX for the oldest, one fatbin a source beside the
 * classes. Where there is no nvcc nothing is done: the engine then compiles at first use.
 *
 * <p>Writes a report of registers, stack and spills a kernel and architecture; a kernel that spills
 * is an error. Sources that have not changed since the last time are left alone.
 *
 * <p>Run with the classes on the class path: {@code CompileKernels FOLDER REPORT}.
 */
final class CompileKernels {
  private static final Pattern KERNEL =
      Pattern.compile("Compiling entry function '(\\w+)' for 'sm_(\\w+)'");
  private static final Pattern STACK =
      Pattern.compile("(\\d+) bytes stack frame, (\\d+) bytes spill stores");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");

  private CompileKernels() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    Path report = Path.of(args[1]);
    Path nvcc = nvcc();
    if (nvcc == null) {
      System.out.println("no nvcc on the PATH or in /usr/local/cuda/bin: kernels stay sources");
      return;
    }
    List<String> lines = new ArrayList<>();
    List<String> spills = new ArrayList<>();
    lines.add(
        String.format("%-40s %5s %10s %6s %6s", "kernel", "sm", "registers", "stack", "spill"));
    Path work = Files.createDirectories(report.toAbsolutePath().resolveSibling("kernels"));
    for (KernelSource source : KernelSource.all()) {
      String log = compile(nvcc, work, source);
      tell(log, lines, spills);
      Files.copy(
          work.resolve(source.name() + ".fatbin"),
          folder.resolve(source.name() + ".fatbin"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Files.write(report, lines);
    if (!spills.isEmpty()) {
      System.err.println("kernels that spill registers:");
      spills.forEach(System.err::println);
      System.exit(1);
    }
  }

  /** The compiler's report, of this run or of the one that made the fatbin. */
  private static String compile(Path nvcc, Path work, KernelSource source) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                nvcc.toString(),
                "-fatbin",
                "-std=c++17",
                "-lineinfo",
                "-compress-mode=size",
                "-Werror",
                "all-warnings",
                "-Xptxas=-v",
                "--threads=2"));
    for (int architecture : KernelSource.ARCHITECTURES) {
      command.add("-gencode=arch=compute_" + architecture + ",code=sm_" + architecture);
    }
    int oldest = KernelSource.ARCHITECTURES.getFirst();
    command.add("-gencode=arch=compute_" + oldest + ",code=compute_" + oldest);
    Path cu = work.resolve(source.name() + ".cu");
    Path fatbin = work.resolve(source.name() + ".fatbin");
    Path log = work.resolve(source.name() + ".log");
    Path stamp = work.resolve(source.name() + ".sha256");
    command.addAll(List.of("-o", fatbin.toString(), cu.toString()));
    String hash = sha256(command + source.text());
    if (Files.exists(fatbin) && Files.exists(stamp) && Files.readString(stamp).equals(hash)) {
      return Files.readString(log);
    }
    Files.writeString(cu, source.text());
    int code =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    String said = Files.readString(log);
    if (code != 0) {
      System.err.println(source.name() + ".cu does not compile:\n" + said);
      System.exit(1);
    }
    Files.writeString(stamp, hash);
    return said;
  }

  private static void tell(String log, List<String> lines, List<String> spills) {
    String kernel = "";
    String architecture = "";
    String stack = "";
    String spill = "";
    for (String line : log.lines().toList()) {
      Matcher entry = KERNEL.matcher(line);
      Matcher memory = STACK.matcher(line);
      Matcher registers = REGISTERS.matcher(line);
      if (entry.find()) {
        kernel = entry.group(1);
        architecture = entry.group(2);
      } else if (memory.find()) {
        stack = memory.group(1);
        spill = memory.group(2);
      } else if (registers.find()) {
        String row =
            String.format(
                "%-40s %5s %10s %6s %6s", kernel, architecture, registers.group(1), stack, spill);
        lines.add(row);
        if (!spill.equals("0")) {
          spills.add(row);
        }
      }
    }
  }

  private static String sha256(String text) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash);
  }

  private static Path nvcc() throws IOException {
    List<String> places = new ArrayList<>(List.of(System.getenv("PATH").split(File.pathSeparator)));
    places.add("/usr/local/cuda/bin");
    for (String place : places) {
      Path nvcc = Path.of(place, "nvcc");
      if (Files.isExecutable(nvcc)) {
        return nvcc.toRealPath();
      }
    }
    return null;
  }
}
