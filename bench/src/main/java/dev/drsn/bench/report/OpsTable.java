package dev.drsn.bench.report;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** The rows of {@code drsn bench ops} as tables in Markdown, one a network and pass. */
final class OpsTable {
  private OpsTable() {}

  static String markdown(List<ObjectNode> rows) {
    StringBuilder text = new StringBuilder();
    String before = "";
    for (ObjectNode row : rows) {
      String head = head(row);
      if (!head.equals(before)) {
        text.append(before.isEmpty() ? "" : "\n").append(head);
        text.append("| layers | operation | ms | GFLOP/s | GB/s | of the roof |\n");
        text.append("| --- | --- | --- | --- | --- | --- |\n");
        before = head;
      }
      int count = row.path("count").intValue();
      text.append(
          String.format(
              Locale.ROOT,
              "| %s%s | %s | %.3f | %s | %s | %.0f %% |\n",
              row.path("layer").asString(),
              count > 1 ? " x " + count : "",
              row.path("op").asString(),
              row.path("ms").doubleValue(),
              row.path("gflops").asString(""),
              row.path("gigabytes").asString(""),
              100 * row.path("roof").doubleValue()));
    }
    return text.append("\n").toString();
  }

  private static String head(ObjectNode row) {
    return String.format(
        "%s, %s: width %s, %s x %s pixels, batch %s, threads %s; roof %s GFLOP/s, %s GB/s.\n\n",
        row.path("network").asString(),
        row.path("pass").asString(),
        row.path("width").asString(),
        row.path("size").asString(),
        row.path("size").asString(),
        row.path("batch").asString(),
        row.path("threads").asString(),
        row.path("fma_peak_gflops").asString(),
        row.path("copy_gigabytes").asString());
  }
}
