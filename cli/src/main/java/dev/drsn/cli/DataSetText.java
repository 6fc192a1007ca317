package dev.drsn.cli;

import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Part;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** How many images of which class a data set has, for people and for programs. */
final class DataSetText {

  private DataSetText() {}

  /** A table: a line a class, a column a part. */
  static String counts(DataSet data) {
    List<Part> parts = parts(data);
    int wide = Math.max(5, data.labels().stream().mapToInt(String::length).max().orElse(0));
    StringBuilder text = new StringBuilder(String.format("%-" + wide + "s", "class"));
    for (Part part : parts) {
      text.append(String.format("  %7s", part == Part.NONE ? "images" : part));
    }
    for (int k = 0; k < data.classes(); k++) {
      text.append(String.format("%n%-" + wide + "s", data.labels().get(k)));
      for (Part part : parts) {
        text.append(String.format("  %7d", data.part(part).counts()[k]));
      }
    }
    text.append(String.format("%n%-" + wide + "s", "all"));
    for (Part part : parts) {
      text.append(String.format("  %7d", data.part(part).samples().size()));
    }
    return text.toString();
  }

  /**
   * Classes that cannot be learned or cannot be judged, because they have too few images: a line
   * each.
   *
   * @param other what is not trained on, of one part
   */
  static List<String> thin(DataSet train, DataSet other) {
    List<String> thin = new ArrayList<>();
    int[] learned = train.counts();
    int[] judged = other.counts();
    Part part = other.samples().getFirst().part();
    for (int k = 0; k < learned.length; k++) {
      int at = other.labels().indexOf(train.labels().get(k));
      int judge = at < 0 ? 0 : judged[at];
      if (learned[k] == 0 || judge == 0) {
        thin.add(
            String.format(
                "class %s has %d images to train on and %d in %s: %s; give it more images",
                train.labels().get(k),
                learned[k],
                judge,
                part,
                learned[k] == 0 ? "it cannot be learned" : "nothing will be known of it"));
      }
    }
    return thin;
  }

  /** {@code images}, and {@code classes} with their counts. */
  static ObjectNode json(DataSet data) {
    ObjectNode json = Output.object().put("images", data.samples().size());
    ObjectNode classes = json.putObject("classes");
    int[] counts = data.counts();
    for (int k = 0; k < counts.length; k++) {
      classes.put(data.labels().get(k), counts[k]);
    }
    ObjectNode parts = json.putObject("parts");
    for (Part part : parts(data)) {
      parts.put(part == Part.NONE ? "none" : part.toString(), data.part(part).samples().size());
    }
    return json;
  }

  private static List<Part> parts(DataSet data) {
    List<Part> parts = new ArrayList<>();
    for (Part part : Part.values()) {
      if (data.has(part)) {
        parts.add(part);
      }
    }
    return parts;
  }
}
