package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.weights.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model: an option of every command that reads one. */
public final class ModelOption {

  private static final String SHIPPED = "models/ferplus-drsn18-cw.safetensors";

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "A model file; default: the one that ships with drsn.")
  private Path file;

  /** Whether a model was named. */
  boolean given() {
    return file != null;
  }

  /** The one that was named, or the one that ships with drsn. */
  Path file() {
    return given() ? file : shipped();
  }

  /** The file's name without its ending. */
  String name() {
    return file().getFileName().toString().replaceFirst("\\.[^.]+$", "");
  }

  /** Reads the model. */
  Model read() {
    if (!given() && !Files.exists(shipped())) {
      throw new DrsnException(
          "the model that ships with drsn is not at " + shipped() + "; name one with --model");
    }
    return Model.read(file());
  }

  /**
   * Where the model that ships with drsn is: the launcher says where drsn is ({@code drsn.home}).
   */
  public static Path shipped() {
    return Path.of(System.getProperty("drsn.home", ".")).resolve(SHIPPED);
  }
}
