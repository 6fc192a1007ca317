package dev.drsn.cli.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Posts results as {@code {"results": [...]}}. Any answer but 2xx is a failure. Who is allowed to
 * is said by secrets from the environment, which are never printed:
 *
 * <pre>
 *   DRSN_WEBHOOK_TOKEN    Authorization: Bearer TOKEN
 *   DRSN_WEBHOOK_SECRET   X-Drsn-Signature: sha256=HMAC-SHA256(SECRET, timestamp "." body)
 *                         X-Drsn-Timestamp: seconds since 1970
 * </pre>
 */
public final class Webhook implements Remote {

  private static final String ALGORITHM = "HmacSHA256";

  private final URI uri;
  private final Duration timeout;
  private final String token;
  private final String secret;
  private final HttpClient client;

  /**
   * Sends to this address, once results come.
   *
   * @param timeout of one request
   * @param environment where the secrets are
   */
  public Webhook(String url, Duration timeout, Map<String, String> environment) {
    this.uri = uri(url);
    this.timeout = timeout;
    this.token = environment.get("DRSN_WEBHOOK_TOKEN");
    this.secret = environment.get("DRSN_WEBHOOK_SECRET");
    // A redirect would carry results and secrets to somewhere else.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  private static URI uri(String url) {
    try {
      URI uri = URI.create(url);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
        if (uri.getUserInfo() != null) {
          throw new DrsnException(
              "--webhook has a password in its address; put a token into DRSN_WEBHOOK_TOKEN");
        }
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below, without the address's secrets.
    }
    throw new DrsnException("--webhook is http://... or https://..., not " + Address.masked(url));
  }

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public void send(List<byte[]> results) throws IOException, InterruptedException {
    byte[] body = body(results);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (secret != null) {
      String timestamp = Long.toString(System.currentTimeMillis() / 1000);
      request.header("X-Drsn-Timestamp", timestamp);
      request.header("X-Drsn-Signature", "sha256=" + signature(secret, timestamp, body));
    }
    int status;
    try {
      status = client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (HttpTimeoutException e) {
      throw new IOException(where() + " did not answer within " + timeout.toSeconds() + " s", e);
    } catch (IOException e) {
      String why = e.getMessage() == null ? "no connection" : e.getMessage();
      throw new IOException(where() + " cannot be reached: " + why, e);
    }
    if (status / 100 != 2) {
      throw new IOException(where() + " answered " + status);
    }
  }

  private String where() {
    return Address.masked(uri.toString());
  }

  private static byte[] body(List<byte[]> results) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes("{\"results\":[".getBytes(UTF_8));
    for (int i = 0; i < results.size(); i++) {
      if (i > 0) {
        body.write(',');
      }
      body.writeBytes(results.get(i));
    }
    body.writeBytes("]}".getBytes(UTF_8));
    return body.toByteArray();
  }

  static String signature(String secret, String timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), ALGORITHM));
      mac.update((timestamp + ".").getBytes(UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
