package dev.drsn.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request.
 *
 * @param path decoded
 * @param draining whether the server is ending
 */
record Request(HttpExchange exchange, String path, boolean draining) {

  String method() {
    return exchange.getRequestMethod();
  }

  /** A header's first value, or null. */
  String header(String name) {
    return exchange.getRequestHeaders().getFirst(name);
  }

  /** Refuses all but GET and HEAD. */
  void readOnly() {
    if (!method().equals("GET") && !method().equals("HEAD")) {
      throw new HttpError(405, "this is for GET");
    }
  }

  /**
   * The body.
   *
   * @param most bytes; more are refused
   */
  byte[] body(int most) throws IOException {
    String length = header("Content-Length");
    if (length != null && (length.length() > 18 || Long.parseLong(length) > most)) {
      throw tooLarge(most);
    }
    try (InputStream in = exchange.getRequestBody()) {
      byte[] body = in.readNBytes(most + 1);
      if (body.length > most) {
        throw tooLarge(most);
      }
      return body;
    }
  }

  private static HttpError tooLarge(int most) {
    return new HttpError(413, "a body has at most " + most + " bytes");
  }
}
