package dev.drsn.cli.serve;

import static dev.drsn.cli.serve.TestServer.ELEMENTS;
import static dev.drsn.cli.serve.TestServer.SIZE;
import static dev.drsn.cli.serve.TestServer.numbers;
import static dev.drsn.cli.serve.TestServer.one;
import static dev.drsn.cli.serve.TestServer.request;
import static dev.drsn.cli.serve.TestServer.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.image.Image;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class InferenceEndpointTest {
  private final TestServer server = new TestServer(null, 1 << 20, 8);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void healthAndMetadataAreAsTheProtocolHasThem() throws Exception {
    assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
    assertThat(server.get("/v2/health/ready").statusCode()).isEqualTo(200);
    assertThat(server.get("/v2/models/faces/ready").statusCode()).isEqualTo(200);
    assertThat(server.get("/v2").body()).contains("binary_tensor_data");
    JsonNode model = JsonMapper.shared().readTree(server.get("/v2/models/faces/versions/1").body());
    assertThat(model.get("name").asString()).isEqualTo("faces");
    assertThat(model.get("inputs").get(0).get("shape").toString()).isEqualTo("[-1,1,8,8]");
    assertThat(model.get("outputs").get(0).get("parameters").get("labels").toString())
        .isEqualTo("[\"calm\",\"glad\"]");
  }

  @Test
  void numbersInJsonFlatOrNested() throws Exception {
    JsonNode answer = server.json(one(), 200);
    assertThat(answer.get("id").asString()).isEqualTo("a1");
    assertThat(answer.get("model_name").asString()).isEqualTo("faces");
    JsonNode output = answer.get("outputs").get(0);
    assertThat(output.get("shape").toString()).isEqualTo("[1,2]");
    assertThat(output.get("data").toString()).isEqualTo("[0.25,0.75]");
    String nested = "[" + numbers(0.5f, ELEMENTS) + "," + numbers(0.125f, ELEMENTS) + "]";
    JsonNode two = server.json(request("[2,1,8,8]", nested), 200).get("outputs").get(0);
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
        server.infer(
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
    assertThat(server.json(json, 200).get("outputs").get(0).get("data").toString())
        .isEqualTo("[1.0,0.0]");
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
        server.infer(
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
      JsonNode answer = server.json(each[0], 400);
      assertThat(answer.get("error").asString()).as(each[0]).contains(each[1]).doesNotContain("\n");
    }
    String deep = "[".repeat(5000) + "]".repeat(5000);
    assertThat(server.json(request("[1,1,8,8]", deep), 400).get("error").asString())
        .contains("not JSON");
    byte[] data = floats(Float.NaN, 1);
    String head = head("input", "FP32", "[1,1,8,8]", data.length, "");
    String length = Integer.toString(head.length());
    assertThat(
            text(
                server.infer(binaryRequest(head, data), "Inference-Header-Content-Length", length)))
        .contains("not finite");
    assertThat(
            text(
                server.infer(
                    binaryRequest(head, data), "Inference-Header-Content-Length", "999999999")))
        .contains("error");
    assertThat(
            text(server.infer(binaryRequest(head, data), "Inference-Header-Content-Length", "-1")))
        .contains("is a number of bytes");
    assertThat(server.json(one(), 200).has("outputs")).as("the rest undisturbed").isTrue();
    assertThat(server.log).isEmpty();
  }

  @Test
  void aFailureOfOurOwnIsLoggedAndNotTold() throws Exception {
    server.runner.failing = true;
    assertThat(server.json(one(), 500).get("error").asString()).isEqualTo("internal error");
    assertThat(server.log).containsExactly("a batch failed: secret detail");
    server.runner.failing = false;
    assertThat(server.json(one(), 200).has("outputs")).isTrue();
  }

  @Test
  void metricsHaveTheirNames() throws Exception {
    server.json(one(), 200);
    server.json("{", 400);
    String text = server.get("/metrics").body();
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
