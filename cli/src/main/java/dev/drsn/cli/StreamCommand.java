package dev.drsn.cli;

import dev.drsn.cli.kafka.Cluster;
import dev.drsn.cli.serve.PipelineJson;
import dev.drsn.cli.serve.ServerOptions;
import dev.drsn.cli.serve.WebServer;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.Tuning;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.stream.BatchObserver;
import dev.drsn.engine.stream.CsvSink;
import dev.drsn.engine.stream.Device;
import dev.drsn.engine.stream.FrameSource;
import dev.drsn.engine.stream.JsonLinesSink;
import dev.drsn.engine.stream.PipelineOptions;
import dev.drsn.engine.stream.PlanBuckets;
import dev.drsn.engine.stream.PredictionSink;
import dev.drsn.engine.stream.SinkSnapshot;
import dev.drsn.engine.stream.StreamPipeline;
import dev.drsn.engine.stream.StreamSnapshot;
import dev.drsn.engine.stream.StreamSpec;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.engine.stream.VideoSink;
import dev.drsn.engine.weights.Model;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code drsn stream}: cameras and videos in, results as they come out. */
@Command(
    name = "stream",
    description = {
      "Watches cameras and videos and says what the faces in them express, as it happens.",
      "A SOURCE is a video, a folder of pictures, rtsp://..., http://... (MJPEG), a webcam's"
          + " number,",
      "synthetic:640x480@10?faces=2, or a list: .streams (an address a line) or .yaml.",
      "No picture is stored unless --video asks for it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn stream lesson.mp4 --out lesson.jsonl",
      "  drsn stream rtsp://camera-1/live rtsp://camera-2/live --duration 45m --out lesson.csv",
      "  drsn stream classroom.yaml --smooth 2 --json",
      "  drsn stream classroom.yaml --http 8080",
      "  drsn stream --cluster kafka:broker:9092 --group school",
      "  drsn stream synthetic: --duration 10s"
    },
    exitCodeList = {
      "0:done",
      "1:a source could not be read to its end, or results were lost",
      "2:the command line was wrong"
    })
final class StreamCommand implements Callable<Integer> {

  /** Sinks that nobody counts on. */
  private static final Set<String> LOSSY = Set.of("video", "dashboard");

  private static final long LOOK = 100_000_000L;
  private static final long REDRAW = 500_000_000L;
  private static final long LINES = 10_000_000_000L;
  private static final long FOLLOW = 1_000_000_000L;

  @Spec private CommandSpec command;
  @Mixin private BackendOptions backends;
  @Mixin private TuneOption tune;
  @Mixin private FaceOptions faces;
  @Mixin private ModelOption model;
  @Mixin private SiteOptions siteOptions;
  @Mixin private RemoteOptions remotes;
  @Mixin private KafkaOptions kafka;
  @Mixin private Output output;

  @Parameters(paramLabel = "SOURCE", arity = "0..*", description = "What to watch.")
  private List<String> sources = List.of();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the results into this new .jsonl or .csv file; may be given for both.")
  private List<Path> out = List.of();

  @Option(
      names = "--video",
      paramLabel = "DIR",
      description = "Write videos with what was found drawn into them. They show persons.")
  private Path video;

  @Option(
      names = "--http",
      paramLabel = "[HOST:]PORT",
      description =
          "Serve a dashboard, metrics and the list of streams, which may be changed; goes on until"
              + " Ctrl-C. Only this machine is let in unless HOST says otherwise.")
  private String http;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Stop after this time, as 90s, 45m or 2h; default: when all sources end.")
  private String duration;

