package dev.drsn.engine.stream;

import dev.drsn.engine.image.Box;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Results as JSON, a line a frame, in a new file. */
public final class JsonLinesSink extends LineSink {

  private final List<String> labels;

  /**
   * Creates the file.
   *
   * @param labels of the model
   */
  public JsonLinesSink(Path file, List<String> labels) {
    super("json", file);
    this.labels = List.copyOf(labels);
  }

  @Override
  String lines(List<StreamResult> results, boolean first) {
    StringBuilder lines = new StringBuilder();
    results.forEach(result -> lines.append(json(result, labels)).append('\n'));
    return lines.toString();
  }

  /** A result as one JSON object. */
  public static ObjectNode json(StreamResult result, List<String> labels) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("stream", result.stream())
            .put("epoch", result.epoch())
            .put("sequence", result.sequence())
            .put("captured", result.captured().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("age_ms", Math.round(result.ageNanos() / 1e4) / 100.0)
            .put("width", result.width())
            .put("height", result.height());
    if (!result.course().isEmpty()) {
      json.put("course", result.course());
    }
    var faces = json.putArray("faces");
    for (FaceResult face : result.faces()) {
      Prediction prediction = face.prediction();
      ObjectNode one = faces.addObject().put("track", face.track());
      Box box = prediction.face().box();
      one.putObject("box")
          .put("x", box.x())
          .put("y", box.y())
          .put("width", box.width())
          .put("height", box.height());
      one.put("score", prediction.face().score())
          .put("detected", face.detected())
          .put("label", labels.get(prediction.label()))
          .put("probability", prediction.probability());
      ObjectNode probabilities = one.putObject("probabilities");
      for (int k = 0; k < labels.size(); k++) {
        probabilities.put(labels.get(k), prediction.probabilities().get(k));
      }
    }
    return json;
  }
}
