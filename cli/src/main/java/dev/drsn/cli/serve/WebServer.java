package dev.drsn.cli.serve;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JDK's own HTTP server with a virtual thread a request: it needs no library, and what is asked
 * of it here it has.
 *
 * <p>Clients get one line of what is wrong, never a stack trace. What is too large, too many or too
 * slow is refused; the rest goes on.
 */
public final class WebServer implements AutoCloseable {

  /** Seconds that a request and its answer may take each, before the connection is cut. */
  static final int MOST_SECONDS = 60;

  private static final int DRAIN_SECONDS = 10;
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

  private final ServerOptions options;
  private final List<Endpoint> endpoints;
  private final ServerMetrics metrics;
  private final Consumer<String> log;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean draining;

  static {
    // The server reads these when it is first used. A request that dawdles is cut off.
    setUnlessSet("sun.net.httpserver.maxReqTime", Integer.toString(MOST_SECONDS));
    setUnlessSet("sun.net.httpserver.maxRspTime", Integer.toString(MOST_SECONDS));
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
   * @param endpoints what is there, besides {@code /v2/health}, {@code /metrics} and {@code
   *     /openapi.yaml}
   * @param log gets a line for each failure of the server's own
   * @throws DrsnException where the port is taken
   */
  public WebServer(
      ServerOptions options,
      List<Endpoint> endpoints,
      ServerMetrics metrics,
      Consumer<String> log) {
    this.options = options;
    this.endpoints = List.copyOf(endpoints);
    this.metrics = metrics;
    this.log = log;
    try {
      server = HttpServer.create(new InetSocketAddress(options.host(), options.port()), 1024);
    } catch (IOException e) {
      throw new DrsnException(
          "cannot listen on port " + options.port() + ": " + e.getMessage() + "; use another port",
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
      metrics.answered(answer.status());
      send(exchange, answer);
    } catch (IOException e) {
      // The client is gone, or too slow: nobody is left to be told.
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Cache-Control", "no-store");
    answer.headers().forEach(headers::set);
    if (answer.status() == 401) {
      headers.set("WWW-Authenticate", "Bearer");
    }
    if (answer.status() == 503) {
      headers.set("Retry-After", "1");
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    byte[] body = answer.body();
    if (head || (body != null && body.length == 0)) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    headers.set("Content-Type", answer.type());
    exchange.sendResponseHeaders(answer.status(), body == null ? 0 : body.length);
    if (body == null) {
      answer.writer().write(exchange.getResponseBody());
    } else {
      exchange.getResponseBody().write(body);
    }
    // Closing reads on what the client still sends: it should have its answer before that.
    exchange.getResponseBody().flush();
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path == null) {
      throw nothing();
    }
    Request request = new Request(exchange, path, draining);
    if (path.equals("/v2/health/live") || path.equals("/v2/health/ready")) {
      request.readOnly();
      boolean live = path.endsWith("live");
      return live
          ? Answer.json(200, object().put("live", true))
          : Answer.json(draining ? 503 : 200, object().put("ready", !draining));
    }
    for (Endpoint endpoint : endpoints) {
      if (endpoint.serves(path)) {
        if (!endpoint.isOpen(path)) {
          authorise(request, endpoint.onlyThisMachine(path));
        }
        return endpoint.answer(request);
      }
    }
    authorise(request, path.startsWith(StreamsEndpoint.V1));
    if (path.equals("/metrics")) {
      request.readOnly();
      return Answer.of(200, ServerMetrics.TYPE, metrics.text());
    }
    if (path.equals("/openapi.yaml")) {
      request.readOnly();
      return Resource.answer("openapi.yaml", "application/yaml");
    }
    throw nothing();
  }

  private static HttpError nothing() {
    return new HttpError(404, "there is nothing here; /openapi.yaml says what there is");
  }

  private void authorise(Request request, boolean onlyThisMachine) {
    if (options.token() == null) {
      if (onlyThisMachine) {
        onlyThisMachine(request);
      }
      return;
    }
    String sent = request.header("Authorization");
    byte[] expected = ("Bearer " + options.token()).getBytes(StandardCharsets.UTF_8);
    // Takes the same time for every wrong token.
    if (sent == null || !MessageDigest.isEqual(expected, sent.getBytes(StandardCharsets.UTF_8))) {
      throw new HttpError(401, "the token is missing or wrong");
    }
  }

  /**
   * Without a token the server trusts this machine's users, but not the pages that their browsers
   * show: neither such that send requests here, nor such whose name has become this address.
   */
  private static void onlyThisMachine(Request request) {
    String host = request.header("Host");
    String origin = request.header("Origin");
    if (host == null || !LOCAL.contains(name(host)) || (origin != null && !same(origin, host))) {
      throw new HttpError(403, "other sites may not ask; use http://127.0.0.1");
    }
  }

  private static String name(String host) {
    return host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
  }

  private static boolean same(String origin, String host) {
    try {
      return host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Takes no more requests, answers those that are there, and ends. */
  @Override
  public void close() {
    close(DRAIN_SECONDS);
  }

  /** The same with another patience. */
  void close(int seconds) {
    if (draining) {
      return;
    }
    draining = true;
    endpoints.forEach(Endpoint::end);
    server.stop(seconds);
    threads.shutdownNow();
  }
}
