package dev.drsn.bench.result;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Cells with the machine, the versions and the commands that they come from, as a JSON file. */
public final class ResultFile {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** The fields that tell one cell from another. */
  private static final List<String> KEY =
      List.of(
          "what",
          "network",
          "width",
          "channels",
          "size",
          "batch",
          "threads",
          "grows",
          "cameras",
          "fps",
          "faces",
          "seconds",
          "pass",
          "layer");

  /** What is in the file. */
  public record Content(Provenance provenance, List<String> commands, List<ObjectNode> cells) {}

  private final Path path;
  private final Content content;

  private ResultFile(Path path, Content content) {
    this.path = path;
    this.content = content;
  }

  /** Reads a file. */
  public static Content read(Path path) {
    try {
      return JSON.readValue(path.toFile(), Content.class);
    } catch (JacksonException e) {
      throw new DrsnException(
          path + " is no file of results: " + e.getOriginalMessage() + "; measure it anew", e);
    }
  }

  /**
   * A file to add cells to. One of the same machine and versions keeps its cells; figures of
   * different commits or machines do not belong into one table, so another one is replaced.
   */
  public static ResultFile open(Path path, Provenance provenance, String command) {
    Content content = new Content(provenance, new ArrayList<>(), new ArrayList<>());
    if (Files.exists(path)) {
      Content old = read(path);
      if (old.provenance.equals(provenance)) {
        content = old;
      }
    }
    content.commands.remove(command);
    content.commands.add(command);
    return new ResultFile(path, content);
  }

  /** Whether there is a result for this cell already. */
  public boolean has(ObjectNode cell) {
    return content.cells.stream().anyMatch(each -> same(each, cell));
  }

  /** Adds a cell in place of an earlier one of the same key, and writes the file. */
  public void add(ObjectNode cell) {
    int at = 0;
    while (at < content.cells.size() && !same(content.cells.get(at), cell)) {
      at++;
    }
    if (at < content.cells.size()) {
      content.cells.set(at, cell);
    } else {
      content.cells.add(cell);
    }
    byte[] text = (JSON.writeValueAsString(content) + "\n").getBytes(UTF_8);
    AtomicFile.write(path, out -> out.write(text));
  }

  /** Whether two objects are of one cell. */
  public static boolean same(ObjectNode a, ObjectNode b) {
    for (String field : KEY) {
      JsonNode left = a.path(field);
      if (!left.equals(b.path(field))) {
        return false;
      }
    }
    return true;
  }
}
