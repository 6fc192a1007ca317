package dev.drsn.cli.serve;

import dev.drsn.engine.stream.Device;
import dev.drsn.engine.stream.InferenceQueue;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.engine.weights.Model;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One model by the Open Inference Protocol, version 2. */
public final class InferenceEndpoint implements Endpoint {

  private static final String HEADER_LENGTH = "Inference-Header-Content-Length";
  private static final int MOST_ROWS = 256;

  private final ServerOptions options;
  private final ServedModel model;
  private final InferenceQueue queue;
  private final ServerMetrics metrics;
  private final Semaphore requests;
  private final Consumer<String> log;

  /**
   * @param name what clients call the model
   * @param device runs it; the caller closes it after the server
   * @param log gets a line for each failure of the device
   */
  public InferenceEndpoint(
      ServerOptions options,
      String name,
      Model model,
      Device device,
      ServerMetrics metrics,
      Consumer<String> log) {
    this.options = options;
    this.metrics = metrics;
    this.log = log;
    this.model = ServedModel.of(name, model, MOST_ROWS);
    this.requests = new Semaphore(options.maxRequests());
    this.queue = new InferenceQueue(device, options.maxRequests() * MOST_ROWS, Ticker.system());
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  @Override
  public boolean serves(String path) {
    return path.equals("/v2") || path.startsWith("/v2/");
  }

  @Override
  public Answer answer(Request request) throws IOException {
    String path = request.path();
    boolean draining = request.draining();
    String base = "/v2/models/" + model.name();
    String version = base + "/versions/" + ServedModel.VERSION;
    String part = path.startsWith(version) ? path.substring(version.length()) : null;
    if (part == null && path.startsWith(base)) {
      part = path.substring(base.length());
    }
    if (part != null && part.equals("/infer")) {
      return infer(request);
    }
    request.readOnly();
    if (part != null && part.isEmpty()) {
      return Answer.json(200, model.metadata());
    }
    if (part != null && part.equals("/ready")) {
      ObjectNode json = object().put("name", model.name()).put("ready", !draining);
      return Answer.json(draining ? 503 : 200, json);
    }
    if (path.equals("/v2") || path.equals("/v2/")) {
      ObjectNode json = object().put("name", "drsn").put("version", "2");
      json.putArray("extensions").add("binary_tensor_data");
      return Answer.json(200, json);
    }
    throw new HttpError(404, "there is no such model here; there is '" + model.name() + "'");
  }

  private Answer infer(Request request) throws IOException {
    if (!request.method().equals("POST")) {
      throw new HttpError(405, "inference is for POST");
    }
    if (request.draining()) {
      throw new HttpError(503, "the server is ending");
    }
    if (!requests.tryAcquire()) {
      throw new HttpError(503, "too many requests at once; come back");
    }
    try {
      long began = System.nanoTime();
      InferRequest asked =
          InferRequest.parse(request.body(options.maxBody()), headerLength(request), model);
      metrics.prepared(System.nanoTime() - began);
      float[] probabilities = run(asked);
      Answer answer = answer(asked, probabilities);
      metrics.inferred(System.nanoTime() - began);
      return answer;
    } finally {
      requests.release();
    }
  }

  private static int headerLength(Request request) {
    String length = request.header(HEADER_LENGTH);
    if (length == null) {
      return -1;
    }
    if (!length.matches("\\d{1,9}")) {
      throw new HttpError(400, HEADER_LENGTH + " is a number of bytes");
    }
    return Integer.parseInt(length);
  }

  private float[] run(InferRequest request) {
    try {
      return queue
          .submit(request.inputs(), request.rows())
          .get(options.timeoutSeconds(), TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      throw new HttpError(503, "too much is waiting; come back");
    } catch (TimeoutException e) {
      throw new HttpError(504, "not done within " + options.timeoutSeconds() + " s");
    } catch (ExecutionException e) {
      log.accept("a batch failed: " + e.getCause().getMessage());
      throw new HttpError(500, "internal error");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HttpError(503, "the server is ending");
    }
  }

  private Answer answer(InferRequest request, float[] probabilities) {
    ObjectNode json =
        object().put("model_name", model.name()).put("model_version", ServedModel.VERSION);
    if (request.id() != null) {
      json.put("id", request.id());
    }
    ObjectNode output =
        json.putArray("outputs")
            .addObject()
            .put("name", ServedModel.OUTPUT)
            .put("datatype", "FP32");
    output.putArray("shape").add(request.rows()).add(model.labels().size());
    if (!request.binary()) {
      var data = output.putArray("data");
      for (float p : probabilities) {
        data.add(p);
      }
      return Answer.json(200, json);
    }
    output.putObject("parameters").put("binary_data_size", 4 * probabilities.length);
    byte[] header = json.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer body =
        ByteBuffer.allocate(header.length + 4 * probabilities.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(header);
    for (float p : probabilities) {
      body.putFloat(p);
    }
    return Answer.of(200, "application/octet-stream", body.array())
        .with(Map.of(HEADER_LENGTH, Integer.toString(header.length)));
  }
}
