import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import com.google.googlejavaformat.java.StringWrapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks ({@code --check}) or sets ({@code --apply}) the format of every Java source below the
 * working directory, in google-java-format's style. Run by {@code mvn verify} and {@code
 * scripts/format}; a program of its own because the formatter needs a newer Java than Maven may run
 * on.
 */
final class Format {
  private static final Formatter FORMATTER = new Formatter();

  static void main(String[] args) throws IOException {
    if (args.length != 1 || !List.of("--check", "--apply").contains(args[0])) {
      System.err.println("usage: Format --check | --apply");
      System.exit(2);
    }
    boolean apply = args[0].equals("--apply");
    List<String> findings = new ArrayList<>();
    for (Path source : sources()) {
      String before = Files.readString(source);
      try {
        String after = format(before);
        if (!after.equals(before) && apply) {
          replace(source, after);
          System.out.println("formatted " + source);
        } else if (!after.equals(before)) {
          findings.add(source + ": not in google-java-format style; run scripts/format");
        }
      } catch (FormatterException e) {
        findings.add(source + ":" + e.diagnostics().getFirst());
      }
    }
    findings.forEach(System.err::println);
    System.exit(findings.isEmpty() ? 0 : 1);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> paths = Files.walk(Path.of(""))) {
      return paths
          .filter(path -> path.toString().endsWith(".java"))
          .filter(path -> !path.toString().contains("target/") && Files.isRegularFile(path))
          .sorted()
          .toList();
    }
  }

  private static String format(String source) throws FormatterException {
    String imports = ImportOrderer.reorderImports(source, Style.GOOGLE);
    String used = RemoveUnusedImports.removeUnusedImports(imports);
    return StringWrapper.wrap(FORMATTER.formatSource(used), FORMATTER);
  }

  private static void replace(Path source, String text) throws IOException {
    Path aside = source.resolveSibling(source.getFileName() + ".formatted");
    Files.writeString(aside, text);
    Files.move(aside, source, StandardCopyOption.ATOMIC_MOVE);
  }
}
