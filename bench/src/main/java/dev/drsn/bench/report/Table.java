package dev.drsn.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cells as a table in Markdown: a line a cell, a column for each property that differs between the
 * cells, then the figures. What all cells share stands in the sentence above.
 */
final class Table {
  private static final List<String> PROPERTIES =
      List.of("what", "network", "width", "channels", "size", "batch", "threads");
  private static final String TIME = "_ms";

  private final List<ObjectNode> cells;
  private final List<String> differing;

  /** At least one cell. */
  Table(List<ObjectNode> cells) {
    this.cells = cells;
    differing =
        PROPERTIES.stream()
            .filter(name -> cells.stream().map(cell -> cell.path(name)).distinct().count() > 1)
            .toList();
  }

  /** Who was timed, drsn first. */
  static List<String> contenders(List<ObjectNode> cells) {
    Set<String> names = new LinkedHashSet<>();
    for (ObjectNode cell : cells) {
      for (String field : cell.propertyNames()) {
        String name = field.endsWith(TIME) ? field.substring(0, field.length() - 3) : "";
        if (cell.has(name + "_p10_ms")) {
          names.add(name);
        }
      }
    }
    return List.copyOf(names);
  }

  /** What tells a cell from the others. */
  String label(ObjectNode cell) {
    return differing.stream()
        .map(name -> name.equals("network") ? text(cell, name) : name + " " + text(cell, name))
        .collect(Collectors.joining(", "));
  }

  /** What all cells share, e.g. {@code inference, width 64, threads 2}. */
  String shared() {
    return PROPERTIES.stream()
        .filter(name -> !differing.contains(name) && cells.getFirst().has(name))
        .map(
            name -> {
              String value = text(cells.getFirst(), name);
              return name.equals("what") || name.equals("network") ? value : name + " " + value;
            })
        .collect(Collectors.joining(", "));
  }

  /** The table. */
  String markdown() {
    List<String> names = contenders(cells);
    boolean memory = cells.stream().anyMatch(cell -> cell.has("drsn_mb"));
    List<String> head = new ArrayList<>(differing);
    for (String name : names) {
      head.add(name + ", ms");
    }
    for (String name : names) {
      if (!name.equals("drsn")) {
        head.add(name + " / drsn");
      }
    }
    if (memory) {
      head.add("drsn, MB");
    }
    StringBuilder text = new StringBuilder();
    row(text, head);
    row(text, head.stream().map(column -> "---").toList());
    for (ObjectNode cell : cells) {
      row(text, row(cell, names, memory));
    }
    return text.toString();
  }

  private List<String> row(ObjectNode cell, List<String> names, boolean memory) {
    List<String> columns = new ArrayList<>();
    differing.forEach(name -> columns.add(text(cell, name)));
    for (String name : names) {
      columns.add(
          cell.has(name + TIME)
              ? number(cell, name + TIME)
                  + " ("
                  + number(cell, name + "_p10_ms")
                  + " - "
                  + number(cell, name + "_p90_ms")
                  + ")"
              : "");
    }
    for (String name : names) {
      if (!name.equals("drsn")) {
        JsonNode ratio = cell.path("ratio_" + name);
        columns.add(
            ratio.isMissingNode()
                ? ""
                : String.format(Locale.ROOT, "**%.2f**", ratio.doubleValue()));
      }
    }
    if (memory) {
      columns.add(text(cell, "drsn_mb"));
    }
    return columns;
  }

  private static void row(StringBuilder text, List<String> columns) {
    text.append("| ").append(String.join(" | ", columns)).append(" |\n");
  }

  private static String text(ObjectNode cell, String field) {
    JsonNode value = cell.path(field);
    return value.isMissingNode() ? "" : value.asString();
  }

  /** Three digits, or all before the point. */
  private static String number(ObjectNode cell, String field) {
    double value = cell.path(field).doubleValue();
    int digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
