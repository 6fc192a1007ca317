package dev.drsn.engine.cuda;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where CUDA's libraries may lie beside the loader's own places: CUDA's folder, the driver's in
 * containers and under WSL, and Python's packages, which bring them along with PyTorch.
 *
 * @param first what the user names: before the loader's places
 * @param then the usual places: after them
 */
record LibraryFolders(List<Path> first, List<Path> then) {

  /** Names folders to look in first, separated like those of {@code PATH}. */
  static final String VARIABLE = "DRSN_CUDA_PATH";

  /** The folders of an environment. */
  static LibraryFolders of(Map<String, String> environment) {
    return new LibraryFolders(named(environment), usual(environment));
  }

  /** Opens a library: from the first folders, the loader's own places, or the others. */
  Optional<NativeLibrary> open(String name) {
    return NativeLibrary.open(name, first, then);
  }

  /** The folders that the user names; each with its {@code lib} and {@code lib64}. */
  static List<Path> named(Map<String, String> environment) {
    List<Path> folders = new ArrayList<>();
    for (String entry : environment.getOrDefault(VARIABLE, "").split(File.pathSeparator)) {
      if (!entry.isBlank()) {
        Path folder = Path.of(entry);
        folders.add(folder);
        folders.add(folder.resolve("lib64"));
        folders.add(folder.resolve("lib"));
        folders.addAll(packages(folder));
      }
    }
    return folders;
  }

  /** The usual places, most likely first. */
  static List<Path> usual(Map<String, String> environment) {
    List<Path> folders = new ArrayList<>();
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      if (environment.containsKey(variable)) {
        folders.add(Path.of(environment.get(variable), "lib64"));
      }
    }
    folders.add(Path.of("/usr/local/cuda/lib64"));
    folders.addAll(matching(Path.of("/usr/local"), "cuda-13*", "lib64"));
    folders.add(Path.of("/usr/local/nvidia/lib64"));
    folders.add(Path.of("/usr/lib/wsl/lib"));
    List<Path> prefixes = new ArrayList<>();
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      if (environment.containsKey(variable)) {
        prefixes.add(Path.of(environment.get(variable)));
      }
    }
    for (String entry : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
      // Not resolved: a virtual environment's python3 is a link to another's.
      if (!entry.isBlank() && Files.isExecutable(Path.of(entry, "python3"))) {
        Path parent = Path.of(entry).toAbsolutePath().getParent();
        if (parent != null) {
          prefixes.add(parent);
        }
      }
    }
    if (environment.containsKey("HOME")) {
      prefixes.add(Path.of(environment.get("HOME"), ".local"));
    }
    prefixes.add(Path.of("/usr/local"));
    prefixes.add(Path.of("/usr"));
    for (Path prefix : prefixes) {
      for (String packages : List.of("site-packages", "dist-packages")) {
        matching(prefix.resolve("lib"), "python3*", packages)
            .forEach(folder -> folders.addAll(packages(folder)));
      }
    }
    return folders;
  }

  /** {@code nvidia/cu13/lib}, {@code nvidia/cudnn/lib} and their like under a packages folder. */
  private static List<Path> packages(Path folder) {
    return matching(folder.resolve("nvidia"), "*", "lib");
  }

  private static List<Path> matching(Path folder, String pattern, String below) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry.resolve(below))) {
          found.add(entry.resolve(below));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // A folder that may not be read holds nothing for us.
      return List.of();
    }
    found.sort(null);
    return found;
  }
}
