package dev.drsn.cli.serve;

/** What is wrong with a request, in one line, and its status. */
final class HttpError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int status;

  HttpError(int status, String message) {
    // Thrown for whatever a client sends: without a stack trace, which nobody would see.
    super(message, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }
}
