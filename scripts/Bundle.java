import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Lays out what {@code scripts/bundle} packs: a Java runtime with the modules that the jars use,
 * and the jars with what drsn uses of them. Jars are stored, not compressed: xz sees through them
 * then and makes the whole a third smaller.
 *
 * <p>Of JavaCPP's presets stays what is reached from drsn's classes: the glue of each preset whose
 * {@code global} class one of them names, the libraries which that glue names as needed, and so on;
 * the presets' classes of that glue; other files whose names stand in a class of drsn. No list of
 * libraries is kept by hand; that enough stays is seen by running the tests from the bundle.
 *
 * <p>OpenCV needs OpenBLAS to load, and calls it for matrices above 25 rows, which drsn gives to
 * its own kernels. In its place stands a library of the same name and functions, each of which
 * throws: a tenth of the bundle less, and an exception in Java, not a crash, if that ever changes.
 *
 * <p>Arguments: a folder of jars, with jars for the bundle's {@code lib} and folders for folders of
 * it; the folder to fill; and presets to leave out.
 */
final class Bundle {

  private static final Pattern GLOBAL = Pattern.compile("org/bytedeco/(\\w+)/global/(\\w+)");
  private static final Pattern PRESETS = Pattern.compile("org/bytedeco/(\\w+)/presets/(\\w+)");
  private static final Pattern PRESET_CLASS =
      Pattern.compile("org/bytedeco/(\\w+)/(\\w+)/(\\w+).*\\.class");

  private static final String BLAS = "libopenblas.so.0";

  private final Path jars;
  private final Path target;
  private final Set<String> without;

  /** Constants of drsn's own classes that may name a file. */
  private final Set<String> constants = new HashSet<>();

  /** Presets that drsn's classes name, as {@code opencv/opencv_core}. */
  private final Set<String> named = new TreeSet<>();

  /** The same, and those that they build on: classes of these stay. */
  private final Set<String> classes = new TreeSet<>();

  /** What is called of OpenBLAS. */
  private final Set<String> blasFunctions = new TreeSet<>();

  private Bundle(Path jars, Path target, Set<String> without) {
    this.jars = jars;
    this.target = target;
    this.without = without;
  }

  public static void main(String[] args) throws IOException {
    Set<String> without = new HashSet<>(Arrays.asList(args).subList(2, args.length));
    new Bundle(Path.of(args[0]), Path.of(args[1]), without).layOut();
  }

