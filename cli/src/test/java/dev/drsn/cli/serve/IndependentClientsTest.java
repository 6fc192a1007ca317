package dev.drsn.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests in the form of two clients of others: the keys and their order, the headers and the
 * bytes behind the JSON are what the published sources of {@code tritonclient.http} (its {@code
 * InferInput} with and without {@code binary_data}, with and without requested outputs) and of
 * kserve's {@code InferRequest.to_rest} write. The bodies are files made by those rules; the
 * clients themselves, which are Python, do not run here.
 */
class IndependentClientsTest {
  private static final String LENGTH = "Inference-Header-Content-Length";
  private static final String BYTES = "application/octet-stream";
  private final TestServer server = new TestServer(null, 1 << 20, 8);

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] body(String name) throws IOException {
    try (InputStream in = IndependentClientsTest.class.getResourceAsStream("oip/" + name)) {
      return in.readAllBytes();
    }
  }

  /** What these clients make of an answer: its outputs' numbers, from the JSON or behind it. */
  private List<Float> infer(String name, int headerLength, String type, String id)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri("/v2/models/faces/infer"))
            .POST(BodyPublishers.ofByteArray(body(name)));
    if (type != null) {
      request.header("Content-Type", type);
    }
    if (headerLength > 0) {
      request.header(LENGTH, Integer.toString(headerLength));
    }
    HttpResponse<byte[]> response = server.client.send(request.build(), BodyHandlers.ofByteArray());
    assertThat(response.statusCode()).as(TestServer.text(response)).isEqualTo(200);
    byte[] answer = response.body();
    int length = (int) response.headers().firstValueAsLong(LENGTH).orElse(answer.length);
    JsonNode json = JsonMapper.shared().readTree(answer, 0, length);
    assertThat(json.path("id").asString(null)).isEqualTo(id);
    assertThat(json.get("model_name").asString()).isEqualTo("faces");
    JsonNode output = json.get("outputs").get(0);
    assertThat(output.get("name").asString()).isEqualTo("probabilities");
    assertThat(output.get("datatype").asString()).isEqualTo("FP32");
    List<Float> numbers = new ArrayList<>();
    if (output.has("data")) {
      output.get("data").forEach(number -> numbers.add(number.floatValue()));
    } else {
      int size = output.get("parameters").get("binary_data_size").intValue();
      assertThat(length + size).isEqualTo(answer.length);
      ByteBuffer raw = ByteBuffer.wrap(answer, length, size).order(ByteOrder.LITTLE_ENDIAN);
      while (raw.hasRemaining()) {
        numbers.add(raw.getFloat());
      }
    }
    JsonNode shape = output.get("shape");
    assertThat(shape.get(0).intValue() * shape.get(1).intValue()).isEqualTo(numbers.size());
    return numbers;
  }

  @Test
  void tritonsClientWithNumbersInJson() throws Exception {
    assertThat(infer("tritonclient-json.bin", 0, null, "1")).containsExactly(0.25f, 0.75f);
  }

  @Test
  void tritonsClientWithBinaryDataThereAndBack() throws Exception {
    assertThat(infer("tritonclient-binary.bin", 183, null, "2"))
        .containsExactly(0.25f, 0.75f, 0.5f, 0.5f);
  }

  @Test
  void tritonsClientThatNamesNoOutputsGetsBinaryData() throws Exception {
    assertThat(infer("tritonclient-no-outputs.bin", 144, null, null))
        .containsExactly(0.25f, 0.75f, 0.5f, 0.5f);
  }

  @Test
  void tritonsClientWithAPicture() throws Exception {
    assertThat(infer("tritonclient-image.bin", 178, null, "3")).containsExactly(1f, 0f);
  }

  @Test
  void kservesClientWithNumbersInJson() throws Exception {
    assertThat(
            infer("kserve-json.bin", 0, "application/json", "4be4e82f-5500-420a-a5c5-ac86841e271b"))
        .containsExactly(0.25f, 0.75f);
  }

  @Test
  void kservesClientWithBinaryDataThereAndBack() throws Exception {
    assertThat(infer("kserve-binary.bin", 239, BYTES, "4be4e82f-5500-420a-a5c5-ac86841e271b"))
        .containsExactly(0.25f, 0.75f);
  }

  @Test
  void theirQuestionsBeforeInferenceAreAnswered() throws Exception {
    for (String path :
        List.of(
            "/v2/health/live",
            "/v2/health/ready",
            "/v2",
            "/v2/models/faces",
            "/v2/models/faces/ready",
            "/v2/models/faces/versions/1/ready")) {
      assertThat(server.get(path).statusCode()).as(path).isEqualTo(200);
    }
    JsonNode metadata = JsonMapper.shared().readTree(server.get("/v2/models/faces").body());
    assertThat(metadata.get("platform").isString()).isTrue();
    assertThat(metadata.get("outputs").get(0).get("shape").toString()).isEqualTo("[-1,2]");
  }

  @Test
  void anErrorIsWhereTheyLookForIt() throws Exception {
    HttpResponse<byte[]> response =
        server.infer(body("tritonclient-binary.bin"), LENGTH, Integer.toString(183 - 1));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(JsonMapper.shared().readTree(response.body()).get("error").isString()).isTrue();
  }
}
