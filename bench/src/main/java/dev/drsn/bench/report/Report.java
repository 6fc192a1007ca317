package dev.drsn.bench.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.bench.result.ResultFile;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.evaluate.Charts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts tables and pictures into a page of the documentation: everything between {@code <!-- begin
 * NAME -->} and {@code <!-- end -->} is made from NAME.json; {@code <!-- begin NAME batch -->}
 * takes the cells of the series in which the batch grows. What stands outside is left alone.
 */
public final class Report {
  private static final Pattern BEGIN = Pattern.compile("<!-- begin (\\S+)(?: (\\S+))? -->");
  private static final String END = "<!-- end -->";
  private static final String PICTURES = "pictures";

  private Report() {}

  /**
   * Rewrites a page.
   *
   * @param results the folder of the files of results
   * @return what was made: one line a table
   * @throws DrsnException where a marker is not closed or a file is missing
   */
  public static List<String> write(Path page, Path results) {
    List<String> made = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    List<String> lines = lines(page);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      text.append(line).append("\n");
      Matcher begin = BEGIN.matcher(line.strip());
      if (begin.matches()) {
        int end = i + 1;
        while (end < lines.size() && !lines.get(end).strip().equals(END)) {
          end++;
        }
        if (end == lines.size()) {
          throw new DrsnException(page + ": " + line + " has no " + END + "; add it");
        }
        text.append(section(begin.group(1), begin.group(2), page, results))
            .append(END)
            .append("\n");
        made.add(begin.group(1) + (begin.group(2) == null ? "" : " " + begin.group(2)));
        i = end;
      }
    }
    byte[] all = text.toString().getBytes(UTF_8);
    AtomicFile.write(page, out -> out.write(all));
    return made;
  }

  private static List<String> lines(Path page) {
    try {
      return Files.readAllLines(page);
    } catch (IOException e) {
      throw new DrsnException("cannot read " + page + ": " + e.getMessage(), e);
    }
  }

  private static String section(String name, String grows, Path page, Path results) {
    Path file = results.resolve(name + ".json");
    if (!Files.exists(file)) {
      throw new DrsnException(page + " wants " + file + ", which is missing; measure it");
    }
    ResultFile.Content content = ResultFile.read(file);
    List<ObjectNode> cells =
        content.cells().stream()
            .filter(cell -> grows == null || cell.path("grows").asString("").equals(grows))
            .toList();
    if (cells.isEmpty()) {
      throw new DrsnException(file + " has no cells for " + page + "; measure them");
    }
    Table table = new Table(cells);
    StringBuilder text = new StringBuilder();
    text.append(capital(table.shared())).append(":\n\n").append(table.markdown()).append("\n");
    if (Table.contenders(cells).size() > 1) {
      String picture = name + (grows == null ? "" : "-" + grows) + ".png";
      Path folder = page.resolveSibling(PICTURES);
      draw(cells, grows, folder.resolve(picture));
      text.append("![").append(table.shared()).append("](");
      text.append(PICTURES).append("/").append(picture).append(")\n\n");
    }
    text.append("Median (10th to 90th percentile). ").append(content.provenance().text());
    text.append(". Measured by\n\n");
    content.commands().forEach(command -> text.append("    ").append(command).append("\n"));
    return text.append("\n").toString();
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
