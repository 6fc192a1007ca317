import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Java with the modules that jars use, and of those without what drsn has no use for. */
final class SmallRuntime {

  /** Modules that no class names: the other end of an interface, found by its name at run time. */
  private static final String BY_NAME =
      "jdk.incubator.vector,jdk.jfr,jdk.crypto.ec,jdk.localedata,jdk.management,jdk.unsupported";

  /**
   * What java.desktop and java.xml have for windows, sound, printers and XML. drsn draws pictures
   * without any of these (XChart names some of Swing); they are a third of the runtime's classes.
   */
  private static final List<String> UNUSED_PACKAGES =
      List.of(
          "java.desktop/javax/swing/plaf",
          "java.desktop/javax/swing/text",
          "java.desktop/javax/swing/tree",
          "java.desktop/javax/swing/table",
          "java.desktop/sun/swing",
          "java.desktop/com/sun/java/swing",
          "java.desktop/com/sun/media",
          "java.desktop/javax/sound",
          "java.desktop/javax/print",
          "java.desktop/sun/print",
          "java.desktop/sun/awt/X11",
          "java.desktop/sun/awt/resources",
          "java.xml/com/sun/org/apache");

  private static final List<String> UNUSED_FILES =
      List.of("libawt_xawt", "libjawt", "libsplashscreen", "libjsound", "libprefs", "librmi")
          .stream()
          .map(name -> "**/" + name + ".so")
          .toList();

  private SmallRuntime() {}

  /** Links a runtime for these jars. */
  static void link(List<Path> all, Path target) throws IOException {
    String classPath = all.stream().map(Path::toString).collect(Collectors.joining(":"));
    List<String> jdeps =
        new ArrayList<>(
            List.of("--multi-release", "25", "--ignore-missing-deps", "--print-module-deps"));
    jdeps.addAll(List.of("-cp", classPath));
    all.stream().map(Path::toString).forEach(jdeps::add);
    Path unused = Files.write(Files.createTempFile("unused", ".txt"), unused());
    String modules = tool("jdeps", jdeps).lines().reduce((a, b) -> b).orElseThrow();
    tool(
        "jlink",
        List.of(
            "--add-modules=" + modules + "," + BY_NAME,
            "--output=" + target,
            "--compress=zip-0",
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--include-locales=en",
            "--vm=server",
            "--exclude-resources=@" + unused,
            "--exclude-files=" + String.join(",", UNUSED_FILES)));
    Files.delete(unused);
    System.out.println("modules: " + modules + "," + BY_NAME);
  }

  /** The unused packages but one file each, or jlink would miss a package. */
  private static List<String> unused() throws IOException {
    Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules");
    List<String> unused = new ArrayList<>();
    for (String each : UNUSED_PACKAGES) {
      try (Stream<Path> files = Files.walk(modules.resolve(each))) {
        Map<Path, List<Path>> packages =
            files.filter(Files::isRegularFile).collect(Collectors.groupingBy(Path::getParent));
        for (List<Path> one : packages.values()) {
          one.sort(Comparator.comparing(SmallRuntime::rank));
          one.stream().skip(1).forEach(file -> unused.add("/" + modules.relativize(file)));
        }
      }
    }
    return unused;
  }

  /** Small classes first. */
  private static long rank(Path file) {
    try {
      return file.toString().endsWith(".class") ? Files.size(file) : Long.MAX_VALUE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String tool(String name, List<String> arguments) {
    var out = new StringWriter();
    int code =
        ToolProvider.findFirst(name)
            .orElseThrow(
                () -> new IllegalStateException("this Java has no " + name + "; use a JDK"))
            .run(
                new PrintWriter(out),
                new PrintWriter(System.err, true),
                arguments.toArray(String[]::new));
    if (code != 0) {
      throw new IllegalStateException(name + " ended with code " + code + ": " + out);
    }
    return out.toString().strip();
  }
}
