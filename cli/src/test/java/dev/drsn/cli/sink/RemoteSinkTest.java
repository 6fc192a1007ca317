package dev.drsn.cli.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.sun.net.httpserver.HttpServer;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.StreamResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RemoteSinkTest {

  private static final Map<String, String> SECRETS =
      Map.of("DRSN_WEBHOOK_TOKEN", "top-secret", "DRSN_WEBHOOK_SECRET", "key");

  @TempDir Path folder;
  private HttpServer server;
  private volatile int status = 200;
  private volatile boolean silent;
  private volatile String authorization;
  private volatile boolean signed;
  private final List<Long> got = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> epochs = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void start() throws IOException {
    serve(0);
  }

  private void serve(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          if (silent) {
            return;
          }
          authorization = exchange.getRequestHeaders().getFirst("Authorization");
          String time = exchange.getRequestHeaders().getFirst("X-Drsn-Timestamp");
          String signature = exchange.getRequestHeaders().getFirst("X-Drsn-Signature");
          signed =
              time != null && ("sha256=" + Webhook.signature("key", time, body)).equals(signature);
          int answer = status;
          if (answer == 200) {
            JsonNode results = JsonMapper.shared().readTree(body).get("results");
            results.forEach(
                result -> {
                  got.add(result.get("sequence").longValue());
                  epochs.add(result.get("epoch").longValue());
                });
          }
          exchange.sendResponseHeaders(answer, -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private RemoteSink sink(boolean spooled) {
    int port = server.getAddress().getPort();
    String url = "http://127.0.0.1:" + port + "/in?token=hidden-one";
    Webhook webhook = new Webhook(url, Duration.ofSeconds(2), SECRETS);
    return new RemoteSink(
        webhook, spooled ? new Spool(folder.resolve("spool"), 1 << 20) : null, List.of("a", "b"));
  }

  private static List<StreamResult> results(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(i -> new StreamResult("door", "", 7, i, Instant.EPOCH, 1, 8, 8, List.of(), null))
        .toList();
  }

  private static void await(String what, BooleanSupplier happened) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("did not happen: " + what);
      }
      Thread.sleep(5);
    }
  }

  @Test
  void resultsArePostedInOrderWithTokenAndSignature() throws IOException {
    try (RemoteSink sink = sink(false)) {
      sink.write(results(0, 3));
      sink.write(results(3, 5));
      assertThat(sink.mustKeep()).isFalse();
      assertThat(sink.everSpooled()).isZero();
      assertThat(sink.trouble()).isEmpty();
    }
    assertThat(got).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(authorization).isEqualTo("Bearer top-secret");
    assertThat(signed).isTrue();
    assertThat(epochs).hasSize(5).containsOnly(7L);
  }

  @Test
  void anErrorIsTriedAgainAndSaidWithoutSecrets() throws IOException, InterruptedException {
    status = 500;
    try (RemoteSink sink = sink(true)) {
      sink.write(results(0, 100));
      await("the failure is told", () -> sink.trouble().contains("answered 500"));
      assertThat(sink.trouble()).doesNotContain("secret").doesNotContain("hidden-one");
      assertThat(sink.trouble()).endsWith("100 results are on the disk");
      assertThat(sink.spooled()).isEqualTo(100);
      status = 200;
      await("all are sent", () -> sink.spooled() == 0);
      await("it is well again", () -> sink.trouble().isEmpty());
      assertThat(sink.everSpooled()).isEqualTo(100);
    }
    assertThat(got).isEqualTo(LongStream.range(0, 100).boxed().toList());
  }

  @Test
  void whoIsAwayGetsAllOfItFromTheNextProcess() throws IOException, InterruptedException {
    int port = server.getAddress().getPort();
    server.stop(0);
    try (RemoteSink sink = sink(true)) {
      for (int i = 0; i < 20; i++) {
        sink.write(results(10L * i, 10L * i + 10));
      }
      await("the failure is told", () -> sink.trouble().contains("cannot be reached"));
    }
    serve(port);
    try (RemoteSink sink = sink(true)) {
      sink.write(results(200, 210));
      await("all are sent", () -> sink.spooled() == 0);
    }
    assertThat(got).isEqualTo(LongStream.range(0, 210).boxed().toList());
  }

  @Test
  void whoSaysNothingIsGivenUpAfterTheTimeOut() throws IOException, InterruptedException {
    silent = true;
    try (RemoteSink sink = sink(true)) {
      sink.write(results(0, 1));
      await("the failure is told", () -> sink.trouble().contains("did not answer within 2 s"));
      silent = false;
      await("it is sent", () -> sink.spooled() == 0);
    }
    assertThat(got).containsExactly(0L);
  }

  @Test
  void addressesThatAreNoneAreRefusedWithoutTheirPasswords() {
    for (String url : List.of("ftp://x/", "http:///x", "a b", "camera")) {
      assertThatThrownBy(() -> new Webhook(url, Duration.ofSeconds(1), Map.of()))
          .isInstanceOf(DrsnException.class)
          .hasMessageStartingWith("--webhook is http://...");
    }
    assertThatThrownBy(() -> new Webhook("http://me:pw1@x/", Duration.ofSeconds(1), Map.of()))
        .isInstanceOf(DrsnException.class)
        .message()
        .contains("DRSN_WEBHOOK_TOKEN")
        .doesNotContain("pw1");
  }
}
