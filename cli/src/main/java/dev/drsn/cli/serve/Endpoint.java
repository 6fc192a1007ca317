package dev.drsn.cli.serve;

import java.io.IOException;

/** Some of a server's addresses. */
public interface Endpoint {

  /** Whether a path is one of its, or would be if what it names were there. */
  boolean serves(String path);

  /** Whether this path is answered without a token: it then must tell nothing. */
  default boolean isOpen(String path) {
    return false;
  }

  /**
   * Whether this path is, where no token is asked for, for pages of this machine alone: then other
   * sites' pages in the same browser cannot ask for it.
   */
  default boolean onlyThisMachine(String path) {
    return path.startsWith(StreamsEndpoint.V1);
  }

  /** Answers a request; an {@link HttpError} is what is wrong with it. */
  Answer answer(Request request) throws IOException;

  /** The server takes no more requests: what waits for something that never comes ends. */
  default void end() {}
}
