package dev.drsn.cli.serve;

import static dev.drsn.cli.serve.TestServer.await;
import static dev.drsn.cli.serve.TestServer.one;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EventsEndpointTest {
  private final TestServer server = new TestServer(null, TestServer.cameras(), false);

  @AfterEach
  void stop() {
    server.close();
  }

  private BufferedReader events() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(server.uri("/v1/events")).build();
    HttpResponse<InputStream> response = server.client.send(request, BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  private static JsonNode event(BufferedReader events, String name) throws IOException {
    assertThat(events.readLine()).isEqualTo("event: " + name);
    String data = events.readLine();
    assertThat(data).startsWith("data: ");
    assertThat(events.readLine()).isEmpty();
    return JsonMapper.shared().readTree(data.substring(6));
  }

  @Test
  void whatHasBeenAndThenWhatIs() throws Exception {
    server.addAndAwaitResults("door", 1);
    await("some samples", () -> server.view.samples().size() >= 2);
    try (BufferedReader events = events()) {
      JsonNode hello = event(events, "hello");
      assertThat(hello.get("labels").toString()).isEqualTo("[\"calm\",\"glad\"]");
      assertThat(hello.get("numbers").size()).isGreaterThanOrEqualTo(2);
      assertThat(hello.get("streams").get("door").get("fps").size())
          .isLessThanOrEqualTo(hello.get("numbers").size());
      JsonNode sample = event(events, "sample");
      assertThat(sample.get("streams").get(0).get("id").asString()).isEqualTo("door");
      assertThat(sample.get("rates").has("door")).isTrue();
      assertThat(sample.get("load").doubleValue()).isBetween(0.0, 1.0);
      assertThat(sample.toString()).doesNotContain("track", "secret");
      JsonNode next = event(events, "sample");
      assertThat(next.get("number").longValue()).isGreaterThan(sample.get("number").longValue());
    }
  }

  @Test
  void whoReadsNothingHoldsNothingUp() throws Exception {
    server.addAndAwaitResults("door", 1);
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < EventsEndpoint.MOST_CLIENTS; i++) {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1024);
        socket.connect(server.server.address());
        socket
            .getOutputStream()
            .write(
                "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        idle.add(socket);
      }
      await("no room for more", () -> status("/v1/events") == 503);
      long before = server.pipeline.stream("door").orElseThrow().inferred();
      await(
          "results go on",
          () -> server.pipeline.stream("door").orElseThrow().inferred() > before + 20);
      assertThat(server.json(one(), 200).has("outputs")).isTrue();
      assertThat(status("/v1/streams")).isEqualTo(200);
    } finally {
      for (Socket each : idle) {
        each.close();
      }
    }
    await("there is room again", () -> status("/v1/events") == 200);
  }

  private int status(String path) {
    HttpRequest request = HttpRequest.newBuilder(server.uri(path)).build();
    try {
      HttpResponse<InputStream> response =
          server.client.send(request, BodyHandlers.ofInputStream());
      response.body().close();
      return response.statusCode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void onesThatLookDoNotKeepTheServerFromEnding() throws Exception {
    BufferedReader events = events();
    event(events, "hello");
    Socket silent = server.connect();
    silent
        .getOutputStream()
        .write(
            "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    long began = System.nanoTime();
    server.server.close(600);
    assertThat((System.nanoTime() - began) / 1e9).as("seconds").isLessThan(300);
    silent.close();
    events.close();
  }

  @Test
  void thePageNeedsNothingFromElsewhere() throws Exception {
    HttpResponse<String> page = server.get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("unsafe", "http");
    for (String path :
        List.of("/", "/dashboard.js", "/events.js", "/charts.js", "/dashboard.css")) {
      assertThat(server.get(path).body())
          .as(path)
          .isNotBlank()
          .doesNotContainPattern(
              "(?i)(src|href)=\"(https?:)?//|@import|[: ]url\\(|\\beval\\(| style=\"")
          .doesNotContain("innerHTML", "<script>");
    }
    assertThat(page.body()).contains("lang=\"en\"", "name=\"viewport\"", "<main");
    assertThat(server.send("POST", "/", "").statusCode()).isEqualTo(405);
  }
}
