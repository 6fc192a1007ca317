package dev.drsn.cli;

import dev.drsn.cli.sink.Remote;
import dev.drsn.cli.sink.RemoteSink;
import dev.drsn.cli.sink.Spool;
import dev.drsn.cli.sink.Webhook;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.stream.PredictionSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Option;

/** Where results are sent to. */
final class RemoteOptions {

  private static final int MOST_MB = 1 << 20;

  @Option(
      names = "--webhook",
      paramLabel = "URL",
      description =
          "Post the results there, as JSON. DRSN_WEBHOOK_TOKEN is sent as bearer token, with"
              + " DRSN_WEBHOOK_SECRET they are signed.")
  private String webhook;

  @Option(
      names = "--webhook-timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long an answer may take; default: ${DEFAULT-VALUE}.")
  private int timeout;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "Keep results there until the webhook has taken them; without, they are lost when it"
              + " stays away.")
  private Path spool;

  @Option(
      names = "--spool-limit",
      paramLabel = "MB",
      defaultValue = "1024",
      description =
          "The most the spool takes; beyond, files wait and cameras drop frames; default:"
              + " ${DEFAULT-VALUE}.")
  private int limit;

  /** Opens what was asked for. */
  List<PredictionSink> open(List<String> labels) {
    if (webhook == null) {
      if (spool != null) {
        throw new DrsnException("--spool keeps what is sent somewhere; name it with --webhook");
      }
      return List.of();
    }
    if (timeout < 1 || timeout > 3600) {
      throw new DrsnException("--webhook-timeout is 1 to 3600 seconds, not " + timeout);
    }
    if (limit < 1 || limit > MOST_MB) {
      throw new DrsnException("--spool-limit is 1 to " + MOST_MB + " MB, not " + limit);
    }
    Remote remote = new Webhook(webhook, Duration.ofSeconds(timeout), System.getenv());
    Spool disk = spool == null ? null : new Spool(spool.resolve(remote.name()), limit * 1_000_000L);
    return List.of(new RemoteSink(remote, disk, labels));
  }
}
