package dev.drsn.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.engine.stream.BatchRunner;
import dev.drsn.engine.stream.Device;
import dev.drsn.engine.stream.FrameSource;
import dev.drsn.engine.stream.PipelineOptions;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.SyntheticSource;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Model;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server on a free port with a model that is easy to see through, and a client. */
final class TestServer implements AutoCloseable {
  static final int SIZE = 8;
  static final int ELEMENTS = SIZE * SIZE;
  static final String TOKEN = "0123456789abcdef-secret";

  final List<String> log = new CopyOnWriteArrayList<>();
  final Runner runner = new Runner();
  final WebServer server;
  final StreamPipeline pipeline;
  final LiveView view;
  final HttpClient client = HttpClient.newHttpClient();
  private final Device device;

  /** Class 0's probability is an input's first number; it may be made to wait or to fail. */
  static final class Runner implements BatchRunner {
    final Semaphore gate = new Semaphore(Integer.MAX_VALUE);
    final CountDownLatch running = new CountDownLatch(1);
    volatile boolean failing;

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

  /** Without streams. */
  TestServer(String token, int maxBody, int maxRequests) {
    this(token, maxBody, maxRequests, null, false);
  }

  /** With streams of this opener, of two faces a group at least. */
  TestServer(String token, FrameSource.Opener opener, boolean frames) {
    this(token, 1 << 20, 8, opener, frames);
  }

  private TestServer(
      String token, int maxBody, int maxRequests, FrameSource.Opener opener, boolean frames) {
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
    ServerMetrics metrics = new ServerMetrics();
    view = new LiveView(model.labels(), 2, frames, Ticker.system());
    device = new Device(runner, 4, Duration.ZERO, metrics, Ticker.system());
    List<Endpoint> endpoints = new ArrayList<>();
    endpoints.add(new InferenceEndpoint(options, "faces", model, device, metrics, log::add));
    endpoints.add(new PageEndpoint());
    if (opener == null) {
      pipeline = null;
      endpoints.add(new EventsEndpoint(view, Feed.of(device), "faces", frames, log::add));
    } else {
      pipeline =
          new StreamPipeline(
              PipelineOptions.standard().withDetectEvery(1),
              device,
              model.preprocess(),
              FaceDetector::none,
              opener,
              List.of(view),
              1,
              Ticker.system());
      Feed feed = Feed.of(pipeline);
      endpoints.add(new EventsEndpoint(view, feed, "faces", frames, log::add));
      endpoints.add(new StreamsEndpoint(pipeline, StreamChanges.of(pipeline), view, frames));
      metrics.add(new StreamMetrics(feed, view));
    }
    server = new WebServer(options, endpoints, metrics, log::add);
  }

  @Override
  public void close() {
    runner.gate.release(Integer.MAX_VALUE - runner.gate.availablePermits());
    server.close();
    if (pipeline != null) {
      pipeline.close();
    }
    device.close();
  }

  /** Cameras of a hundred frames a second; one whose address has dead in it never opens. */
  static FrameSource.Opener cameras() {
    Image white = new Image(SIZE, 2 * SIZE, 1, filled());
    return (spec, _) -> {
      if (spec.url().contains("dead")) {
        throw new DrsnException(spec + ": nobody answers");
      }
      return new SyntheticSource(List.of(white), 100, 0, Ticker.system());
    };
  }

  private static byte[] filled() {
    byte[] pixels = new byte[2 * ELEMENTS];
    Arrays.fill(pixels, (byte) 255);
    return pixels;
  }

  /** A camera, as soon as it has had so many results. */
  void addAndAwaitResults(String id, int results) throws InterruptedException {
    pipeline.add(StreamSpec.of(id, "rtsp://u:secret@camera/" + id));
    await(id, () -> pipeline.stream(id).orElseThrow().inferred() >= results);
    await("seen", () -> view.frame(id) != null || !view.wantsImages());
  }

  /** Waits for what must happen sooner or later. */
  static void await(String what, BooleanSupplier happened) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!happened.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        fail("did not happen: " + what);
      }
      Thread.sleep(2);
    }
  }

  /** A bare connection. */
  Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.address().getPort());
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return send("GET", path, "", headers);
  }

  HttpResponse<String> send(String method, String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path)).method(method, BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<byte[]> infer(byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/v2/models/faces/infer"))
            .POST(BodyPublishers.ofByteArray(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  JsonNode json(String body, int status) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = infer(body.getBytes(StandardCharsets.UTF_8));
    assertThat(response.statusCode()).as(text(response)).isEqualTo(status);
    return JsonMapper.shared().readTree(response.body());
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  static String numbers(float first, int count) {
    StringBuilder text = new StringBuilder("[" + first);
    for (int i = 1; i < count; i++) {
      text.append(",0");
    }
    return text.append(']').toString();
  }

  static String request(String shape, String data) {
    return "{\"id\":\"a1\",\"inputs\":[{\"name\":\"input\",\"datatype\":\"FP32\",\"shape\":"
        + shape
        + ",\"data\":"
        + data
        + "}]}";
  }

  static String one() {
    return request("[1,1,8,8]", numbers(0.25f, ELEMENTS));
  }
}
