package dev.drsn.bench.report;

import dev.drsn.bench.result.ResultFile;
import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.evaluate.Charts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts tables and pictures into a {@link Page}: part NAME is made from NAME.json; {@code <!-- begin
 * NAME batch -->} takes the cells of the series in which the batch grows; part targets holds all
 * results against {@link Targets}.
 */
public final class Report {
  private static final String TARGETS = "targets";
  private static final String PICTURES = "pictures";

  private Report() {}

  /**
   * Rewrites a page.
   *
   * @param results the folder of the files of results
   * @return what was made: one line a table
   * @throws DrsnException where a marker is not closed or a file has nothing for its part
   */
  public static List<String> write(Path page, Path results) {
    return Page.rewrite(page, (name, grows) -> section(name, grows, page, results));
  }

  private static String section(String name, String grows, Path page, Path results) {
    if (name.equals(TARGETS)) {
      return Targets.table(results);
    }
    Path file = results.resolve(name + ".json");
    if (!Files.exists(file)) {
      return "\nNot measured yet; scripts/bench-all does it.\n\n";
    }
    ResultFile.Content content = ResultFile.read(file);
    List<ObjectNode> cells =
        content.cells().stream()
            .filter(cell -> grows == null || cell.path("grows").asString("").equals(grows))
            .toList();
    if (cells.isEmpty()) {
      throw new DrsnException(file + " has no cells for " + page + "; measure them");
    }
    String made =
        cells.getFirst().has("pass")
            ? "\n" + OpsTable.markdown(cells)
            : comparison(cells, name, grows, page);
    StringBuilder text = new StringBuilder(made);
    text.append(content.provenance().text()).append(". Measured by\n\n");
    content.commands().forEach(command -> text.append("    ").append(command).append("\n"));
    return text.append("\n").toString();
  }

  private static String comparison(List<ObjectNode> cells, String name, String grows, Path page) {
    Table table = new Table(cells);
    StringBuilder text = new StringBuilder();
    text.append("\n")
        .append(capital(table.shared()))
        .append(":\n\n")
        .append(table.markdown())
        .append("\n");
    if (Table.contenders(cells).size() > 1) {
      String picture = name + (grows == null ? "" : "-" + grows) + ".png";
      Path folder = page.resolveSibling(PICTURES);
      draw(cells, grows, folder.resolve(picture));
      text.append("![").append(table.shared()).append("](");
      text.append(PICTURES).append("/").append(picture).append(")\n\n");
    }
    return text.append("Median (10th to 90th percentile). ").toString();
  }

  private static void draw(List<ObjectNode> cells, String grows, Path file) {
    if (!Charts.possible()) {
      throw new DrsnException(Charts.IMPOSSIBLE);
    }
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw new DrsnException("cannot make " + file.getParent() + ": " + e.getMessage(), e);
    }
    if (grows == null) {
      Picture.ratios(cells, file);
    } else {
      Picture.growth(cells, grows, file);
    }
  }

  private static String capital(String sentence) {
    return sentence.isEmpty()
        ? "Cells"
        : Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
  }
}
