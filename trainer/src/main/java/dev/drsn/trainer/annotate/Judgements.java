package dev.drsn.trainer.annotate;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.collect.FaceRow;
import dev.drsn.trainer.collect.FaceSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What all annotators of a set have said so far, and what was settled since.
 *
 * @param byAnnotator judgements by face, for each annotator who has judged at all
 * @param settled judgements by face that outweigh all others
 */
public record Judgements(
    LabelSet labels,
    SortedMap<String, Map<String, String>> byAnnotator,
    Map<String, String> settled) {

  private static final String ENDING = ".csv";

  /**
   * Reads them.
   *
   * @throws DrsnException where nobody has judged anything, or a file is damaged
   */
  public static Judgements read(FaceSet set) {
    Path labelFile = set.folder().resolve("labels.yaml");
    Path folder = set.folder().resolve(Desk.FOLDER);
    if (!Files.exists(labelFile) || !Files.isDirectory(folder)) {
      throw nobody(set);
    }
    LabelSet labels = LabelSet.read(labelFile);
    Set<String> faces = Desk.ids(set.rows());
    SortedMap<String, Map<String, String>> by = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(ENDING) && !name.startsWith(".")) {
          Map<String, String> said = Journal.read(file, faces, words(labels));
          if (!said.isEmpty()) {
            by.put(name.substring(0, name.length() - ENDING.length()), said);
          }
        }
      }
    } catch (IOException e) {
      throw new DrsnException(folder + " cannot be listed: " + e.getMessage(), e);
    }
    if (by.isEmpty()) {
      throw nobody(set);
    }
    Path settledFile = settledFile(set);
    Map<String, String> settled =
        Files.exists(settledFile) ? Journal.read(settledFile, faces, words(labels)) : Map.of();
    return new Judgements(labels, by, settled);
  }

  private static DrsnException nobody(FaceSet set) {
    return new DrsnException(
        "nobody has judged faces of "
            + set.folder()
            + " yet; begin with 'drsn dataset annotate --data "
            + set.folder()
            + " --annotator NAME'");
  }

  static Path settledFile(FaceSet set) {
    return set.folder().resolve("settled.csv");
  }

  /** All that may be said of a face. */
  static Set<String> words(LabelSet labels) {
    Set<String> words = new HashSet<>(labels.names());
    words.add(LabelSet.AMBIGUOUS);
    return words;
  }

  /** An order of the faces that is each annotator's own. */
  static List<FaceRow> shuffled(List<FaceRow> rows, String annotator) {
    Map<FaceRow, String> keys = new LinkedHashMap<>();
    for (FaceRow row : rows) {
      keys.put(row, digest(annotator + '\0' + row.id()));
    }
    return rows.stream().sorted(Comparator.comparing(keys::get)).toList();
  }

  private static String digest(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What each annotator said of a face, for people. */
  String told(String face) {
    StringBuilder told = new StringBuilder();
    byAnnotator.forEach(
        (name, said) ->
            told.append(told.isEmpty() ? "" : ", ")
                .append(name)
                .append(": ")
                .append(said.getOrDefault(face, "nothing")));
    return told.toString();
  }
}