  @Option(
      names = "--detect-every",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Search for faces in one of N frames and follow them in between; default:"
              + " ${DEFAULT-VALUE}.")
  private int detectEvery;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "The most faces a run of the network; default: ${DEFAULT-VALUE}.")
  private int maxBatch;

  @Option(
      names = "--max-delay",
      paramLabel = "MS",
      defaultValue = "5",
      description =
          "How long a face waits at most for others to join it; default: ${DEFAULT-VALUE}.")
  private int maxDelay;

  @Option(
      names = "--smooth",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "Average each face's probabilities over about this time; default: not.")
  private double smooth;

  @Option(
      names = "--fps",
      paramLabel = "N",
      defaultValue = "0",
      description = "The most frames a second of each source; default: all.")
  private double fps;

  @Option(
      names = "--roi",
      paramLabel = "X,Y,W,H",
      description = "Look at this part of the picture only, in pixels.")
  private String roi;

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      defaultValue = "auto",
      description =
          "newest (a newer frame takes the place of one that still waits), wait, or auto: files"
              + " wait, cameras do not; default: ${DEFAULT-VALUE}.")
  private String policy;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long a camera may be silent before it is opened anew; default: 10.")
  private int timeout;

  @Override
  public Integer call() throws InterruptedException {
    new Settings(command).applySinks(sources, System.getenv());
    long wanted = duration == null ? Long.MAX_VALUE : Times.parse(duration, "--duration");
    PipelineOptions options =
        PipelineOptions.standard()
            .withDetectEvery(detectEvery)
            .withBatches(maxBatch, Duration.ofMillis(maxDelay))
            .withSmoothing(smooth);
    if (timeout < 1 || timeout > 3600) {
      throw new DrsnException("--timeout is 1 to 3600 seconds, not " + timeout);
    }
    Cluster cluster = kafka.cluster();
    if (sources.isEmpty() && http == null && cluster == null) {
      throw new ParameterException(command.commandLine(), "Missing required parameter: 'SOURCE'");
    }
    if (!sources.isEmpty() && cluster != null) {
      throw new ParameterException(
          command.commandLine(),
          "cameras of a cluster stand in its topic; 'drsn cameras --put' writes them there");
    }
    ServerOptions where = where();
    StreamList list = new StreamList(sources, region(), fps, StreamSpec.Policy.of(policy));
    Model loaded = model.read();
    // Fails here and not in each stream where faces cannot be searched.
    faces.ofCameras().get().close();
    boolean grey =
        loaded.preprocess().channels() == 1
            && video == null
            && !faces.colours()
            && !siteOptions.frames();
    Ticker ticker = Ticker.system();
    FrameSource.Opener opener = Cameras.opener(list.specs(), grey, timeout, ticker);
    LiveLines live = new LiveLines(output.err());
    Site site = null;
    if (where != null) {
      site =
          new Site(siteOptions, loaded.labels(), model.name(), line -> live.say("drsn: " + line));
    }
    List<PredictionSink> sinks = sinks(loaded.labels(), cluster);
    if (site != null) {
      sinks.add(site.view());
    }
    BatchObserver observer = site == null ? (_, _, _, _) -> {} : site.observer();
    Tuning tuning = tune.or(Tuning.KNOWN);
    try (Backend backend =
            faces.searches()
                ? backends.openHalf(output.err(), tuning)
                : backends.open(output.err(), tuning);
        PlanBuckets plans = new PlanBuckets(loaded, backend, maxBatch);
        Device device =
            new Device(plans, options.maxBatch(), options.maxDelay(), observer, ticker);
        Interrupt interrupt = new Interrupt()) {
      plans.warmUp();
      StreamPipeline pipeline =
          new StreamPipeline(
              options,
              device,
              loaded.preprocess(),
              faces.ofCameras(),
              opener,
              sinks,
              new SecureRandom().nextLong(),
              ticker);
      long began = ticker.nanos();
      // Whoever leaves its group has stopped its cameras.
      try (ClusterShare share = ClusterShare.join(cluster, pipeline, live);
          pipeline;
          WebServer server =
              site == null
                  ? null
                  : site.open(where, device, pipeline, share.changes(), List.of())) {
        if (server != null) {
          live.say("drsn: the dashboard is " + ServeCommand.url(where, server));
        }
        list.specs().forEach(pipeline::add);
        watch(pipeline, list, share, live, interrupt, began, wanted);
      }
      return end(pipeline, (ticker.nanos() - began) / 1e9);
    }
  }

  private ServerOptions where() {
    if (http == null) {
      return null;
    }
    ListenAddress address = ListenAddress.parse(http, "--http");
    return ServerOptions.of(address.host(), address.port(), siteOptions.token());
  }

  private Box region() {
    if (roi == null) {
      return null;
    }
    if (roi.matches("\\d{1,5},\\d{1,5},[1-9]\\d{0,4},[1-9]\\d{0,4}")) {
      String[] n = roi.split(",", -1);
      return new Box(
          Integer.parseInt(n[0]),
          Integer.parseInt(n[1]),
          Integer.parseInt(n[2]),
          Integer.parseInt(n[3]));
    }
    throw new DrsnException("--roi is X,Y,W,H in pixels, not " + roi);
  }

  private List<PredictionSink> sinks(List<String> labels, Cluster cluster) {
    List<PredictionSink> sinks = new ArrayList<>();
    for (Path file : out) {
      String name = file.toString().toLowerCase(Locale.ROOT);
      if (name.endsWith(".csv")) {
        sinks.add(new CsvSink(file, labels));
      } else if (name.endsWith(".jsonl") || name.endsWith(".json")) {
        sinks.add(new JsonLinesSink(file, labels));
      } else {
        throw new DrsnException(file + " is neither .jsonl nor .csv; give it one of these endings");
      }
    }
    if (video != null) {
      sinks.add(new VideoSink(video, labels));
    }
    if (output.json()) {
      sinks.add(new PrintedSink(output.out(), labels));
    }
    sinks.addAll(remotes.open(labels, kafka, cluster));
    return sinks;
  }

  /** Until all is over, the time is up or Ctrl-C is pressed. */
  private void watch(
      StreamPipeline pipeline,
      StreamList list,
      ClusterShare share,
      LiveLines live,
      Interrupt interrupt,
      long began,
      long wanted)
      throws InterruptedException {
    Troubles troubles = new Troubles(line -> live.say("drsn: " + line));
    StreamTable table = new StreamTable(began);
    long shown = began;
    long followed = began;
    while (!interrupt.getAsBoolean()) {
      long now = System.nanoTime();
      if (now - began >= wanted || (http == null && !share.lasts() && pipeline.ended())) {
        break;
      }
      if (now - followed >= FOLLOW) {
        followed = now;
        list.follow(pipeline, line -> live.say("drsn: " + line));
      }
      share.step();
      troubles.tell(pipeline);
      if (now - shown >= (Terminal.interactive() ? REDRAW : LINES)) {
        shown = now;
        live.show(table.text(pipeline, now));
      }
      Thread.sleep(Duration.ofNanos(Math.min(LOOK, Math.max(1, wanted - (now - began)))));
    }
    live.clear();
    troubles.tell(pipeline);
  }

  private int end(StreamPipeline pipeline, double seconds) {
    List<StreamSnapshot> streams = pipeline.streams();
    List<SinkSnapshot> sinks = pipeline.sinks();
    String text = new StreamTable(0).text(pipeline, (long) (seconds * 1e9));
    String drops = StreamTable.drops(streams);
    long results = streams.stream().mapToLong(StreamSnapshot::inferred).sum();
    text +=
        String.format(
            Locale.ROOT,
            "%d results in %s%s",
            results,
            Terminal.duration(seconds),
            drops.isEmpty() ? "" : "; frames dropped: " + drops);
    for (Path file : out) {
      text += "; in " + file;
    }
    output.print(PipelineJson.all(streams, pipeline.batches(), sinks), text);
    boolean failed =
        streams.stream().anyMatch(StreamCommand::failed)
            || sinks.stream().anyMatch(sink -> sink.lost() > 0 && !LOSSY.contains(sink.name()));
    return failed ? 1 : 0;
  }

  private static boolean failed(StreamSnapshot stream) {
    return stream.failed() || (stream.inferred() == 0 && !stream.reason().isEmpty());
  }
}
