package dev.drsn.cli.serve;

import java.io.IOException;
import java.io.InputStream;

/** Files that come with the program. */
final class Resource {

  private Resource() {}

  static Answer answer(String name, String type) throws IOException {
    try (InputStream in = Resource.class.getResourceAsStream(name)) {
      return Answer.of(200, type, in.readAllBytes());
    }
  }
}
