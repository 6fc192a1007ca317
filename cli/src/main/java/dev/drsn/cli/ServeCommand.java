package dev.drsn.cli;

import dev.drsn.cli.serve.Endpoint;
import dev.drsn.cli.serve.InferenceEndpoint;
import dev.drsn.cli.serve.ServerOptions;
import dev.drsn.cli.serve.StreamChanges;
import dev.drsn.cli.serve.WebServer;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.stream.Device;
import dev.drsn.engine.stream.PipelineOptions;
import dev.drsn.engine.stream.PlanBuckets;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.StreamsFile;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.engine.weights.Model;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code drsn serve}: a model over HTTP. */
@Command(
    name = "serve",
    description = {
      "Serves a model by the Open Inference Protocol, version 2, over REST: /v2 and /metrics,",
      "and a dashboard. With --streams it watches cameras as well, on the same device.",
      "Only this machine is let in unless --host says otherwise; then clients need a token.",
      "Ctrl-C or SIGTERM: answers what it has taken, then ends."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn serve --port 8000",
      "  curl http://127.0.0.1:8000/v2/models/ferplus-drsn18-cw",
      "  drsn serve --streams room.yaml",
      "  drsn serve --config server.yaml",
      "  drsn serve --model first.safetensors --host 0.0.0.0 --token-file token.txt"
    })
final class ServeCommand implements Callable<Integer> {

  private static final int MEGABYTE = 1 << 20;
  private static final int SILENCE = 10;
  private static final long LOOK = 100;
  private static final int FOLLOW = 10;

  @Spec private CommandSpec command;
  @Mixin private BackendOptions backends;
  @Mixin private TuneOption tune;
  @Mixin private ModelOption model;
  @Mixin private FaceOptions faces;
  @Mixin private SiteOptions siteOptions;
  @Mixin private Output output;

  @Option(
      names = "--config",
      paramLabel = "FILE.yaml",
      description =
          "Settings, as 'max-batch: 32'; DRSN_MAX_BATCH=32 in the environment goes before the"
              + " file, a flag before both.")
  private Path config;

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
      names = "--streams",
      paramLabel = "FILE",
      description =
          "Watch the streams of this list as well, .streams or .yaml, and show them on the"
              + " dashboard. Those who have the token may add cameras.")
  private String streams;

  @Option(
      names = "--detect-every",
      paramLabel = "N",
      defaultValue = "5",
      description = "Search for faces in one of N frames of a stream; default: ${DEFAULT-VALUE}.")
  private int detectEvery;

  @Option(
      names = "--smooth",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Average the probabilities of a stream's faces over this time; default: not.")
  private double smooth;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "The most that a request may take; default: ${DEFAULT-VALUE}.")
  private int timeout;

  @Override
  public Integer call() throws InterruptedException {
    new Settings(command).apply(config, System.getenv());
    if (maxBatch < 1 || maxBatch > 1024 || maxDelay < 0 || maxDelay > 10_000) {
      throw new DrsnException("--max-batch is 1 to 1024 and --max-delay 0 to 10000 ms");
    }
    if (maxBody < 1 || maxBody > 1024) {
      throw new DrsnException("--max-body is 1 to 1024 MB, not " + maxBody);
    }
    ServerOptions where =
        new ServerOptions(
            ServerOptions.address(host),
            port,
            siteOptions.token(),
            maxBody * MEGABYTE,
            maxRequests,
            timeout);
    if (streams != null
        && StreamsFile.is(streams)
        && !StreamsFile.sinks(Path.of(streams)).isEmpty()) {
      throw new DrsnException(
          streams + ": 'sinks' are for 'drsn stream --http', which serves too; take them out");
    }
    StreamList list =
        streams == null ? null : new StreamList(List.of(streams), null, 0, StreamSpec.Policy.AUTO);
    Model loaded = model.read();
    String called = called();
    Ticker ticker = Ticker.system();
    Site site = new Site(siteOptions, loaded.labels(), model.name(), this::log);
    Tuning tuning = tune.or(Tuning.KNOWN);
    try (Backend backend =
            list != null && faces.searches()
                ? backends.openHalf(output.err(), tuning)
                : backends.open(output.err(), tuning);
        PlanBuckets plans = new PlanBuckets(loaded, backend, maxBatch);
        Device device =
            new Device(plans, maxBatch, Duration.ofMillis(maxDelay), site.observer(), ticker);
        Interrupt interrupt = new Interrupt()) {
      plans.warmUp();
      Endpoint inference =
          new InferenceEndpoint(where, called, loaded, device, site.metrics(), this::log);
      try (StreamPipeline pipeline = list == null ? null : pipeline(loaded, list, device, site);
          WebServer server =
              site.open(where, device, pipeline, StreamChanges.of(pipeline), List.of(inference))) {
        String url = url(where, server);
        String models = url + "v2/models/" + called;
        output.print(
            Output.object().put("url", models).put("dashboard", url),
            "serving " + models + " and a dashboard, " + url + "; Ctrl-C ends");
        if (list != null) {
          list.specs().forEach(pipeline::add);
        }
        watch(pipeline, list, interrupt);
      }
      output.err().println("drsn: all that was taken is answered");
    }
    return 0;
  }

  private void log(String line) {
    output.err().println("drsn: " + line);
    output.err().flush();
  }

  private StreamPipeline pipeline(Model loaded, StreamList list, Device device, Site site) {
    // Fails here and not in each stream where faces cannot be searched.
    faces.ofCameras().get().close();
    boolean grey = loaded.preprocess().channels() == 1 && !faces.colours() && !siteOptions.frames();
    Ticker ticker = Ticker.system();
    return new StreamPipeline(
        PipelineOptions.standard().withDetectEvery(detectEvery).withSmoothing(smooth),
        device,
        loaded.preprocess(),
        faces.ofCameras(),
        Cameras.opener(list.specs(), grey, SILENCE, ticker),
        List.of(site.view()),
        new SecureRandom().nextLong(),
        ticker);
  }

  private void watch(StreamPipeline pipeline, StreamList list, Interrupt interrupt)
      throws InterruptedException {
    Troubles troubles = new Troubles(this::log);
    for (long i = 1; !interrupt.getAsBoolean(); i++) {
      Thread.sleep(LOOK);
      if (pipeline != null) {
        troubles.tell(pipeline);
        if (i % FOLLOW == 0) {
          list.follow(pipeline, this::log);
        }
      }
    }
  }

  /** Where a server is, for a browser on this machine. */
  static String url(ServerOptions where, WebServer server) {
    boolean any = where.host().isAnyLocalAddress();
    String host = any ? "127.0.0.1" : where.host().getHostAddress();
    boolean six = host.contains(":");
    return "http://" + (six ? "[" + host + "]" : host) + ":" + server.address().getPort() + "/";
  }

  private String called() {
    String called = name;
    if (called == null) {
      called = model.name();
    }
    if (!called.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new DrsnException(
          "'" + called + "' is no name for an address; give --name letters, digits, dots, dashes");
    }
    return called;
  }
}
