package dev.drsn.bench.result;

import dev.drsn.bench.time.Samples;
import dev.drsn.engine.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came out of a cell: the median of its launches' medians, because a launch's compiler decides
 * once for all its runs; tenth and ninetieth percentile over all runs.
 */
public final class CellResult {
  private static final String DRSN = "drsn";

  private final Cell cell;
  private final List<Launch> launches;
  private final double fmaPeak;

  /**
   * The result of one launch or more.
   *
   * @param fmaPeak GFLOP/s of the cell's threads
   */
  public CellResult(Cell cell, List<Launch> launches, double fmaPeak) {
    this.cell = cell;
    this.launches = List.copyOf(launches);
    this.fmaPeak = fmaPeak;
  }

  private Set<String> contenders() {
    return launches.getFirst().times().keySet();
  }

  /** Milliseconds of a contender. */
  public double median(String contender) {
    return new Samples(medians(contender)).median();
  }

  private double[] medians(String contender) {
    return launches.stream()
        .mapToDouble(launch -> new Samples(launch.times().get(contender)).median())
        .toArray();
  }

  private Samples pooled(String contender) {
    return new Samples(
        launches.stream()
            .flatMapToDouble(launch -> Arrays.stream(launch.times().get(contender)))
            .toArray());
  }

  /** How many times as long as drsn a peer takes: above 1 drsn is faster. */
  public double ratio(String peer) {
    return median(peer) / median(DRSN);
  }

  /**
   * What the convolutions and linear layers would need by their definition, two operations a
   * multiply-accumulate, per second; a training step counts as three forward passes. Winograd's
   * algorithm does with less, so this may pass the peak.
   */
  private double gflops() {
    Network network = cell.spec().build();
    long macs = 0;
    for (long each : network.multiplyAccumulates().values()) {
      macs += each;
    }
    return 2e-6 * macs * cell.batch() * (cell.trains() ? 3 : 1) / median(DRSN);
  }

  /** The cell as one object. */
  public ObjectNode json() {
    ObjectNode json = new JsonMapper().valueToTree(cell);
    for (String name : contenders()) {
      json.put(name + "_ms", rounded(median(name), 3));
    }
    for (String name : contenders()) {
      if (!name.equals(DRSN)) {
        json.put("ratio_" + name, rounded(ratio(name), 3));
      }
    }
    json.put("drsn_gflops", rounded(gflops(), 1));
    json.put("fma_peak_gflops", rounded(fmaPeak, 1));
    for (String name : contenders()) {
      Samples samples = pooled(name);
      json.put(name + "_p10_ms", rounded(samples.quantile(0.1), 3));
      json.put(name + "_p90_ms", rounded(samples.quantile(0.9), 3));
      json.put(name + "_runs", samples.count());
      ArrayNode each = json.putArray(name + "_launches_ms");
      for (double median : medians(name)) {
        each.add(rounded(median, 3));
      }
    }
    forms().forEach((name, form) -> json.put(name + "_form", form));
    json.put("used_by_others", rounded(others(), 2));
    differences().forEach((what, each) -> json.put(what, twoDigits(each)));
    return json;
  }

  /** The forms that peers ran in; several where launches found different ones fastest. */
  private Map<String, String> forms() {
    Map<String, String> forms = new LinkedHashMap<>();
    for (String name : contenders()) {
      if (!name.equals(DRSN)) {
        List<String> all = new ArrayList<>();
        launches.forEach(launch -> all.add(launch.forms().get(name)));
        forms.put(name, String.join(" / ", all.stream().distinct().toList()));
      }
    }
    return forms;
  }

  /** Processors that the rest of the machine used, in the worst launch. */
  public double others() {
    return launches.stream().mapToDouble(Launch::others).max().orElse(Double.NaN);
  }

  private Map<String, Double> differences() {
    Map<String, Double> largest = new LinkedHashMap<>();
    for (Launch launch : launches) {
      launch.differences().forEach((what, each) -> largest.merge(what, each, Math::max));
    }
    return largest;
  }

  private static double rounded(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }

  private static double twoDigits(double value) {
    return Double.parseDouble(String.format(Locale.ROOT, "%.1e", value));
  }

  /** The cell as a line for people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-9s %-9s width %-3d %d x %-8s batch %-3d threads %-2d",
            cell.what(),
            cell.network(),
            cell.width(),
            cell.channels(),
            cell.size() + "x" + cell.size(),
            cell.batch(),
            cell.threads()));
    for (String name : contenders()) {
      text.append(String.format(Locale.ROOT, "  %s %.2f ms", name, median(name)));
      if (!name.equals(DRSN)) {
        text.append(String.format(Locale.ROOT, " (x %.2f)", ratio(name)));
      }
    }
    return text.toString();
  }
}
