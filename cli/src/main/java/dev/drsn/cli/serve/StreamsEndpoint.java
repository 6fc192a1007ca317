package dev.drsn.cli.serve;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.Address;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSnapshot;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.StreamsFile;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Streams listed, added and taken away while the program runs:
 *
 * <pre>
 *   GET    /v1/streams                  all of them
 *   POST   /v1/streams                  another one, with the keys of a list of streams
 *   GET    /v1/streams/ID               one
 *   DELETE /v1/streams/ID               takes it away
 *   GET    /v1/streams/ID/frame.jpg     its newest frame, small, where frames are shown
 * </pre>
 *
 * <p>Clients may name cameras only: files are those of the machine, and named on its command line.
 */
public final class StreamsEndpoint implements Endpoint {

  static final String V1 = "/v1/";
  static final int MOST_STREAMS = 256;

  private static final String PATH = V1 + "streams";
  private static final String FRAME = "/frame.jpg";
  private static final int MOST_BODY = 16 << 10;
  private static final int FRAME_WIDTH = 320;

  private final StreamPipeline pipeline;
  private final StreamChanges changes;
  private final LiveView view;
  private final boolean frames;

  /**
   * @param changes gets the streams that clients add and take away
   * @param frames whether frames are shown
   */
  public StreamsEndpoint(
      StreamPipeline pipeline, StreamChanges changes, LiveView view, boolean frames) {
    this.pipeline = pipeline;
    this.changes = changes;
    this.view = view;
    this.frames = frames;
  }

  @Override
  public boolean serves(String path) {
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  @Override
  public Answer answer(Request request) throws IOException {
    String path = request.path();
    if (path.equals(PATH) || path.equals(PATH + "/")) {
      if (request.method().equals("POST")) {
        return add(request);
      }
      request.readOnly();
      return Answer.json(
          200, PipelineJson.all(pipeline.streams(), pipeline.batches(), pipeline.sinks()));
    }
    String id = path.substring(PATH.length() + 1);
    if (id.endsWith(FRAME)) {
      request.readOnly();
      return frame(id.substring(0, id.length() - FRAME.length()));
    }
    if (request.method().equals("DELETE")) {
      return remove(id);
    }
    if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      throw new HttpError(405, "this is for GET and DELETE");
    }
    return Answer.json(200, PipelineJson.stream(stream(id)));
  }

  private Answer remove(String id) {
    try {
      if (!changes.remove(id)) {
        throw unknown();
      }
      return Answer.of(204, "", new byte[0]);
    } catch (IOException e) {
      throw new HttpError(503, e.getMessage());
    }
  }

  private static HttpError unknown() {
    return new HttpError(404, "there is no such stream; GET /v1/streams lists them");
  }

  private StreamSnapshot stream(String id) {
    return pipeline.stream(id).orElseThrow(StreamsEndpoint::unknown);
  }

  private Answer frame(String id) {
    if (!frames) {
      throw new HttpError(404, "frames are not shown; --show-frames would");
    }
    stream(id);
    Image image = view.frame(id);
    if (image == null) {
      throw new HttpError(404, "there is no frame yet");
    }
    return Answer.of(200, "image/jpeg", image.toJpeg(FRAME_WIDTH));
  }

  private Answer add(Request request) throws IOException {
    if (request.draining()) {
      throw new HttpError(503, "the server is ending");
    }
    String type = request.header("Content-Type");
    // Pages of other sites can send forms and plain text without asking, but not this.
    if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new HttpError(415, "a stream is sent as Content-Type: application/json");
    }
    StreamSpec spec = spec(request.body(MOST_BODY));
    if (pipeline.streams().size() >= MOST_STREAMS) {
      throw new HttpError(409, "there are " + MOST_STREAMS + " streams; take some away first");
    }
    try {
      changes.add(spec);
    } catch (DrsnException e) {
      throw new HttpError(409, e.getMessage());
    } catch (IOException e) {
      throw new HttpError(503, e.getMessage());
    }
    Optional<StreamSnapshot> here = pipeline.stream(spec.id());
    if (here.isEmpty()) {
      // Another process may run it.
      return Answer.json(202, JsonMapper.shared().createObjectNode().put("id", spec.id()));
    }
    ObjectNode json = PipelineJson.stream(here.get());
    return Answer.json(201, json).with(Map.of("Location", PATH + "/" + encoded(spec.id())));
  }

  private static String encoded(String id) {
    return URLEncoder.encode(id, StandardCharsets.UTF_8);
  }

  private static StreamSpec spec(byte[] body) {
    Map<?, ?> keys;
    try {
      JsonNode json = JsonMapper.shared().readTree(body);
      if (json == null || !json.isObject()) {
        throw new HttpError(400, "a stream is an object such as {\"id\": ..., \"url\": ...}");
      }
      keys = JsonMapper.shared().treeToValue(json, Map.class);
    } catch (JacksonException e) {
      throw new HttpError(400, "the body is not JSON");
    }
    if (!(keys.get("id") instanceof String) || !(keys.get("url") instanceof String)) {
      throw new HttpError(400, "'id' and 'url' are texts, and both are needed");
    }
    try {
      StreamSpec spec = StreamsFile.stream(keys, 1);
      Address.Kind kind = Address.of(spec.url()).kind();
      if (kind == Address.Kind.FILE || kind == Address.Kind.SYNTHETIC) {
        throw new HttpError(
            400, "clients may add cameras: rtsp://, http://, https:// or a webcam's number");
      }
      return spec;
    } catch (DrsnException | IllegalArgumentException e) {
      throw new HttpError(400, oneLine(e.getMessage()));
    }
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\s+", " ");
  }
}
