package dev.drsn.cli.aggregate;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.report.Recording;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A result as {@code drsn stream} writes it to a topic.
 *
 * @param course that of the camera, or the camera's own name
 * @param captured milliseconds since 1970
 * @param labels the classes; none where no face was seen
 */
record Result(
    String course,
    String stream,
    long epoch,
    long sequence,
    long captured,
    List<String> labels,
    List<Recording.Seen> faces) {

  private static final int MOST_NAME = 64;

  /**
   * Reads a record's value.
   *
   * @throws DrsnException where it is none
   */
  static Result read(byte[] value) {
    if (value == null) {
      throw new DrsnException("a record without a value is no result");
    }
    try {
      JsonNode json = JsonMapper.shared().readTree(value);
      String stream = name(json.required("stream"));
      List<String> labels = new ArrayList<>();
      List<Recording.Seen> faces = Recording.faces(json, labels, "a result");
      return new Result(
          json.has("course") ? name(json.get("course")) : stream,
          stream,
          number(json.required("epoch")),
          number(json.required("sequence")),
          Instant.parse(json.required("captured").asString()).toEpochMilli(),
          labels,
          faces);
    } catch (JacksonException | DateTimeException | ArithmeticException e) {
      throw new DrsnException("a record that is no result of 'drsn stream'", e);
    }
  }

  private static String name(JsonNode json) {
    if (!json.isString() || json.stringValue().isEmpty()) {
      throw new DrsnException("a result whose stream or course has no name");
    }
    String name = json.stringValue();
    if (name.length() > MOST_NAME) {
      throw new DrsnException("a result whose stream or course has a name of " + name.length());
    }
    return name;
  }

  private static long number(JsonNode json) {
    if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < 0) {
      throw new DrsnException("a result whose epoch or sequence is " + json);
    }
    return json.longValue();
  }
}
