package dev.drsn.bench.numerics;

import dev.drsn.bench.numerics.NetworkErrors.Extent;
import dev.drsn.bench.time.Samples;
import java.util.List;
import java.util.Locale;

/**
 * The tables of errors, in Markdown. Equal machines print equal tables: nothing is left to chance.
 */
public enum Numerics {
  /** Convolutions by every method. */
  CONVOLUTIONS {
    @Override
    public String table(boolean quick) {
      return layers("convolution", LayerErrors.convolutions(quick));
    }
  },
  /** Every other operation. */
  OPERATIONS {
    @Override
    public String table(boolean quick) {
      return layers("operation", LayerErrors.operations(quick));
    }
  },
  /** Networks so small that most draws keep away from kinks. */
  NETWORKS {
    @Override
    public String table(boolean quick) {
      return networks(new Extent(8, 16, 4, quick ? 3 : 15, true));
    }
  },
  /** Larger ones. */
  LARGE {
    @Override
    public String table(boolean quick) {
      return networks(quick ? new Extent(8, 24, 4, 1, true) : new Extent(16, 32, 4, 3, true))
          + "\n"
          + networks(quick ? new Extent(8, 48, 2, 1, true) : new Extent(64, 48, 4, 3, true))
          + "\n"
          + networks(quick ? new Extent(8, 64, 1, 1, false) : new Extent(64, 224, 1, 1, false));
    }
  };

  /** As pages name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Computes the errors and lays them out.
   *
   * @param quick smaller shapes and networks
   */
  public abstract String table(boolean quick);

  private static String layers(String what, List<LayerErrors> all) {
    StringBuilder text = new StringBuilder();
    boolean methods = all.stream().map(LayerErrors::method).distinct().count() > 1;
    row(text, what, "x", methods ? "method" : null, "y", "dx", "dw");
    row(text, "---", "---", methods ? "---" : null, "---", "---", "---");
    for (LayerErrors each : all) {
      row(
          text,
          each.what(),
          each.shape(),
          methods ? each.method() : null,
          error(each.y()),
          error(each.dx()),
          error(each.dw()));
    }
    return text.toString();
  }

  private static String networks(Extent extent) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Width %d, %d x %d pixels, batch %d%s:%n%n",
            extent.width(),
            extent.size(),
            extent.size(),
            extent.batch(),
            extent.draws() > 1 ? ", " + extent.draws() + " draws of weights and images" : ""));
    boolean many = extent.draws() > 1;
    String median = extent.training() ? many ? "gradients, median" : "gradients" : null;
    String largest = extent.training() && many ? "gradients, largest" : null;
    row(text, "network", "method", many ? "logits, largest" : "logits", median, largest);
    row(text, "---", "---", "---", dashes(median), dashes(largest));
    for (NetworkErrors each : NetworkErrors.all(extent)) {
      Samples gradients = new Samples(each.gradients());
      row(
          text,
          each.spec().architecture().label(),
          each.method().toString(),
          error(new Samples(each.logits()).quantile(1)),
          median == null ? null : error(gradients.median()),
          largest == null ? null : error(gradients.quantile(1)));
    }
    return text.toString();
  }

  private static String dashes(String column) {
    return column == null ? null : "---";
  }

  /** A row without the columns that are null. */
  private static void row(StringBuilder text, String... columns) {
    for (String column : columns) {
      if (column != null) {
        text.append("| ").append(column).append(" ");
      }
    }
    text.append("|\n");
  }

  private static String error(double value) {
    return Double.isNaN(value) ? "" : value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
  }
}
