package dev.drsn.engine;

/**
 * An error that its reader can act on: one line that says what went wrong, where, and what to do.
 *
 * <p>The command line prints the message as it stands and exits with code 1.
 */
public final class DrsnException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An error of this library's own finding. */
  public DrsnException(String message) {
    super(message);
  }

  /** An error that another library found; its exception is kept for {@code --verbose}. */
  public DrsnException(String message, Throwable cause) {
    super(message, cause);
  }
}
