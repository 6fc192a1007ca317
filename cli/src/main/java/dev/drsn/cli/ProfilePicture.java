package dev.drsn.cli;

import static dev.drsn.cli.HtmlPage.escape;

import dev.drsn.engine.plan.Profile;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A bar a layer, as long as its time: one SVG without scripts or fonts of its own, readable on
 * light and dark ground.
 */
record ProfilePicture(Profile profile, String title, String summary) {

  private static final int WIDTH = 980;
  private static final int LABELS = 330;
  private static final int BARS = 420;
  private static final int ROW = 18;
  private static final int TOP = 74;

  /** Colours by the first word of an operation; what is not here is grey. */
  private static final Map<String, String> COLOURS =
      Map.of(
          "convolution", "#3b7dd8",
          "linear", "#7a5bd0",
          "shrinkage", "#d9822b",
          "shared", "#d9822b",
          "squeeze-excite", "#d9822b",
          "batch", "#2f9e6e");

  private static final String OTHER = "#8a8f98";

  /** The picture. */
  String svg() {
    List<Profile.Step> steps = profile.steps();
    int height = TOP + steps.size() * ROW + 14;
    double longest = steps.stream().mapToDouble(Profile.Step::milliseconds).max().orElse(1);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                + " aria-label=\"%s\">%n",
            WIDTH,
            height,
            escape(title + ": " + summary)));
    svg.append(
        """
        <style>
        text { font: 12px system-ui, sans-serif; fill: #1c1e21; }
        .title { font-size: 15px; font-weight: 600; } .end { text-anchor: end; } .soft { opacity: .7; }
        @media (prefers-color-scheme: dark) { text { fill: #e6e6e6; } }
        </style>
        """);
    text(svg, 10, 24, "title", title);
    text(svg, 10, 44, "", summary);
    text(
        svg,
        10,
        64,
        "soft",
        "orange: gates, blue: convolutions, violet: linear layers, green: batch norm, grey:"
            + " others");
    for (int i = 0; i < steps.size(); i++) {
      bar(svg, steps.get(i), TOP + i * ROW, longest);
    }
    return svg.append("</svg>\n").toString();
  }

  private void bar(StringBuilder svg, Profile.Step step, int y, double longest) {
    boolean backward = step.pass().equals("backward");
    String name = step.node() + (backward ? " backward" : "");
    if (!step.operation().equals(step.node())) {
      name += " · " + step.operation();
    }
    text(svg, LABELS - 8, y + 13, "end", name);
    double length = BARS * step.milliseconds() / longest;
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\" fill=\"%s\"%s/>%n",
            LABELS,
            y + 2,
            Math.max(1, length),
            ROW - 4,
            COLOURS.getOrDefault(step.operation().split(" ")[0], OTHER),
            backward ? " opacity=\".7\"" : ""));
    double gigaflops = profile.gigaflops(step);
    String value =
        String.format(
            Locale.ROOT,
            "%.3f ms, %.1f %%%s%s",
            step.milliseconds(),
            100 * profile.share(step),
            gigaflops == 0 ? "" : String.format(Locale.ROOT, ", %.0f GFLOP/s", gigaflops),
            step.algorithm().isEmpty() ? "" : ", " + step.algorithm());
    text(svg, LABELS + (int) length + 7, y + 13, "soft", value);
  }

  private static void text(StringBuilder svg, int x, int y, String style, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\"%s>%s</text>%n",
            x,
            y,
            style.isEmpty() ? "" : " class=\"" + style + "\"",
            escape(text)));
  }
}
