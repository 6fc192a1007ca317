package dev.drsn.bench.soak;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;

/** The other end of the webhook, on a free port of this machine; may go away and come back. */
final class Receiver implements AutoCloseable {

  private static final int ATTEMPTS = 600;
  private static final long BETWEEN_MILLIS = 100;

  private final Ledger ledger;
  private final int port;
  private HttpServer server;
  private ExecutorService threads;

  /** Is there. */
  Receiver(Ledger ledger) throws InterruptedException {
    this.ledger = ledger;
    start(0);
    this.port = server.getAddress().getPort();
  }

  private void start(int wanted) throws InterruptedException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted);
    for (int attempt = 1; server == null; attempt++) {
      try {
        server = HttpServer.create(address, 0);
      } catch (BindException e) {
        // Meanwhile the port may serve as the near end of somebody's connection.
        if (attempt == ATTEMPTS) {
          throw new DrsnException("port " + wanted + " is not free any more; try again", e);
        }
        Thread.sleep(BETWEEN_MILLIS);
      } catch (IOException e) {
        throw new DrsnException("no server on this machine: " + e.getMessage(), e);
      }
    }
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      JsonMapper.shared()
          .readTree(body)
          .get("results")
          .forEach(
              result ->
                  ledger.arrived(
                      result.get("stream").stringValue(), result.get("sequence").longValue()));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  /** Where results are posted to. */
  String url() {
    return "http://127.0.0.1:" + port + "/results";
  }

  /** Goes away: whoever calls is refused. */
  void leave() {
    server.stop(0);
    threads.close();
    server = null;
  }

  /** Comes back, to the same port. */
  void comeBack() throws InterruptedException {
    start(port);
  }

  @Override
  public void close() {
    if (server != null) {
      leave();
    }
  }
}
