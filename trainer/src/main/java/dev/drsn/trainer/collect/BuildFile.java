package dev.drsn.trainer.collect;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The options and the seed of a set: all of its sources are searched in the same way. */
final class BuildFile {

  private static final String HEAD =
      "# How the faces were collected. With the seed, random names can be traced to files:"
          + " keep it.\n";

  private BuildFile() {}

  /**
   * The seed of a set, which is written down with the options where there is none yet.
   *
   * @param wanted the seed that was asked for, or null
   * @param fresh the seed of a new set for which none was asked
   * @throws DrsnException where the set was begun with others
   */
  static long seed(Path file, SequencedMap<String, String> options, Long wanted, long fresh) {
    if (!Files.exists(file)) {
      long seed = wanted == null ? fresh : wanted;
      StringBuilder text = new StringBuilder(HEAD);
      text.append("seed: \"").append(seed).append("\"\n");
      options.forEach((k, v) -> text.append(k).append(": \"").append(v).append("\"\n"));
      AtomicFile.write(file, text.toString());
      return seed;
    }
    Map<?, ?> there = read(file);
    options.forEach(
        (name, value) -> {
          Object other = there.get(name);
          if (!value.equals(other)) {
            throw new DrsnException(
                file
                    + ": the set was begun with "
                    + name
                    + " "
                    + other
                    + ", not "
                    + value
                    + "; use the same options or a new folder");
          }
        });
    try {
      long seed = Long.parseLong(String.valueOf(there.get("seed")));
      if (wanted != null && wanted != seed) {
        throw new DrsnException(
            file + ": the set was begun with another seed; leave --seed out, or use a new folder");
      }
      return seed;
    } catch (NumberFormatException e) {
      throw new DrsnException(file + " has no seed; restore it from a copy", e);
    }
  }

  private static Map<?, ?> read(Path file) {
    try {
      Object content =
          new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
      if (content instanceof Map<?, ?> map) {
        return map;
      }
    } catch (IOException | YamlEngineException e) {
      throw new DrsnException(file + " is damaged; restore it from a copy", e);
    }
    throw new DrsnException(file + " is damaged; restore it from a copy");
  }
}
