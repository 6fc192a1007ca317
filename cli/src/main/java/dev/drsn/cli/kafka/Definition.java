package dev.drsn.cli.kafka;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.Address;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.StreamsFile;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A camera as a record of a compacted topic: the key is its name, the value a JSON object with the
 * other keys of a list of streams, as {@code {"url": "rtsp://...", "fps": 5}}. A record without a
 * value takes the camera away.
 *
 * <p>Files are those of one machine, and no camera of a cluster.
 *
 * @param spec null where the camera is taken away
 */
record Definition(String id, StreamSpec spec) {

  /**
   * Reads a record.
   *
   * @param value null where the camera is taken away
   * @throws DrsnException naming the camera where it is none
   */
  static Definition read(String id, byte[] value) {
    if (id == null) {
      throw new DrsnException("a camera without a name; write its name as the record's key");
    }
    if (value == null) {
      return new Definition(id, null);
    }
    try {
      JsonNode json = JsonMapper.shared().readTree(value);
      if (json == null || !json.isObject() || json.has("id")) {
        throw new DrsnException("it is no object such as {\"url\": ...}; write it anew");
      }
      Map<String, Object> keys = new LinkedHashMap<>();
      keys.put("id", id);
      for (String name : json.propertyNames()) {
        keys.put(name, JsonMapper.shared().treeToValue(json.get(name), Object.class));
      }
      return new Definition(id, checked(StreamsFile.stream(keys, 1)));
    } catch (DrsnException e) {
      throw new DrsnException("camera " + id + ": " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new DrsnException("camera " + id + " is no JSON; write it anew", e);
    }
  }

  /**
   * A stream that any process of a cluster can open.
   *
   * @throws DrsnException where it is a file
   */
  static StreamSpec checked(StreamSpec spec) {
    if (Address.of(spec.url()).kind() == Address.Kind.FILE) {
      throw new DrsnException("its url is a file of one machine; name a camera");
    }
    return spec;
  }

  /** The value of the record; null where the camera is taken away. */
  byte[] value() {
    if (spec == null) {
      return null;
    }
    ObjectNode json = JsonMapper.shared().createObjectNode().put("url", spec.url());
    if (spec.roi() != null) {
      json.putArray("roi")
          .add(spec.roi().x())
          .add(spec.roi().y())
          .add(spec.roi().width())
          .add(spec.roi().height());
    }
    if (spec.fps() > 0) {
      json.put("fps", spec.fps());
    }
    if (spec.policy() != StreamSpec.Policy.AUTO) {
      json.put("policy", spec.policy().name().toLowerCase(Locale.ROOT));
    }
    if (!spec.course().isEmpty()) {
      json.put("course", spec.course());
    }
    return JsonMapper.shared().writeValueAsBytes(json);
  }
}
