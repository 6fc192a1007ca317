package dev.drsn.cli;

import dev.drsn.cli.serve.LabellingEndpoint;
import dev.drsn.cli.serve.ServerMetrics;
import dev.drsn.cli.serve.ServerOptions;
import dev.drsn.cli.serve.WebServer;
import dev.drsn.trainer.annotate.Desk;
import java.util.List;

/**
 * Serves an annotator's page on this machine until Ctrl-C. What is to be done after that is done
 * before the {@link Interrupt} is closed: the process ends then.
 */
final class Labelling {

  private static final long LOOK = 200;

  private Labelling() {}

  /**
   * Serves it.
   *
   * @param task what is done, for the page's heading
   * @param after what is to be done when all faces are judged
   * @param port 0 for any that is free
   */
  static void serve(
      Desk desk, String task, String after, int port, Output output, Interrupt interrupt) {
    ServerOptions where = ServerOptions.of("127.0.0.1", port, null);
    LabellingEndpoint endpoint = new LabellingEndpoint(desk, task, after);
    try (WebServer server =
        new WebServer(
            where,
            List.of(endpoint),
            new ServerMetrics(),
            line -> output.err().println("drsn: " + line))) {
      output
          .err()
          .println("drsn: " + task + ": " + ServeCommand.url(where, server) + " ; Ctrl-C ends");
      output.err().flush();
      while (!interrupt.getAsBoolean()) {
        Thread.sleep(LOOK);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
