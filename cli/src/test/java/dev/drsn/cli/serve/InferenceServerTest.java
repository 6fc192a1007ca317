package dev.drsn.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.stream.BatchRunner;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InferenceServerTest {
  private static final int SIZE = 8;
  private static final int ELEMENTS = SIZE * SIZE;
  private static final String TOKEN = "0123456789abcdef-secret";

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<String> log = new ArrayList<>();
  private final Runner runner = new Runner();
  private InferenceServer server;

  /** Class 0's probability is an input's first number; it may be made to wait or to fail. */
  private static final class Runner implements BatchRunner {
    private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);
    private final CountDownLatch running = new CountDownLatch(1);
    private volatile boolean failing;

    @Override
    public int batch() {
      return 4;
    }

    @Override
    public int inputs() {
      return ELEMENTS;
    }

    @Override
    public int classes() {
      return 2;
    }

    @Override
    public void run(float[] inputs, int n, float[] probabilities) {
      running.countDown();
      gate.acquireUninterruptibly();
      gate.release();
      if (failing) {
        throw new IllegalStateException("secret detail");
      }
      for (int i = 0; i < n; i++) {
        probabilities[2 * i] = inputs[i * ELEMENTS];
        probabilities[2 * i + 1] = 1 - inputs[i * ELEMENTS];
      }
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void start() {
    start(null, 1 << 20, 8);
  }

  private void start(String token, int maxBody, int maxRequests) {
    stop();
    NetworkSpec spec = NetworkSpec.of(NetworkSpec.Architecture.RESNET18, 4, 2, 1, SIZE);
    Model model =
        new Model(
            spec,
            List.of("calm", "glad"),
            Preprocess.fixed(1, SIZE),
            Initialisation.of(spec.build(), 1),
            new LinkedHashMap<>());
    ServerOptions options =
        new ServerOptions(InetAddress.getLoopbackAddress(), 0, token, maxBody, maxRequests, 60);
    server = new InferenceServer(options, "faces", model, runner, Duration.ZERO, log::add);
  }

  @AfterEach
  void stop() {
    runner.gate.release(Integer.MAX_VALUE - runner.gate.availablePermits());
    if (server != null) {
      server.close();
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<byte[]> infer(byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/v2/models/faces/infer"))
            .POST(BodyPublishers.ofByteArray(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private JsonNode json(String body, int status) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = infer(body.getBytes(StandardCharsets.UTF_8));
    assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
    return JsonMapper.shared().readTree(response.body());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  private static String numbers(float first, int count) {
    StringBuilder text = new StringBuilder("[" + first);
    for (int i = 1; i < count; i++) {
      text.append(",0");
    }
    return text.append(']').toString();
  }

  private static String request(String shape, String data) {
    return "{\"id\":\"a1\",\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":"
        + shape
        + ",\"data\":"
        + data
        + "}]}";
  }

  private static String one() {
    return request("[1,1,8,8]", numbers(0.25f, ELEMENTS));
  }

  @Test
  void healthAndMetadataAreAsTheProtocolHasThem() throws Exception {
    assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/v2/health/ready").statusCode()).isEqualTo(200);
    assertThat(get("/v2/models/faces/ready").statusCode()).isEqualTo(200);
    assertThat(get("/v2").body()).contains("binary_tensor_data");
    JsonNode model = JsonMapper.shared().readTree(get("/v2/models/faces/versions/1").body());
    assertThat(model.get("name").asString()).isEqualTo("faces");
    assertThat(model.get("inputs").get(0).get("shape").toString()).isEqualTo("[-1,1,8,8]");
    assertThat(model.get("outputs").get(0).get("parameters").get("labels").toString())
        .isEqualTo("[\"calm\",\"glad\"]");
  }

  @Test
  void numbersInJsonFlatOrNested() throws Exception {
    JsonNode answer = json(one(), 200);
    assertThat(answer.get("id").asString()).isEqualTo("a1");
    assertThat(answer.get("model_name").asString()).isEqualTo("faces");
    JsonNode output = answer.get("outputs").get(0);
    assertThat(output.get("shape").toString()).isEqualTo("[1,2]");
    assertThat(output.get("data").toString()).isEqualTo("[0.25,0.75]");
    String nested = "[" + numbers(0.5f, ELEMENTS) + "," + numbers(0.125f, ELEMENTS) + "]";
    JsonNode two = json(request("[2,1,8,8]", nested), 200).get("outputs").get(0);
    assertThat(two.get("data").toString()).isEqualTo("[0.5,0.5,0.125,0.875]");
  }

  private static byte[] binaryRequest(String head, byte[] data) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.write(head.getBytes(StandardCharsets.UTF_8));
    body.write(data);
    return body.toByteArray();
  }

  private static byte[] floats(float first, int rows) {
    ByteBuffer data = ByteBuffer.allocate(4 * ELEMENTS * rows).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      data.putFloat(4 * ELEMENTS * row, first + row / 8f);
    }
    return data.array();
  }

  private static String head(String name, String type, String shape, int bytes, String more) {
    return "{\"inputs\":[{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":%s,\"parameters\":"
            .formatted(name, type, shape)
        + "{\"binary_data_size\":"
        + bytes
        + "}}]"
        + more
        + "}";
  }

  @Test
  void numbersAsBinaryDataThereAndBack() throws Exception {
    byte[] data = floats(0.25f, 6);
    String head =
        head(
            "input",
            "FP32",
            "[6,1,8,8]",
            data.length,
            ",\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"binary_data\":true}}]");
    HttpResponse<byte[]> response =
        infer(
            binaryRequest(head, data),
            "Inference-Header-Content-Length",
            Integer.toString(head.length()));
    assertThat(response.statusCode()).as(text(response)).isEqualTo(200);
    int length =
        (int) response.headers().firstValueAsLong("Inference-Header-Content-Length").orElseThrow();
    JsonNode json = JsonMapper.shared().readTree(response.body(), 0, length);
    assertThat(json.get("outputs").get(0).get("parameters").get("binary_data_size").intValue())
        .isEqualTo(48);
    ByteBuffer answer = ByteBuffer.wrap(response.body(), length, 48).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < 6; row++) {
      assertThat(answer.getFloat()).isEqualTo(0.25f + row / 8f);
      assertThat(answer.getFloat()).isEqualTo(0.75f - row / 8f);
    }
  }

  private static byte[] white() {
    byte[] pixels = new byte[ELEMENTS];
    Arrays.fill(pixels, (byte) 255);
    return new Image(SIZE, SIZE, 1, pixels).toPng();
  }

  @Test
  void picturesInBase64AndAsBinaryData() throws Exception {
    String base64 = Base64.getEncoder().encodeToString(white());
    String json =
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\""
            + base64
            + "\"]}]}";
    assertThat(json(json, 200).get("outputs").get(0).get("data").toString()).isEqualTo("[1.0,0.0]");
    byte[] png = white();
    byte[] data =
        ByteBuffer.allocate(2 * (4 + png.length))
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(png.length)
            .put(png)
            .putInt(png.length)
            .put(png)
            .array();
    String head = head("image", "BYTES", "[2]", data.length, "");
    HttpResponse<byte[]> response =
        infer(
            binaryRequest(head, data),
            "Inference-Header-Content-Length",
            Integer.toString(head.length()));
    assertThat(text(response)).contains("[1.0,0.0,1.0,0.0]");
  }

  @Test
  void malformedRequestsAreRefusedInOneLine() throws Exception {
    String nan = numbers(0, ELEMENTS).replace("[0.0", "[1e999");
    String[][] cases = {
      {"", "'inputs'"},
      {"{", "not JSON"},
      {"[]", "'inputs'"},
      {"{\"inputs\":[]}", "'inputs'"},
      {"{\"inputs\":[1]}", "'inputs'"},
      {"{\"inputs\":[{}]}", "'name'"},
      {one().replace("\"input\"", "\"x\""), "no such input"},
      {one().replace("FP32", "FP16"), "datatype is FP32"},
      {one().replace("[1,1,8,8]", "[1,3,8,8]"), "shape is [N, 1, 8, 8]"},
      {one().replace("[1,1,8,8]", "[64]"), "shape is"},
      {one().replace("[1,1,8,8]", "[0,1,8,8]"), "N is 1 to"},
      {one().replace("[1,1,8,8]", "[-1,1,8,8]"), "N is 1 to"},
      {one().replace("[1,1,8,8]", "[2000000000,1,8,8]"), "N is 1 to"},
      {one().replace("[1,1,8,8]", "[1.5,1,8,8]"), "shape is"},
      {request("[1,1,8,8]", "[1,2,3]"), "needs 64 numbers"},
      {request("[1,1,8,8]", numbers(0, ELEMENTS + 1)), "needs 64 numbers"},
      {request("[1,1,8,8]", "\"no\""), "no list"},
      {request("[1,1,8,8]", numbers(0, ELEMENTS).replace("[0.0", "[\"a\"")), "not all numbers"},
      {request("[1,1,8,8]", nan), "not finite"},
      {one().replace("\"a1\"", "17"), "'id'"},
      {one().replace("}]}", "}],\"outputs\":[{\"name\":\"logits\"}]}"), "no such output"},
      {
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"AAAA\"]}]}",
        "picture 0"
      },
      {
        "{\"inputs\":[{\"name\":\"image\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"?\"]}]}",
        "base64"
      },
      {head("input", "FP32", "[1,1,8,8]", 256, ""), "binary_data_size"},
    };
    for (String[] each : cases) {
      JsonNode answer = json(each[0], 400);
      assertThat(answer.get("error").asString()).as(each[0]).contains(each[1]).doesNotContain("\n");
    }
    String deep = "[".repeat(5000) + "]".repeat(5000);
    assertThat(json(request("[1,1,8,8]", deep), 400).get("error").asString()).contains("not JSON");
    byte[] data = floats(Float.NaN, 1);
    String head = head("input", "FP32", "[1,1,8,8]", data.length, "");
    String length = Integer.toString(head.length());
    assertThat(text(infer(binaryRequest(head, data), "Inference-Header-Content-Length", length)))
        .contains("not finite");
    assertThat(
            text(infer(binaryRequest(head, data), "Inference-Header-Content-Length", "999999999")))
        .contains("error");
    assertThat(text(infer(binaryRequest(head, data), "Inference-Header-Content-Length", "-1")))
        .contains("is a number of bytes");
    assertThat(json(one(), 200).has("outputs")).as("the rest undisturbed").isTrue();
    assertThat(log).isEmpty();
  }

  @Test
  void whatIsNotThereIsSaidWithoutRepeatingIt() throws Exception {
    for (String path :
        List.of(
            "/",
            "/v1",
            "/v2/models/other",
            "/v2/models/faces/versions/2",
            "/v2/models/..%2f..%2fetc%2fpasswd",
            "/v2/models/../../etc/passwd",
            "/v2/models/facesX/infer",
            "/v2/models/%3Cscript%3E")) {
      HttpResponse<String> response = get(path);
      assertThat(response.statusCode()).as(path).isEqualTo(404);
      assertThat(response.body()).contains("error").doesNotContain("passwd", "script");
    }
    assertThat(get("/v2/models/faces/infer").statusCode()).isEqualTo(405);
  }

  @Test
  void everyAddressOfTheOpenApiDocumentIsThere() throws Exception {
    String document = get("/openapi.yaml").body();
    Object content = new Load(LoadSettings.builder().build()).loadFromString(document);
    Map<?, ?> paths = (Map<?, ?>) ((Map<?, ?>) content).get("paths");
    assertThat(paths).hasSize(8);
    paths.forEach(
        (path, methods) -> {
          try {
            String address = path.toString().replace("{model}", "faces");
            int expected = ((Map<?, ?>) methods).containsKey("get") ? 200 : 405;
            assertThat(get(address).statusCode()).as(address).isEqualTo(expected);
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aTokenIsAskedForWhereThereIsOne() throws Exception {
    start(TOKEN, 1 << 20, 8);
    assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(get("/v2/models/faces").statusCode()).isEqualTo(401);
    assertThat(get("/metrics", "Authorization", "Bearer wrong").statusCode()).isEqualTo(401);
    assertThat(get("/metrics", "Authorization", "Bearer " + TOKEN).statusCode()).isEqualTo(200);
    assertThat(infer(new byte[0]).statusCode()).isEqualTo(401);
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
    start(null, 2048, 8);
    assertThat(infer(new byte[4096]).statusCode()).isEqualTo(413);
    HttpRequest chunked =
        HttpRequest.newBuilder(uri("/v2/models/faces/infer"))
            .POST(BodyPublishers.ofInputStream(() -> InputStream.nullInputStream()))
            .build();
    assertThat(client.send(chunked, BodyHandlers.ofString()).statusCode()).isEqualTo(400);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
      socket
          .getOutputStream()
          .write(
              "POST /v2/models/faces/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] start = socket.getInputStream().readNBytes(12);
      assertThat(new String(start, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 413");
    }
    assertThat(json(one(), 200).has("outputs")).isTrue();
  }

  @Test
  void anEndlessHeaderIsCutOff() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
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
    assertThat(json(one(), 200).has("outputs")).isTrue();
  }

  @Test
  void aThousandIdleConnectionsKeepNobodyOut() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        idle.add(new Socket(InetAddress.getLoopbackAddress(), server.address().getPort()));
      }
      assertThat(json(one(), 200).has("outputs")).isTrue();
    } finally {
      for (Socket each : idle) {
        each.close();
      }
    }
  }

  @Test
  void tooManyAtOnceAreToldToComeBack() throws Exception {
    start(null, 1 << 20, 1);
    runner.gate.drainPermits();
    CompletableFuture<HttpResponse<byte[]>> first =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return infer(one().getBytes(StandardCharsets.UTF_8));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    runner.running.await();
    HttpResponse<byte[]> second = infer(one().getBytes(StandardCharsets.UTF_8));
    assertThat(second.statusCode()).isEqualTo(503);
    assertThat(second.headers().firstValue("Retry-After")).contains("1");
    runner.gate.release();
    assertThat(first.get().statusCode()).isEqualTo(200);
  }

  @Test
  void whatHasBeenTakenIsAnsweredBeforeTheEnd() throws Exception {
    runner.gate.drainPermits();
    CompletableFuture<HttpResponse<byte[]>> taken =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return infer(one().getBytes(StandardCharsets.UTF_8));
              } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    runner.running.await();
    Thread closing = Thread.ofPlatform().start(server::close);
    runner.gate.release();
    assertThat(taken.get().statusCode()).isEqualTo(200);
    closing.join();
    assertThatThrownBy(() -> get("/v2")).isInstanceOf(IOException.class);
  }

  @Test
  void aFailureOfOurOwnIsLoggedAndNotTold() throws Exception {
    runner.failing = true;
    assertThat(json(one(), 500).get("error").asString()).isEqualTo("internal error");
    assertThat(log).containsExactly("a batch failed: secret detail");
    runner.failing = false;
    assertThat(json(one(), 200).has("outputs")).isTrue();
  }

  @Test
  void metricsHaveTheirNames() throws Exception {
    json(one(), 200);
    json("{", 400);
    String text = get("/metrics").body();
    assertThat(text)
        .contains(
            "drsn_inferences_total 1.0",
            "drsn_batches_total{closed=\"delay\"} 1.0",
            "drsn_inference_batch_size_bucket{le=\"1.0\"} 1",
            "drsn_inference_request_duration_seconds_count 1",
            "drsn_inference_queue_duration_seconds_bucket",
            "drsn_inference_preprocess_duration_seconds_sum",
            "drsn_inference_compute_duration_seconds_count 1",
            "drsn_http_requests_total{status=\"400\"} 1.0");
  }
}
