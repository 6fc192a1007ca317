package dev.drsn.cli;

import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.plan.Profile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A profile as people and programs read it. */
record ProfileText(Profile profile, NetworkSpec spec, boolean train, Backend backend) {

  private static final List<String> HEAD =
      List.of("layer", "operation", "output", "algorithm", "ms", "GFLOP/s", "share");

  /** Columns from here on hold numbers. */
  private static final int NUMBERS = 4;

  /** Whether a picture of this name can be written. */
  static boolean writes(Path file) {
    return isSvg(file) || file.toString().endsWith(".html");
  }

  private static boolean isSvg(Path file) {
    return file.toString().endsWith(".svg");
  }

  /** What was measured, and on what. */
  private String title() {
    return String.format(
        Locale.ROOT,
        "%s of width %d, %dx%dx%d, %s of %d, %s: %s",
        spec.architecture().label(),
        spec.width(),
        spec.channels(),
        spec.size(),
        spec.size(),
        train ? "training step" : "batch",
        profile.samples(),
        backend.name(),
        backend.description());
  }

  private String summary() {
    return String.format(
        Locale.ROOT,
        "%.3f ms, %,.1f images/s, %.1f GFLOP/s; medians of %d runs",
        profile.milliseconds(),
        imagesPerSecond(),
        profile.gigaflops(),
        profile.runs());
  }

  private double imagesPerSecond() {
    return profile.samples() / (profile.milliseconds() / 1e3);
  }

  private static List<String> row(Profile profile, Profile.Step step) {
    double gigaflops = profile.gigaflops(step);
    return List.of(
        step.node(),
        step.pass().equals("backward") ? "backward of " + step.operation() : step.operation(),
        step.shape(),
        step.algorithm(),
        String.format(Locale.ROOT, "%.3f", step.milliseconds()),
        gigaflops == 0 ? "" : String.format(Locale.ROOT, "%.1f", gigaflops),
        String.format(Locale.ROOT, "%.1f %%", 100 * profile.share(step)));
  }

  private List<List<String>> rows() {
    return profile.steps().stream().map(step -> row(profile, step)).toList();
  }

  /** Aligned columns between a line of what was measured and one of the whole. */
  String table() {
    List<List<String>> all = new ArrayList<>(List.of(HEAD));
    all.addAll(rows());
    int[] widths = new int[HEAD.size()];
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder(title()).append(System.lineSeparator());
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        line.append(i < NUMBERS ? row.get(i) + padding : padding + row.get(i)).append("  ");
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.append(summary()).toString();
  }

  ObjectNode json() {
    ObjectNode json =
        Output.object()
            .put("network", spec.architecture().label())
            .put("width", spec.width())
            .put("channels", spec.channels())
            .put("size", spec.size())
            .put("train", train)
            .put("batch", profile.samples())
            .put("backend", backend.name())
            .put("device", backend.description())
            .put("runs", profile.runs())
            .put("ms", profile.milliseconds())
            .put("images_per_second", imagesPerSecond())
            .put("gflops", profile.gigaflops());
    ArrayNode layers = json.putArray("layers");
    for (Profile.Step step : profile.steps()) {
      layers
          .addObject()
          .put("name", step.node())
          .put("pass", step.pass())
          .put("operation", step.operation())
          .put("output", step.shape())
          .put("algorithm", step.algorithm())
          .put("multiply_accumulates", step.multiplyAccumulates())
          .put("ms", step.milliseconds())
          .put("gflops", profile.gigaflops(step))
          .put("share", profile.share(step));
    }
    return json;
  }

  /** Writes the picture, alone or on a page with the table. */
  void write(Path file) {
    String drawing = new ProfilePicture(profile, title(), summary()).svg();
    if (isSvg(file)) {
      AtomicFile.write(file, drawing);
    } else {
      new HtmlPage("Where the time goes")
          .paragraph(title())
          .drawing(drawing)
          .table(HEAD, rows())
          .write(file);
    }
  }
}
