package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;

/** The pictures that are named: arguments of every command that looks at single ones. */
final class PictureArguments {

  private static final List<String> ENDINGS =
      List.of(".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp");

  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description = "Pictures, or folders of them (with all that is below).")
  private List<Path> images;

  /** The files, those of folders in the order of their names. */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (Path named : images) {
      if (!Files.isDirectory(named)) {
        files.add(named);
        continue;
      }
      try (Stream<Path> below = Files.walk(named)) {
        List<Path> found = below.filter(PictureArguments::isPicture).sorted().toList();
        if (found.isEmpty()) {
          throw new DrsnException("there are no pictures in " + named + "; name another folder");
        }
        files.addAll(found);
      } catch (IOException e) {
        throw new DrsnException(named + " cannot be read: " + e.getMessage(), e);
      }
    }
    return files;
  }

  /**
   * Reads and handles each picture. Where there are several, one with an error is named and left
   * out.
   *
   * @return the exit code: 1 where some were left out
   */
  int each(List<Path> files, Output output, BiConsumer<Path, Image> work) {
    int failed = 0;
    for (Path file : files) {
      try {
        work.accept(file, Image.read(file));
      } catch (DrsnException e) {
        if (files.size() == 1) {
          throw e;
        }
        output.err().println("drsn: " + e.getMessage());
        failed++;
      }
    }
    if (failed > 0) {
      output.err().println("drsn: " + failed + " of " + files.size() + " pictures left out");
    }
    return failed > 0 ? 1 : 0;
  }

  private static boolean isPicture(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !name.startsWith(".") && ENDINGS.stream().anyMatch(name::endsWith);
  }
}
