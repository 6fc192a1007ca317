package dev.drsn.trainer.train;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a training leaves behind:
 *
 * <pre>
 *   args.json               everything that decided the result
 *   results.csv             a line an epoch
 *   best.safetensors        the model of the best epoch
 *   last.safetensors        the model of the last epoch
 *   checkpoint.safetensors  what --resume goes on from
 *   curves.png  confusion.png  classes.png  calibration.png
 *   evaluation.json         of the best model on the valid images
 *   MODEL.md                the best model's card
 * </pre>
 *
 * <p>Every file is written whole or not at all, the checkpoint last in an epoch: what a kill in
 * between leaves is overwritten with the same again by the run that resumes.
 */
public record RunFolder(Path path) {

  /**
   * A folder for a new run; it is made when the first file is written.
   *
   * @throws DrsnException where there is one already that is not empty
   */
  public static RunFolder fresh(Path path) {
    if (Files.exists(path) && !isEmptyFolder(path)) {
      throw new DrsnException(
          "run folder " + path + " exists; choose another --out or --resume " + path);
    }
    return new RunFolder(path);
  }

  /** The folder of an earlier run. */
  public static RunFolder existing(Path path) {
    RunFolder folder = new RunFolder(path);
    if (!Files.isRegularFile(folder.argumentsFile())) {
      throw new DrsnException(
          path + " is no run folder: it has no args.json; name the --out of an earlier training");
    }
    return folder;
  }

  private static boolean isEmptyFolder(Path path) {
    if (!Files.isDirectory(path)) {
      return false;
    }
    // What a kill within a first write leaves is nothing.
    try (Stream<Path> files = Files.list(path)) {
      return files.allMatch(file -> file.getFileName().toString().endsWith(".partial"));
    } catch (IOException e) {
      throw new DrsnException(path + " cannot be read: " + e.getMessage(), e);
    }
  }

  void create() {
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new DrsnException("cannot make the folder " + path + ": " + e.getMessage(), e);
    }
  }

  /** The arguments of the run. */
  public Arguments arguments() {
    return Arguments.read(argumentsFile());
  }

  /** All that decided the run; the first file of it. */
  public Path argumentsFile() {
    return path.resolve("args.json");
  }

  /** The model of the best epoch. */
  public Path best() {
    return path.resolve("best.safetensors");
  }

  /** The model of the last epoch. */
  public Path last() {
    return path.resolve("last.safetensors");
  }

  Path checkpoint() {
    return path.resolve("checkpoint.safetensors");
  }

  Path results() {
    return path.resolve("results.csv");
  }

  Path curves() {
    return path.resolve("curves.png");
  }

  Path evaluation() {
    return path.resolve("evaluation.json");
  }

  Path card() {
    return path.resolve("MODEL.md");
  }

  /** The lines of results.csv up to this epoch; those after it were written but not finished. */
  public List<EpochResult> results(int epochs) {
    if (!Files.exists(results())) {
      return List.of();
    }
    return EpochResult.read(results()).stream().filter(r -> r.epoch() <= epochs).toList();
  }
}
