package dev.drsn.engine.stream;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A camera as small as one can be: RTSP (RFC 2326) over TCP with a name and a password, and
 * pictures that are not compressed (RFC 4175, 4:2:2), a packet each. Picture i is 40 + i grey.
 */
final class RtspServer implements AutoCloseable {

  static final int WIDTH = 64;
  static final int HEIGHT = 48;
  private static final int TICKS = 3600;

  private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
  private final List<String> methods = new CopyOnWriteArrayList<>();
  private final String password;
  private final int pictures;
  private final Thread thread;

  RtspServer(String user, String secret, int pictures) throws IOException {
    byte[] both = (user + ":" + secret).getBytes(StandardCharsets.US_ASCII);
    this.password = "Basic " + Base64.getEncoder().encodeToString(both);
    this.pictures = pictures;
    this.thread = Thread.ofPlatform().daemon().start(this::serve);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** What was asked, in order. */
  List<String> methods() {
    return methods;
  }

  private void serve() {
    try {
      while (true) {
        try (Socket client = socket.accept()) {
          answerAll(client);
        }
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void answerAll(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    OutputStream out = client.getOutputStream();
    for (String request = request(in); request != null; request = request(in)) {
      String method = request.substring(0, request.indexOf(' '));
      methods.add(method);
      String sequence = header(request, "CSeq");
      if (!method.equals("OPTIONS") && !password.equals(header(request, "Authorization"))) {
        write(
            out, "401 Unauthorized", sequence, "WWW-Authenticate: Basic realm=\"camera\"\r\n", "");
        continue;
      }
      switch (method) {
        case "DESCRIBE" ->
            write(out, "200 OK", sequence, "Content-Type: application/sdp\r\n", description());
        case "SETUP" ->
            write(
                out,
                "200 OK",
                sequence,
                "Session: 7\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
                "");
        case "PLAY" -> {
          write(out, "200 OK", sequence, "Session: 7\r\n", "");
          for (int i = 0; i < pictures; i++) {
            out.write(packet(i));
          }
          out.flush();
        }
        default -> write(out, "200 OK", sequence, "Public: DESCRIBE, SETUP, PLAY\r\n", "");
      }
    }
  }

  private static String description() {
    return """
    v=0
    o=- 0 0 IN IP4 127.0.0.1
    s=camera
    c=IN IP4 0.0.0.0
    t=0 0
    m=video 0 RTP/AVP 96
    a=rtpmap:96 raw/90000
    a=fmtp:96 sampling=YCbCr-4:2:2; width=%d; height=%d; depth=8; colorimetry=BT601-5
    a=control:picture
    """
        .formatted(WIDTH, HEIGHT)
        .replace("\n", "\r\n");
  }

  private static void write(
      OutputStream out, String status, String sequence, String headers, String body)
      throws IOException {
    String text =
        "RTSP/1.0 %s\r\nCSeq: %s\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(status, sequence, headers, body.length(), body);
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static String header(String request, String name) {
    return request
        .lines()
        .filter(line -> line.startsWith(name + ": "))
        .map(line -> line.substring(name.length() + 2))
        .findFirst()
        .orElse("");
  }

  /** The next request, past what the client reports in between; null at the end. */
  private static String request(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      if (next == '$' && text.isEmpty()) {
        in.read();
        in.skipNBytes(256L * in.read() + in.read());
      } else {
        text.append((char) next);
      }
    }
    return text.toString();
  }

  /** Where it is in the connection, RTP's twelve bytes, a line of six bytes each, the pixels. */
  private static byte[] packet(int number) {
    int row = 2 * WIDTH;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte('$');
      out.writeByte(0);
      out.writeShort(12 + 2 + HEIGHT * (6 + row));
      out.writeShort(0x80E0);
      out.writeShort(number);
      out.writeInt(TICKS * number);
      out.writeInt(1);
      out.writeShort(0);
      for (int y = 0; y < HEIGHT; y++) {
        out.writeShort(row);
        out.writeShort(y);
        out.writeShort(y < HEIGHT - 1 ? 0x8000 : 0);
      }
      for (int i = 0; i < HEIGHT * row; i++) {
        out.writeByte(i % 2 == 0 ? 128 : 40 + number);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() throws IOException {
    socket.close();
    thread.interrupt();
  }
}