  private void layOut() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(jars)) {
      all = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    SmallRuntime.link(all, target.resolve("runtime"));
    for (Path jar : all) {
      if (name(jar).startsWith("drsn-")) {
        readConstants(jar);
      }
    }
    readPresets(all);
    Set<String> libraries = libraries(all);
    for (Path jar : all) {
      Path copy = target.resolve("lib").resolve(jars.relativize(jar));
      Files.createDirectories(copy.getParent());
      copy(jar, copy, libraries);
    }
    System.out.println("native libraries: " + String.join(" ", new TreeSet<>(libraries)));
  }

  private static String name(Path jar) {
    return jar.getFileName().toString();
  }

  private void readConstants(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        if (entry.getName().endsWith(".class")) {
          for (String text : constants(zip.getInputStream(entry).readAllBytes())) {
            constants.add(text);
            named.addAll(presets(GLOBAL, text));
          }
        }
      }
    }
  }

  private Set<String> presets(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .filter(found -> !without.contains(found.group(1)))
        .map(found -> found.group(1) + "/" + found.group(2))
        .collect(Collectors.toSet());
  }

  /** What each preset inherits stands in the annotations of its class of properties. */
  private void readPresets(List<Path> all) throws IOException {
    Map<String, Set<String>> inherits = new HashMap<>();
    for (Path jar : all) {
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry entry : zip.stream().toList()) {
          Matcher matcher = PRESETS.matcher(entry.getName());
          if (matcher.lookingAt() && entry.getName().endsWith(".class")) {
            Set<String> to =
                inherits.computeIfAbsent(
                    matcher.group(1) + "/" + matcher.group(2), _ -> new TreeSet<>());
            for (String text : constants(zip.getInputStream(entry).readAllBytes())) {
              to.addAll(presets(PRESETS, text));
            }
          }
        }
      }
    }
    Deque<String> open = new ArrayDeque<>(named);
    while (!open.isEmpty()) {
      String next = open.poll();
      if (classes.add(next)) {
        open.addAll(inherits.getOrDefault(next, Set.of()));
      }
    }
  }

  /** The text in a class file's constant pool: names of classes, and strings. */
  private static List<String> constants(byte[] classFile) throws IOException {
    List<String> texts = new ArrayList<>();
    var in = new DataInputStream(new ByteArrayInputStream(classFile));
    in.skipNBytes(8);
    int count = in.readUnsignedShort();
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts.add(in.readUTF());
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        default -> throw new IOException("a class file has constants of kind " + tag);
      }
    }
    return texts;
  }

  /** The libraries to keep, by the names of their files. */
  private Set<String> libraries(List<Path> all) throws IOException {
    Map<String, List<String>> needs = new HashMap<>();
    Map<String, List<String>> imports = new HashMap<>();
    Set<String> exported = new HashSet<>();
    for (Path jar : all) {
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry entry : zip.stream().toList()) {
          if (library(entry)) {
            Elf elf = new Elf(zip.getInputStream(entry).readAllBytes());
            needs.put(file(entry), elf.needed());
            if (file(entry).equals(BLAS)) {
              exported.addAll(elf.symbols(true));
            } else if (elf.needed().contains(BLAS)) {
              imports.put(file(entry), elf.symbols(false));
            }
          }
        }
      }
    }
    // Of what OpenBLAS needs nothing is needed by what takes its place.
    needs.computeIfPresent(BLAS, (_, _) -> List.of());
    Set<String> kept = new TreeSet<>();
    Deque<String> open = new ArrayDeque<>(List.of("libjnijavacpp.so"));
    named.forEach(each -> open.add("libjni" + each.substring(each.indexOf('/') + 1) + ".so"));
    while (!open.isEmpty()) {
      String next = open.poll();
      if (needs.containsKey(next) && kept.add(next)) {
        open.addAll(needs.get(next));
      }
    }
    imports.keySet().retainAll(kept);
    imports.values().forEach(blasFunctions::addAll);
    blasFunctions.retainAll(exported);
    return kept;
  }

  /**
   * OpenBLAS's functions that OpenCV's libraries call, each of them throwing what Java can catch.
   */
  private byte[] refusingBlas() throws IOException {
    Path folder = Files.createTempDirectory("blas");
    Path source = folder.resolve("blas.cpp");
    Path library = folder.resolve(BLAS);
    StringBuilder text =
        new StringBuilder(
            """
            #include <stdexcept>
            #include <string>
            static void refuse(const char* what) {
              throw std::runtime_error(std::string(what) + ": this bundle of drsn has no OpenBLAS");
            }
            """);
    for (String name : blasFunctions) {
      text.append("extern \"C\" void " + name + "() { refuse(\"" + name + "\"); }\n");
    }
    Files.writeString(source, text);
    List<String> command = new ArrayList<>(List.of("g++", "-shared", "-fPIC", "-O1", "-s"));
    command.addAll(List.of("-Wl,-soname," + BLAS, "-o", library.toString(), source.toString()));
    Process compiler = new ProcessBuilder(command).inheritIO().start();
    try {
      if (compiler.waitFor() != 0) {
        throw new IOException("g++ does not compile " + source);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return Files.readAllBytes(library);
  }

  private static boolean library(ZipEntry entry) {
    return entry.getName().startsWith("org/bytedeco/")
        && file(entry).matches("lib.*\\.so(\\.\\d+)*");
  }

  private static String file(ZipEntry entry) {
    return entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
  }

  private void copy(Path jar, Path copy, Set<String> libraries) throws IOException {
    int kept = 0;
    try (ZipFile zip = new ZipFile(jar.toFile());
        var out = new ZipOutputStream(Files.newOutputStream(copy))) {
      out.setMethod(ZipOutputStream.STORED);
      for (ZipEntry entry : zip.stream().toList()) {
        if (entry.isDirectory() || !keeps(entry, libraries)) {
          continue;
        }
        byte[] bytes =
            file(entry).equals(BLAS) ? refusingBlas() : zip.getInputStream(entry).readAllBytes();
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry stored = new ZipEntry(entry.getName());
        stored.setSize(bytes.length);
        stored.setCrc(crc.getValue());
        stored.setTime(entry.getTime());
        out.putNextEntry(stored);
        out.write(bytes);
        kept += entry.getName().startsWith("META-INF/") ? 0 : 1;
      }
    }
    if (kept == 0) {
      Files.delete(copy);
    } else {
      Files.setLastModifiedTime(copy, Files.getLastModifiedTime(jar));
    }
  }

  private boolean keeps(ZipEntry entry, Set<String> libraries) {
    String path = entry.getName();
    if (path.startsWith("META-INF/native-image/")
        || path.startsWith("META-INF/maven/org.bytedeco")) {
      return false;
    }
    if (!path.startsWith("org/bytedeco/") || path.startsWith("org/bytedeco/javacpp/")) {
      return !library(entry) || libraries.contains(file(entry));
    }
    if (library(entry)) {
      return libraries.contains(file(entry));
    }
    Matcher matcher = PRESET_CLASS.matcher(path);
    if (!matcher.matches()) {
      // A file of data stays where it is named.
      return constants.contains(file(entry));
    }
    // org/bytedeco/opencv/opencv_core/Mat, .../global/opencv_core, .../presets/opencv_core
    String preset = matcher.group(1) + "/";
    return switch (matcher.group(2)) {
      case "global" -> named.contains(preset + matcher.group(3));
      case "presets", "helper" -> !without.contains(matcher.group(1));
      default -> classes.contains(preset + matcher.group(2));
    };
  }
}
