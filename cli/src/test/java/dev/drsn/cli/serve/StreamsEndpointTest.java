package dev.drsn.cli.serve;

import static dev.drsn.cli.serve.TestServer.TOKEN;
import static dev.drsn.cli.serve.TestServer.await;
import static dev.drsn.cli.serve.TestServer.one;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.stream.StreamSpec;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StreamsEndpointTest {
  private static final String[] JSON = {"Content-Type", "application/json; charset=utf-8"};

  private TestServer server = new TestServer(null, TestServer.cameras(), false);

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> post(String body) throws Exception {
    return server.send("POST", "/v1/streams", body, JSON);
  }

  private static String stream(String id, String url) {
    return "{\"id\":\"" + id + "\",\"url\":\"" + url + "\"}";
  }

  private static JsonNode json(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    return JsonMapper.shared().readTree(response.body());
  }

  @Test
  void streamsComeAndGoWhileOthersRun() throws Exception {
    server.addAndAwaitResults("door", 1);
    HttpResponse<String> added =
        post(
            "{\"id\":\"säle-2\",\"url\":\"http://u:pw@camera/2?key=abc\",\"roi\":[0,0,8,8],"
                + "\"fps\":50,\"policy\":\"newest\"}");
    JsonNode stream = json(added, 201);
    assertThat(stream.get("address").asString()).isEqualTo("http://***@camera/2?key=***");
    String place = added.headers().firstValue("Location").orElseThrow();
    assertThat(place).isEqualTo("/v1/streams/s%C3%A4le-2");
    await(
        "results of the new one",
        () -> server.pipeline.stream("säle-2").orElseThrow().inferred() > 5);
    JsonNode all = json(server.get("/v1/streams"), 200);
    assertThat(all.get("streams").size()).isEqualTo(2);
    assertThat(all.get("streams").get(0).get("id").asString()).isEqualTo("door");
    assertThat(all.get("batches").get("count").longValue()).isPositive();
    assertThat(json(server.get(place), 200).get("state").asString()).isEqualTo("live");
    assertThat(json(post(stream("door", "rtsp://a")), 409).get("error").asString())
        .contains("two streams door");
    assertThat(server.send("DELETE", place, "").statusCode()).isEqualTo(204);
    assertThat(server.get(place).statusCode()).isEqualTo(404);
    assertThat(server.send("DELETE", place, "").statusCode()).isEqualTo(404);
    assertThat(json(server.get("/v1/streams"), 200).get("streams").size()).isEqualTo(1);
    json(post(stream("säle-2", "rtsp://camera/3")), 201);
    assertThat(server.json(one(), 200).has("outputs")).as("requests share the device").isTrue();
    assertThat(server.log).isEmpty();
  }

  @Test
  void passwordsAreShownToNobody() throws Exception {
    json(post(stream("dead", "rtsp://admin:hunter2@dead/live?token=sesame")), 201);
    await("a failure", () -> !server.pipeline.stream("dead").orElseThrow().reason().isEmpty());
    String all =
        server.get("/v1/streams").body()
            + server.get("/v1/streams/dead").body()
            + server.get("/metrics").body()
            + post(stream("dead", "rtsp://admin:hunter2@dead/live")).body();
    assertThat(all).contains("nobody answers", "rtsp://***@dead/live?token=***");
    assertThat(all).doesNotContain("hunter2", "sesame", "admin");
  }

  @Test
  void whatIsMalformedIsRefusedInOneLine() throws Exception {
    String[][] cases = {
      {"", "an object"},
      {"{", "not JSON"},
      {"[]", "an object"},
      {"null", "an object"},
      {"{}", "'id' and 'url'"},
      {"{\"id\":\"a\"}", "'id' and 'url'"},
      {"{\"id\":1,\"url\":\"rtsp://a\"}", "'id' and 'url'"},
      {stream("../../etc", "rtsp://a"), "no name for a stream"},
      {stream("a\\nb", "rtsp://a"), "no name for a stream"},
      {stream("", "rtsp://a"), "no name for a stream"},
      {stream("a".repeat(65), "rtsp://a"), "no name for a stream"},
      {stream("a", " "), "no url"},
      {stream("a", "rtsp://a\\u0000b"), "control characters"},
      {stream("a", "rtsp://" + "a".repeat(5000)), "too long"},
      {stream("a", "/etc/passwd"), "clients may add cameras"},
      {stream("a", "file:///etc/passwd"), "clients may add cameras"},
      {stream("a", "file://%%%"), "Malformed"},
      {stream("a", "/dev/video/../../etc/passwd"), "clients may add cameras"},
      {stream("a", "synthetic:9999x9999"), "clients may add cameras"},
      {"{\"id\":\"a\",\"url\":\"rtsp://a\",\"fsp\":1}", "'fsp' is not known"},
      {"{\"id\":\"a\",\"url\":\"rtsp://a\",\"fps\":\"x\"}", "fps is a number"},
      {"{\"id\":\"a\",\"url\":\"rtsp://a\",\"fps\":-1}", "fps is 0"},
      {"{\"id\":\"a\",\"url\":\"rtsp://a\",\"roi\":[1,2]}", "roi is"},
      {"{\"id\":\"a\",\"url\":\"rtsp://a\",\"roi\":[0,0,1e99,1]}", "roi is"},
      {"{\"id\":\"a\",\"url\":\"rtsp://a\",\"policy\":\"old\"}", "no policy old"},
      {"[".repeat(5000), "not JSON"},
    };
    for (String[] each : cases) {
      String error = json(post(each[0]), 400).get("error").asString();
      assertThat(error).as(each[0]).contains(each[1]).doesNotContain("\n", "Exception");
    }
    assertThat(post(" ".repeat(20_000)).statusCode()).isEqualTo(413);
    assertThat(server.send("POST", "/v1/streams", stream("a", "rtsp://a")).statusCode())
        .as("a form of another site")
        .isEqualTo(415);
    assertThat(server.send("PUT", "/v1/streams", "{}", JSON).statusCode()).isEqualTo(405);
    assertThat(server.send("POST", "/v1/streams/a", "{}", JSON).statusCode()).isEqualTo(405);
    assertThat(json(server.get("/v1/streams"), 200).get("streams").size()).isZero();
    assertThat(server.log).isEmpty();
  }

  @Test
  void pathTricksFindNothing() throws Exception {
    server.addAndAwaitResults("door", 1);
    for (String path :
        List.of(
            "/v1/streams/..%2fdoor",
            "/v1/streams/../streams/x",
            "/v1/streams/door%2f",
            "/v1/streams/door/..",
            "/v1/streams/door%00",
            "/v1/streams//door",
            "/v1/streams/%2e%2e/%2e%2e/etc/passwd/frame.jpg",
            "/v1/streamsdoor")) {
      HttpResponse<String> response = server.get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(404);
      assertThat(response.body()).contains("error").doesNotContain("passwd");
    }
    assertThat(server.get("/v1/streams/door/frame.jpg").body()).contains("--show-frames");
  }

  @Test
  void otherSitesMayNotAsk() throws Exception {
    String own = "http://127.0.0.1:" + server.server.address().getPort();
    assertThat(server.get("/v1/streams", "Origin", own).statusCode()).isEqualTo(200);
    assertThat(server.get("/v1/streams", "Origin", "http://evil.example").statusCode())
        .isEqualTo(403);
    assertThat(server.get("/v1/streams", "Origin", "null").statusCode()).isEqualTo(403);
    // A page whose name was made to mean this machine.
    try (Socket socket = server.connect()) {
      String request = "GET /v1/streams HTTP/1.1\r\nHost: evil.example\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 403");
    }
  }

  @Test
  void theTokenIsAskedForHereToo() throws Exception {
    server.close();
    server = new TestServer(TOKEN, TestServer.cameras(), true);
    assertThat(server.get("/v1/streams").statusCode()).isEqualTo(401);
    assertThat(post(stream("a", "rtsp://a")).statusCode()).isEqualTo(401);
    assertThat(server.send("DELETE", "/v1/streams/a", "").statusCode()).isEqualTo(401);
    assertThat(server.get("/v1/streams/a/frame.jpg").statusCode()).isEqualTo(401);
    String bearer = "Bearer " + TOKEN;
    assertThat(server.get("/v1/streams", "Authorization", bearer).statusCode()).isEqualTo(200);
  }

  @Test
  void framesAreSmallPicturesOnRequestOnly() throws Exception {
    server.close();
    server = new TestServer(null, TestServer.cameras(), true);
    server.addAndAwaitResults("door", 1);
    HttpRequest request = HttpRequest.newBuilder(server.uri("/v1/streams/door/frame.jpg")).build();
    HttpResponse<byte[]> frame = server.client.send(request, BodyHandlers.ofByteArray());
    assertThat(frame.headers().firstValue("Content-Type")).contains("image/jpeg");
    assertThat(frame.body()).startsWith(0xFF, 0xD8);
  }

  @Test
  void metricsHaveTheirNames() throws Exception {
    server.addAndAwaitResults("door", 3);
    server.pipeline.add(StreamSpec.of("lost", "rtsp://dead"));
    await("a failure", () -> !server.pipeline.stream("lost").orElseThrow().reason().isEmpty());
    String text = server.get("/metrics").body();
    assertThat(text)
        .contains(
            "drsn_stream_state{state=\"live\",stream=\"door\"} 1.0",
            "drsn_stream_state{state=\"backoff\",stream=\"door\"} 0.0",
            "drsn_stream_state{state=\"live\",stream=\"lost\"} 0.0",
            "drsn_stream_frames_dropped_total{reason=\"superseded\",stream=\"door\"}",
            "drsn_stream_frames_dropped_total{reason=\"fps_cap\",stream=\"door\"} 0.0",
            "drsn_stream_reconnects_total{stream=\"door\"} 0.0",
            "drsn_stream_result_age_seconds_bucket{stream=\"door\",le=\"+Inf\"}",
            "drsn_stream_result_age_seconds_count{stream=\"door\"}",
            "drsn_sink_sent_total{sink=\"dashboard\"}",
            "drsn_sink_failed_total{sink=\"dashboard\"} 0.0",
            "drsn_sink_spooled_total{sink=\"dashboard\"} 0.0",
            "drsn_batches_total{closed=");
    assertThat(value(text, "drsn_stream_frames_captured_total{stream=\"door\"}"))
        .isGreaterThanOrEqualTo(3);
    assertThat(value(text, "drsn_stream_frames_inferred_total{stream=\"door\"}"))
        .isGreaterThanOrEqualTo(3);
    server.pipeline.remove("door");
    assertThat(server.get("/metrics").body()).doesNotContain("captured_total{stream=\"door\"}");
  }

  private static double value(String text, String name) {
    String line = text.lines().filter(each -> each.startsWith(name)).findFirst().orElseThrow();
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }
}
