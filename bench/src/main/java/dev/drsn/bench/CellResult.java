package dev.drsn.bench;

import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came out of a cell.
 *
 * @param times by contender; drsn is one of them
 * @param forms by contender
 * @param differences the largest relative L2 difference of a peer's answers from drsn's, by answer
 * @param fmaPeak GFLOP/s of the cell's threads
 */
record CellResult(
    Cell cell,
    Map<String, Samples> times,
    Map<String, String> forms,
    Map<String, Double> differences,
    double fmaPeak) {

  private static final String DRSN = "drsn";

  /** How many times as long a peer takes: above 1 drsn is faster. */
  double ratio(String peer) {
    return times.get(peer).median() / times.get(DRSN).median();
  }

  /** The cell as one object. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("what", cell.training() ? "training" : "inference");
    json.put("network", cell.spec().architecture().label());
    json.put("width", cell.spec().width());
    json.put("channels", cell.spec().channels());
    json.put("size", cell.spec().size());
    json.put("batch", cell.batch());
    json.put("threads", cell.threads());
    times.forEach((name, samples) -> json.put(name + "_ms", round(samples.median(), 4)));
    times.forEach(
        (name, samples) -> {
          if (!name.equals(DRSN)) {
            json.put("ratio_" + name, round(ratio(name), 3));
          }
        });
    json.put("fma_peak_gflops", round(fmaPeak, 1));
    times.forEach(
        (name, samples) -> {
          json.put(name + "_p10_ms", round(samples.quantile(0.1), 4));
          json.put(name + "_p90_ms", round(samples.quantile(0.9), 4));
          json.put(name + "_runs", samples.count());
        });
    forms.forEach(
        (name, form) -> {
          if (!name.equals(DRSN)) {
            json.put(name + "_form", form);
          }
        });
    differences.forEach(
        (what, each) ->
            json.put(what, Double.parseDouble(String.format(Locale.ROOT, "%.2e", each))));
    return json;
  }

  private static double round(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }

  /** The cell as a line for people. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-9s %-9s %3d px  width %2d  batch %2d  threads %d",
            cell.training() ? "training" : "inference",
            cell.spec().architecture().label(),
            cell.spec().size(),
            cell.spec().width(),
            cell.batch(),
            cell.threads()));
    times.forEach(
        (name, samples) -> {
          text.append(String.format(Locale.ROOT, "  %s %.2f ms", name, samples.median()));
          if (!name.equals(DRSN)) {
            text.append(String.format(Locale.ROOT, " (x %.2f)", ratio(name)));
          }
        });
    return text.toString();
  }
}
