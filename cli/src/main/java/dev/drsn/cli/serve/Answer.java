package dev.drsn.cli.serve;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client gets.
 *
 * @param headers besides those that every answer has
 * @param body all of it, or null where it is written bit by bit
 * @param writer writes it bit by bit, or null
 */
record Answer(
    int status, String type, Map<String, String> headers, byte[] body, Answer.Writer writer) {

  /** Writes a body until it ends or the client is gone. */
  @FunctionalInterface
  interface Writer {
    void write(OutputStream out) throws IOException;
  }

  static Answer of(int status, String type, byte[] body) {
    return new Answer(status, type, Map.of(), body, null);
  }

  static Answer json(int status, ObjectNode json) {
    return of(status, "application/json", json.toString().getBytes(StandardCharsets.UTF_8));
  }

  static Answer written(String type, Writer writer) {
    return new Answer(200, type, Map.of(), null, writer);
  }

  /** The same with these headers. */
  Answer with(Map<String, String> more) {
    return new Answer(status, type, more, body, writer);
  }
}
