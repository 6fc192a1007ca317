package dev.drsn.cli.serve;

import static dev.drsn.cli.serve.TestServer.TOKEN;
import static dev.drsn.cli.serve.TestServer.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class WebServerTest {
  private TestServer server = new TestServer(null, 1 << 20, 8);

  @AfterEach
  void stop() {
    server.close();
  }

  private void restart(String token, int maxBody, int maxRequests) {
    server.close();
    server = new TestServer(token, maxBody, maxRequests);
  }

  @Test
  void whatIsNotThereIsSaidWithoutRepeatingIt() throws Exception {
    for (String path :
        List.of(
            "/index.html",
            "/../dashboard.js",
            "/dashboard.html",
            "/v1",
            "/v1/streams",
            "/v2/models/other",
            "/v2/models/faces/versions/2",
            "/v2/models/..%2f..%2fetc%2fpasswd",
            "/v2/models/../../etc/passwd",
            "/v2/models/facesX/infer",
            "/v2/models/%3Cscript%3E")) {
      HttpResponse<String> response = server.get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(404);
      assertThat(response.body()).contains("error").doesNotContain("passwd", "script");
    }
    assertThat(server.get("/v2/models/faces/infer").statusCode()).isEqualTo(405);
  }

  @Test
  void everyAddressOfTheOpenApiDocumentIsThere() throws Exception {
    server.close();
    server = new TestServer(null, TestServer.cameras(), true);
    server.addAndAwaitResults("door", 1);
    String document = server.get("/openapi.yaml").body();
    Object content = new Load(LoadSettings.builder().build()).loadFromString(document);
    Map<?, ?> paths = (Map<?, ?>) ((Map<?, ?>) content).get("paths");
    assertThat(paths).hasSize(12);
    paths.forEach(
        (path, methods) -> {
          try {
            String name = path.toString().replace("{model}", "faces").replace("{stream}", "door");
            HttpRequest request = HttpRequest.newBuilder(server.uri(name)).build();
            int expected = ((Map<?, ?>) methods).containsKey("get") ? 200 : 405;
            // Events would never end.
            var response = server.client.send(request, BodyHandlers.ofInputStream());
            assertThat(response.statusCode()).as(name).isEqualTo(expected);
            response.body().close();
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aTokenIsAskedForWhereThereIsOne() throws Exception {
    restart(TOKEN, 1 << 20, 8);
    assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(server.get("/v2/models/faces").statusCode()).isEqualTo(401);
    assertThat(server.get("/metrics", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
    assertThat(server.get("/metrics", "Authorization", "Bearer " + TOKEN).statusCode())
        .isEqualTo(200);
    assertThat(server.infer(new byte[0]).statusCode()).isEqualTo(401);
    assertThat(server.get("/v1/events").statusCode()).isEqualTo(401);
    assertThat(server.get("/nothing").statusCode()).isEqualTo(401);
    assertThat(server.get("/").statusCode()).as("the page tells nothing").isEqualTo(200);
  }

  @Test
  void otherMachinesNeedATokenAndTokensALength() throws Exception {
    InetAddress any = InetAddress.getByAddress(new byte[] {0, 0, 0, 0});
    assertThatThrownBy(() -> new ServerOptions(any, 0, null, 1 << 20, 8, 60))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("--token-file");
    assertThatThrownBy(() -> new ServerOptions(any, 0, "short", 1 << 20, 8, 60))
        .hasMessageContaining("16 characters");
  }

  @Test
  void bodiesThatAreTooLargeAreNotRead() throws Exception {
    restart(null, 2048, 8);
    assertThat(server.infer(new byte[4096]).statusCode()).isEqualTo(413);
    HttpRequest chunked =
        HttpRequest.newBuilder(server.uri("/v2/models/faces/infer"))
            .POST(BodyPublishers.ofInputStream(() -> InputStream.nullInputStream()))
            .build();
    assertThat(server.client.send(chunked, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
    try (Socket socket = server.connect()) {
      socket
          .getOutputStream()
          .write(
              "POST /v2/models/faces/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
    assertThat(server.json(one(), 200).has("outputs")).isTrue();
  }

  @Test
  void anEndlessHeaderIsCutOff() throws Exception {
    try (Socket socket = server.connect()) {
      byte[] part = ("X-" + "a".repeat(1000) + ": b\r\n").getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write("GET /v2 HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
      boolean cut = false;
      for (int i = 0; i < 10_000 && !cut; i++) {
        try {
          socket.getOutputStream().write(part);
        } catch (IOException e) {
          cut = true;
        }
      }
      assertThat(cut).as("ten megabytes are not taken").isTrue();
    }
    assertThat(server.json(one(), 200).has("outputs")).isTrue();
  }

  @Test
  void aThousandIdleConnectionsKeepNobodyOut() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        idle.add(server.connect());
      }
      assertThat(server.json(one(), 200).has("outputs")).isTrue();
    } finally {
      for (Socket each : idle) {
        each.close();
      }
    }
  }

  @Test
  void tooManyAtOnceAreToldToComeBack() throws Exception {
    restart(null, 1 << 20, 1);
    server.runner.gate.drainPermits();
    CompletableFuture<HttpResponse<byte[]>> first =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.infer(one().getBytes(StandardCharsets.UTF_8));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    server.runner.running.await();
    HttpResponse<byte[]> second = server.infer(one().getBytes(StandardCharsets.UTF_8));
    assertThat(second.statusCode()).isEqualTo(503);
    assertThat(second.headers().firstValue("Retry-After")).contains("1");
    server.runner.gate.release();
    assertThat(first.get().statusCode()).isEqualTo(200);
  }

  @Test
  void whatHasBeenTakenIsAnsweredBeforeTheEnd() throws Exception {
    server.runner.gate.drainPermits();
    CompletableFuture<HttpResponse<byte[]>> taken =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.infer(one().getBytes(StandardCharsets.UTF_8));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    server.runner.running.await();
    Thread closing = Thread.ofPlatform().start(server.server::close);
    server.runner.gate.release();
    assertThat(taken.get().statusCode()).isEqualTo(200);
    closing.join();
    assertThatThrownBy(() -> server.get("/v2")).isInstanceOf(IOException.class);
  }
}
