package dev.drsn.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.BatchRunner;
import dev.drsn.engine.stream.InferenceQueue;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.engine.weights.Model;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One model by the Open Inference Protocol, version 2, over REST, on the JDK's own HTTP server with
 * a virtual thread a request: it needs no library, and what this protocol needs it has.
 *
 * <p>Clients get one line of what is wrong, never a stack trace. What is too large, too many or too
 * slow is refused; the rest goes on.
 */
public final class InferenceServer implements AutoCloseable {

  private static final String HEADER_LENGTH = "Inference-Header-Content-Length";
  private static final String JSON = "application/json";
  private static final int MOST_ROWS = 256;
  private static final int DRAIN_SECONDS = 10;

  private final ServerOptions options;
  private final ServedModel model;
  private final InferenceQueue queue;
  private final ServerMetrics metrics = new ServerMetrics();
  private final Semaphore requests;
  private final Consumer<String> log;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean draining;

  static {
    // The server reads these when it is first used. A request that dawdles is cut off.
    setUnlessSet("sun.net.httpserver.maxReqTime", "60");
    setUnlessSet("sun.net.httpserver.maxRspTime", "60");
    setUnlessSet("sun.net.httpserver.maxReqHeaders", "100");
    setUnlessSet("sun.net.httpserver.maxReqHeaderSize", "65536");
    setUnlessSet("jdk.httpserver.maxConnections", "4096");
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Begins to listen.
   *
   * @param runner runs the model; the caller closes it after this
   * @param log gets a line for each failure of the server's own
   * @throws DrsnException where the port is taken
   */
  public InferenceServer(
      ServerOptions options,
      String name,
      Model model,
      BatchRunner runner,
      Duration maxDelay,
      Consumer<String> log) {
    this.options = options;
    this.log = log;
    this.model = ServedModel.of(name, model, MOST_ROWS);
    this.requests = new Semaphore(options.maxRequests());
    int capacity = options.maxRequests() * MOST_ROWS;
    this.queue = new InferenceQueue(runner, maxDelay, capacity, metrics, Ticker.system());
    try {
      server = HttpServer.create(new InetSocketAddress(options.host(), options.port()), 1024);
    } catch (IOException e) {
      queue.close();
      throw new DrsnException(
          "cannot listen on port "
              + options.port()
              + ": "
              + e.getMessage()
              + "; use another --port",
          e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private record Answer(int status, String type, byte[] body, int headerLength) {
    static Answer json(int status, ObjectNode json) {
      return new Answer(status, JSON, json.toString().getBytes(StandardCharsets.UTF_8), -1);
    }
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      Answer answer;
      try {
        answer = answer(exchange);
      } catch (HttpError e) {
        answer = Answer.json(e.status(), object().put("error", e.getMessage()));
      } catch (RuntimeException e) {
        log.accept("a request failed: " + e);
        answer = Answer.json(500, object().put("error", "internal error"));
      }
      metrics.answered(answer.status);
      send(exchange, answer);
    } catch (IOException e) {
      // The client is gone, or too slow: nobody is left to be told.
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    var headers = exchange.getResponseHeaders();
    headers.set("Content-Type", answer.type);
    headers.set("X-Content-Type-Options", "nosniff");
    if (answer.status == 401) {
      headers.set("WWW-Authenticate", "Bearer");
    }
    if (answer.status == 503) {
      headers.set("Retry-After", "1");
    }
    if (answer.headerLength >= 0) {
      headers.set(HEADER_LENGTH, Integer.toString(answer.headerLength));
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status, head ? -1 : answer.body.length);
    if (!head) {
      exchange.getResponseBody().write(answer.body);
      // Closing reads on what the client still sends: it should have its answer before that.
      exchange.getResponseBody().flush();
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path == null) {
      throw new HttpError(404, "there is nothing here; begin at /v2");
    }
    if (path.equals("/v2/health/live")) {
      return readOnly(exchange, 200, object().put("live", true));
    }
    if (path.equals("/v2/health/ready")) {
      return readOnly(exchange, draining ? 503 : 200, object().put("ready", !draining));
    }
    authorise(exchange);
    String base = "/v2/models/" + model.name();
    String version = base + "/versions/" + ServedModel.VERSION;
    String part = path.startsWith(version) ? path.substring(version.length()) : null;
    if (part == null && path.startsWith(base)) {
      part = path.substring(base.length());
    }
    if (part != null && part.equals("/infer")) {
      return infer(exchange);
    }
    if (part != null && part.isEmpty()) {
      return readOnly(exchange, 200, model.metadata());
    }
    if (part != null && part.equals("/ready")) {
      ObjectNode json = object().put("name", model.name()).put("ready", !draining);
      return readOnly(exchange, draining ? 503 : 200, json);
    }
    if (path.equals("/v2") || path.equals("/v2/")) {
      ObjectNode json = object().put("name", "drsn").put("version", "2");
      json.putArray("extensions").add("binary_tensor_data");
      return readOnly(exchange, 200, json);
    }
    if (path.equals("/metrics")) {
      readOnly(exchange, 200, object());
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      metrics.write(text);
      return new Answer(200, ServerMetrics.TYPE, text.toByteArray(), -1);
    }
    if (path.equals("/openapi.yaml")) {
      readOnly(exchange, 200, object());
      return new Answer(200, "application/yaml", openApi(), -1);
    }
    if (path.startsWith("/v2/models/")) {
      throw new HttpError(404, "there is no such model here; there is '" + model.name() + "'");
    }
    throw new HttpError(404, "there is nothing here; begin at /v2");
  }

  private static byte[] openApi() throws IOException {
    try (InputStream in = InferenceServer.class.getResourceAsStream("openapi.yaml")) {
      return in.readAllBytes();
    }
  }

  private static Answer readOnly(HttpExchange exchange, int status, ObjectNode json) {
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      throw new HttpError(405, "this is for GET");
    }
    return Answer.json(status, json);
  }

  private void authorise(HttpExchange exchange) {
    if (options.token() == null) {
      return;
    }
    String sent = exchange.getRequestHeaders().getFirst("Authorization");
    byte[] expected = ("Bearer " + options.token()).getBytes(StandardCharsets.UTF_8);
    // Takes the same time for every wrong token.
    if (sent == null || !MessageDigest.isEqual(expected, sent.getBytes(StandardCharsets.UTF_8))) {
      throw new HttpError(401, "the token is missing or wrong");
    }
  }

  private Answer infer(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("POST")) {
      throw new HttpError(405, "inference is for POST");
    }
    if (draining) {
      throw new HttpError(503, "the server is ending");
    }
    if (!requests.tryAcquire()) {
      throw new HttpError(503, "too many requests at once; come back");
    }
    try {
      long began = System.nanoTime();
      InferRequest request = InferRequest.parse(body(exchange), headerLength(exchange), model);
      metrics.prepared(System.nanoTime() - began);
      float[] probabilities = run(request);
      Answer answer = answer(request, probabilities);
      metrics.inferred(System.nanoTime() - began);
      return answer;
    } finally {
      requests.release();
    }
  }

  private byte[] body(HttpExchange exchange) throws IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length != null && Long.parseLong(length) > options.maxBody()) {
      throw tooLarge();
    }
    try (InputStream in = exchange.getRequestBody()) {
      byte[] body = in.readNBytes(options.maxBody() + 1);
      if (body.length > options.maxBody()) {
        throw tooLarge();
      }
      return body;
    }
  }

  private HttpError tooLarge() {
    return new HttpError(413, "a body has at most " + options.maxBody() + " bytes");
  }

  private static int headerLength(HttpExchange exchange) {
    String length = exchange.getRequestHeaders().getFirst(HEADER_LENGTH);
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
    return new Answer(200, "application/octet-stream", body.array(), header.length);
  }

  /** Takes no more requests, answers those that are there, and ends. */
  @Override
  public void close() {
    if (draining) {
      return;
    }
    draining = true;
    server.stop(DRAIN_SECONDS);
    queue.close();
    threads.shutdownNow();
  }
}
