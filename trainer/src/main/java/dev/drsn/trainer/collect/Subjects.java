package dev.drsn.trainer.collect;

import dev.drsn.engine.DrsnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who counts as one person: each track, all tracks of a clip, or whoever a table says that a clip
 * shows. Tracks are the careful choice where nobody knows: one person may get several names, but
 * two persons never share one.
 */
public final class Subjects {

  private enum Kind {
    TRACK,
    SOURCE,
    TABLE
  }

  private final Kind kind;
  private final Path file;
  private final Map<String, String> named;

  private Subjects(Kind kind, Path file, Map<String, String> named) {
    this.kind = kind;
    this.file = file;
    this.named = Map.copyOf(named);
  }

  /**
   * How persons are told apart.
   *
   * @param how {@code track}, {@code source}, or a CSV file with columns {@code source} (a path or
   *     a file's name) and {@code subject} (whose name goes nowhere)
   */
  public static Subjects of(String how) {
    if (how.equals("track")) {
      return new Subjects(Kind.TRACK, null, Map.of());
    }
    if (how.equals("source")) {
      return new Subjects(Kind.SOURCE, null, Map.of());
    }
    Path file = Path.of(how);
    if (!Files.isRegularFile(file)) {
      throw new DrsnException(
          "there is no file " + file + " of subjects; choose track, source or a .csv file");
    }
    Map<String, String> named = new HashMap<>();
    Table.read(
        file,
        List.of("source", "subject"),
        line -> {
          String source = line.text("source");
          if (named.put(source, line.text("subject")) != null) {
            throw line.wrong("names " + source + " a second time; remove one line", null);
          }
          return source;
        });
    return new Subjects(Kind.TABLE, file, named);
  }

  /** Makes sure that all clips have a line where lines say who they show. */
  void check(List<Clip> clips) {
    for (Clip clip : clips) {
      if (kind == Kind.TABLE && named(clip) == null) {
        throw new DrsnException(
            file + " does not say who is in " + clip.path() + "; add a line for it");
      }
    }
  }

  /** What distinguishes a person from all others. */
  String key(Clip clip, String sha256, int track) {
    return switch (kind) {
      case TRACK -> "track " + sha256 + " " + track;
      case SOURCE -> "source " + sha256;
      case TABLE -> "named " + named(clip);
    };
  }

  private String named(Clip clip) {
    String whole = named.get(clip.path().toString());
    return whole != null ? whole : named.get(clip.path().getFileName().toString());
  }

  /** As the options of a set tell it. */
  @Override
  public String toString() {
    return switch (kind) {
      case TRACK -> "track";
      case SOURCE -> "source";
      case TABLE -> "table";
    };
  }
}
