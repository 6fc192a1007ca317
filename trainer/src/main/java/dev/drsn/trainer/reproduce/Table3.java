package dev.drsn.trainer.reproduce;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.experiment.Fusion;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Table 3, kept in a file so that it is made once.
 *
 * @param tables accuracies by way of splitting and column, one a split
 */
public record Table3(SequencedMap<String, SequencedMap<String, List<Double>>> tables) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /**
   * Fits and tests.
   *
   * @param ways whether by subject, each
   * @param done is told of each accuracy, from any thread
   */
  public static Table3 of(Fusion fusion, List<Boolean> ways, Runnable done) {
    SequencedMap<String, SequencedMap<String, List<Double>>> tables = new LinkedHashMap<>();
    for (boolean bySubject : ways) {
      By by = bySubject ? By.SUBJECT : By.IMAGE;
      tables.put(by.label(), fusion.table(bySubject, _ -> done.run()));
    }
    return new Table3(tables);
  }

  /** Writes the file that {@link #read} reads. */
  public void write(Path file) {
    AtomicFile.write(file, JSON.writeValueAsString(tables) + "\n");
  }

  /** Reads what was made before. */
  public static Table3 read(Path file) {
    try {
      return new Table3(JSON.readValue(file, new TypeReference<>() {}));
    } catch (JacksonException e) {
      throw new DrsnException(
          file + " cannot be read: " + e.getOriginalMessage() + "; delete it to have it again", e);
    }
  }
}
