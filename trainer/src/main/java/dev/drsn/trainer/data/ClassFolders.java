package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A folder whose folders are the classes: {@code happy/1.png}, or {@code train/happy/1.png} and
 * {@code valid/happy/2.png}. Image files may lie deeper inside a class. Hidden files and files that
 * are not called like images are passed over.
 */
final class ClassFolders {
  private static final Set<String> ENDINGS =
      Set.of("png", "jpg", "jpeg", "bmp", "gif", "tif", "tiff", "webp");

  private ClassFolders() {}

  static DataSet read(Path root) {
    Map<Part, Path> parts = parts(root);
    TreeSet<String> labels = new TreeSet<>();
    for (Path part : parts.values()) {
      folders(part).forEach(f -> labels.add(f.getFileName().toString()));
    }
    List<String> order = List.copyOf(labels);
    List<Sample> samples = new ArrayList<>();
    boolean[] seen = new boolean[order.size()];
    parts.forEach(
        (part, folder) -> {
          for (Path classFolder : folders(folder)) {
            int label = order.indexOf(classFolder.getFileName().toString());
            for (Path image : images(classFolder)) {
              String name = root.relativize(image).toString().replace('\\', '/');
              samples.add(
                  Sample.of(name, new ImageSource.OnDisk(image), label, order.size(), "", part));
              seen[label] = true;
            }
          }
        });
    for (int k = 0; k < seen.length && !samples.isEmpty(); k++) {
      if (!seen[k]) {
        throw new DrsnException(
            root + " has no images in its class " + order.get(k) + "; fill or remove the folder");
      }
    }
    return new DataSet(root.toString(), order, samples);
  }

  /** The folders of the parts where all folders are called like parts, else the root itself. */
  private static Map<Part, Path> parts(Path root) {
    Map<Part, Path> parts = new LinkedHashMap<>();
    List<Path> folders = folders(root);
    for (Path folder : folders) {
      Part part = Part.of(folder.getFileName().toString());
      if (part != null && parts.put(part, folder) != null) {
        throw new DrsnException(root + " has two folders for its part " + part + "; keep one");
      }
    }
    if (!parts.isEmpty() && parts.size() < folders.size()) {
      throw new DrsnException(
          root
              + " has folders called like parts ("
              + parts.values().iterator().next().getFileName()
              + ") beside others; put classes inside parts, or have no parts");
    }
    return parts.isEmpty() ? Map.of(Part.NONE, root) : parts;
  }

  private static List<Path> folders(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(f -> Files.isDirectory(f) && !isHidden(f)).sorted().toList();
    } catch (IOException e) {
      throw new DrsnException(folder + " cannot be listed: " + e.getMessage(), e);
    }
  }

  private static List<Path> images(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> isImage(f) && Files.isRegularFile(f)).sorted().toList();
    } catch (IOException e) {
      throw new DrsnException(folder + " cannot be listed: " + e.getMessage(), e);
    }
  }

  private static boolean isImage(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return !isHidden(file) && ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
  }

  private static boolean isHidden(Path file) {
    return file.getFileName().toString().startsWith(".");
  }
}
