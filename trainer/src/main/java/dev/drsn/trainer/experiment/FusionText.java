package dev.drsn.trainer.experiment;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * Table 3 as text and CSV. Tables are accuracies by way of splitting ({@code image}, {@code
 * subject}) and column, one a split.
 */
public final class FusionText {

  /** The paper's averages, percent. */
  public static final Map<String, Double> PAPER =
      Map.of("cnn", 77.72, "hog", 72.01, "sift", 63.12, Fusion.FUSED, 81.89);

  private FusionText() {}

  /** A line a split, as the paper prints it, with mean and spread and the paper's average. */
  public static String text(SequencedMap<String, SequencedMap<String, List<Double>>> tables) {
    StringBuilder text = new StringBuilder();
    tables.forEach(
        (by, table) -> {
          text.append(text.isEmpty() ? "" : "\n");
          text.append("accuracy, splits 8:2 by ").append(by).append('\n');
          line(text, "split", table.keySet().stream().toList());
          int splits = table.firstEntry().getValue().size();
          for (int s = 0; s < splits; s++) {
            int split = s;
            line(
                text,
                Integer.toString(s + 1),
                table.values().stream().map(column -> percent(column.get(split))).toList());
          }
          line(text, "mean", spreads(table, true));
          line(text, "deviation", spreads(table, false));
          line(
              text,
              "paper",
              table.keySet().stream()
                  .map(column -> String.format(Locale.ROOT, "%.2f %%", PAPER.get(column)))
                  .toList());
        });
    return text.toString().stripTrailing();
  }

  private static List<String> spreads(SequencedMap<String, List<Double>> table, boolean mean) {
    return table.values().stream()
        .map(Spread::of)
        .map(spread -> percent(mean ? spread.mean() : spread.deviation()))
        .toList();
  }

  private static void line(StringBuilder text, String name, List<String> cells) {
    text.append(String.format(Locale.ROOT, "%-10s", name));
    cells.forEach(cell -> text.append(String.format(Locale.ROOT, "%10s", cell)));
    text.append('\n');
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  /** A line a split: by, split, an accuracy a column. */
  public static String csv(SequencedMap<String, SequencedMap<String, List<Double>>> tables) {
    String columns = String.join(",", tables.firstEntry().getValue().keySet());
    StringBuilder text = new StringBuilder("by,split," + columns + "\n");
    tables.forEach(
        (by, table) -> {
          int splits = table.firstEntry().getValue().size();
          for (int s = 0; s < splits; s++) {
            int split = s;
            String cells =
                table.values().stream()
                    .map(column -> String.format(Locale.ROOT, "%.6f", column.get(split)))
                    .collect(Collectors.joining(","));
            text.append(by).append(',').append(s + 1).append(',').append(cells).append('\n');
          }
        });
    return text.toString();
  }
}
