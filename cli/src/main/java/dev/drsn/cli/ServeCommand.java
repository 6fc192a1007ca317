package dev.drsn.cli;

import dev.drsn.cli.serve.InferenceServer;
import dev.drsn.cli.serve.ServerOptions;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.stream.PlanBuckets;
import dev.drsn.engine.weights.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drsn serve}: a model over HTTP. */
@Command(
    name = "serve",
    description = {
      "Serves a model by the Open Inference Protocol, version 2, over REST: /v2 and /metrics.",
      "Only this machine is let in unless --host says otherwise; then clients need a token.",
      "Ctrl-C or SIGTERM: answers what it has taken, then ends."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn serve --port 8000",
      "  curl http://127.0.0.1:8000/v2/models/ferplus-drsn18-cw",
      "  drsn serve --model first.safetensors --host 0.0.0.0 --token-file token.txt"
    })
final class ServeCommand implements Callable<Integer> {

  private static final int MEGABYTE = 1 << 20;

  @Mixin private BackendOptions backends;
  @Mixin private ModelOption model;
  @Mixin private Output output;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Where to listen; default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8000",
      description = "Default: ${DEFAULT-VALUE}; 0 takes any that is free.")
  private int port;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Its first line is the bearer token that clients must send.")
  private Path tokenFile;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What clients call the model; default: its file's name.")
  private String name;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "The most inputs a run; default: ${DEFAULT-VALUE}.")
  private int maxBatch;

  @Option(
      names = "--max-delay",
      paramLabel = "MS",
      defaultValue = "2",
      description = "How long one waits at most for others; default: ${DEFAULT-VALUE}.")
  private int maxDelay;

  @Option(
      names = "--max-body",
      paramLabel = "MB",
      defaultValue = "32",
      description = "The largest request; default: ${DEFAULT-VALUE}.")
  private int maxBody;

  @Option(
      names = "--max-requests",
      paramLabel = "N",
      defaultValue = "64",
      description = "The most requests at once, others are told to come back; default: 64.")
  private int maxRequests;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "The most that a request may take; default: ${DEFAULT-VALUE}.")
  private int timeout;

  @Override
  public Integer call() throws InterruptedException {
    if (maxBatch < 1 || maxBatch > 1024 || maxDelay < 0 || maxDelay > 10_000) {
      throw new DrsnException("--max-batch is 1 to 1024 and --max-delay 0 to 10000 ms");
    }
    if (maxBody < 1 || maxBody > 1024) {
      throw new DrsnException("--max-body is 1 to 1024 MB, not " + maxBody);
    }
    ServerOptions options =
        new ServerOptions(
            ServerOptions.address(host), port, token(), maxBody * MEGABYTE, maxRequests, timeout);
    Model loaded = model.read();
    String called = called();
    try (Backend backend = backends.open(output.err());
        PlanBuckets plans = new PlanBuckets(loaded, backend, maxBatch);
        Interrupt interrupt = new Interrupt()) {
      plans.warmUp();
      try (InferenceServer server =
          new InferenceServer(
              options,
              called,
              loaded,
              plans,
              Duration.ofMillis(maxDelay),
              line -> output.err().println("drsn: " + line))) {
        String url = "http://" + host + ":" + server.address().getPort() + "/v2/models/" + called;
        output.print(Output.object().put("url", url), "serving " + url + "; Ctrl-C ends");
        while (!interrupt.getAsBoolean()) {
          Thread.sleep(100);
        }
      }
      output.err().println("drsn: all that was taken is answered");
    }
    return 0;
  }

  private String called() {
    String called = name;
    if (called == null) {
      called = model.file().getFileName().toString().replaceFirst("\\.[^.]+$", "");
    }
    if (!called.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new DrsnException(
          "'" + called + "' is no name for an address; give --name letters, digits, dots, dashes");
    }
    return called;
  }

  private String token() {
    if (tokenFile == null) {
      return null;
    }
    try {
      return Files.readString(tokenFile).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new DrsnException("the token file " + tokenFile + " cannot be read", e);
    }
  }
}
