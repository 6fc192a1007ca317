package dev.drsn.cli;

import dev.drsn.engine.explain.Explanation;
import dev.drsn.engine.explain.GateReading;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An explanation in words and numbers. */
final class ExplanationText {

  private ExplanationText() {}

  /** All of it, the map before it is enlarged and each threshold among it. */
  static ObjectNode json(Path file, int number, Face face, List<String> labels, Explanation why) {
    ObjectNode json = Output.object().put("image", file.toString()).put("face", number);
    Box box = face.box();
    json.putObject("box")
        .put("x", box.x())
        .put("y", box.y())
        .put("width", box.width())
        .put("height", box.height());
    json.put("label", labels.get(why.label())).put("explained", labels.get(why.explained()));
    ObjectNode probabilities = json.putObject("probabilities");
    for (int k = 0; k < labels.size(); k++) {
      probabilities.put(labels.get(k), why.probabilities().get(k));
    }
    ObjectNode map = json.putObject("map");
    map.put("height", why.map().height()).put("width", why.map().width());
    why.map().values().forEach(map.putArray("values")::add);
    if (!why.gates().isEmpty()) {
      ArrayNode gates = json.putArray("gates");
      for (GateReading gate : why.gates()) {
        ObjectNode each = gates.addObject().put("block", gate.block());
        each.put("zeros", gate.zeros())
            .put("activations", gate.activations())
            .put("zeroShare", gate.zeroShare());
        gate.tau().forEach(each.putArray("tau")::add);
        gate.magnitude().forEach(each.putArray("magnitude")::add);
      }
    }
    return json;
  }

  /** The class, where its map is strongest, and a line a gate. */
  static String text(Path file, Face face, List<String> labels, Explanation why) {
    Box box = face.box();
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s  %dx%d+%d+%d  %s %.1f %%",
                file,
                box.width(),
                box.height(),
                box.x(),
                box.y(),
                labels.get(why.label()),
                100 * why.probabilities().get(why.label())));
    if (why.explained() != why.label()) {
      text.append(
          String.format(
              Locale.ROOT,
              "; explained: %s %.1f %%",
              labels.get(why.explained()),
              100 * why.probabilities().get(why.explained())));
    }
    map(text, labels.get(why.explained()), why);
    if (!why.gates().isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n  %-10s %8s %9s %9s %9s %9s %8s",
              "block",
              "channels",
              "least tau",
              "median",
              "largest",
              "tau / |x|",
              "zeros"));
    }
    for (GateReading gate : why.gates()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n  %-10s %8d %9.4f %9.4f %9.4f %9.3f %6.1f %%",
              gate.block(),
              gate.tau().size(),
              gate.tau(0),
              gate.tau(0.5),
              gate.tau(1),
              gate.strength(),
              100 * gate.zeroShare()));
    }
    return text.toString();
  }

  /** The map row by row in percent of its largest field, where it is small enough to read. */
  private static void map(StringBuilder text, String label, Explanation why) {
    float most = why.map().most();
    if (most == 0) {
      text.append(String.format("%n  nothing in this face speaks for %s", label));
      return;
    }
    int strongest = why.map().values().indexOf(most);
    int height = why.map().height();
    int width = why.map().width();
    text.append(
        String.format(
            Locale.ROOT,
            "%n  map %d x %d, strongest in row %d, column %d",
            height,
            width,
            strongest / width + 1,
            strongest % width + 1));
    for (int row = 0; height <= 8 && row < height; row++) {
      text.append(String.format("%n "));
      for (float each : why.map().values().subList(row * width, (row + 1) * width)) {
        text.append(String.format(Locale.ROOT, " %4.0f", 100 * each / most));
      }
    }
  }
}
