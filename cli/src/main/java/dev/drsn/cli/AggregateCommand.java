package dev.drsn.cli;

import dev.drsn.cli.aggregate.Aggregation;
import dev.drsn.cli.aggregate.Tally;
import dev.drsn.cli.aggregate.Verdict;
import dev.drsn.cli.kafka.Cluster;
import dev.drsn.cli.kafka.Topics;
import dev.drsn.engine.DrsnException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn aggregate}: results in a Kafka topic to class shares of courses in another. */
@Command(
    name = "aggregate",
    description = {
      "Keeps the class shares of each course in the topic NAME-courses, a record a window, while"
          + " results come into NAME-results.",
      "Each result counts once, however often it comes. A course is what cameras have as 'course',"
          + " or a camera by itself. Goes on until Ctrl-C."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn aggregate --cluster kafka:broker:9092 --group school",
      "  drsn aggregate --cluster kafka:broker:9092 --group school --interval 5m --min-group 8"
    })
final class AggregateCommand implements Callable<Integer> {

  private static final long LOOK = 100;
  private static final long TELL = 10_000_000_000L;

  @Mixin private KafkaOptions kafka;
  @Mixin private Output output;

  @Option(
      names = "--from",
      paramLabel = "TOPIC",
      description = "Read results there; default: NAME-results.")
  private String from;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1m",
      description = "Length of a window, as 30s or 2m; default: ${DEFAULT-VALUE}.")
  private String interval;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      defaultValue = "2m",
      description =
          "How long results of a window are waited for after its end; later ones do not count;"
              + " default: ${DEFAULT-VALUE}.")
  private String grace;

  @Option(
      names = "--min-group",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Show nothing of windows with fewer persons in view; default: ${DEFAULT-VALUE}.")
  private int leastGroup;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "Stop after this time, as 90s, 45m or 2h.")
  private String duration;

  @Override
  public Integer call() throws InterruptedException {
    long wanted = duration == null ? Long.MAX_VALUE : Times.parse(duration, "--duration");
    Aggregation.Settings settings =
        new Aggregation.Settings(
            Duration.ofNanos(Times.parse(interval, "--interval")),
            Duration.ofNanos(Times.parse(grace, "--grace")),
            leastGroup);
    if (leastGroup < 2) {
      throw new DrsnException("--min-group is 2 or more, not " + leastGroup);
    }
    Cluster cluster = kafka.required();
    String results = from == null ? cluster.results() : from;
    LiveLines live = new LiveLines(output.err());
    Tally tally = new Tally(line -> live.say("drsn: " + line));
    try (Topics topics = new Topics(cluster.settings());
        Interrupt interrupt = new Interrupt()) {
      topics.make(cluster.courses(), topics.partitions(results), Map.of());
      try (Aggregation aggregation = new Aggregation(cluster, results, settings, tally)) {
        live.say("drsn: " + results + " is aggregated into " + cluster.courses());
        watch(aggregation, topics, results, tally, live, interrupt, wanted);
      }
    }
    ObjectNode json = Output.object().put("windows", tally.windows());
    for (Verdict verdict : Verdict.values()) {
      json.put(verdict.label().replace(' ', '_'), tally.of(verdict));
    }
    output.print(json, tally.line());
    return 0;
  }

  private static void watch(
      Aggregation aggregation,
      Topics topics,
      String results,
      Tally tally,
      LiveLines live,
      Interrupt interrupt,
      long wanted)
      throws InterruptedException {
    long began = System.nanoTime();
    long told = began;
    String line = "";
    boolean away = false;
    while (!interrupt.getAsBoolean() && System.nanoTime() - began < wanted) {
      aggregation.check();
      if (System.nanoTime() - told >= TELL) {
        told = System.nanoTime();
        try {
          topics.partitions(results);
          if (away) {
            live.say("drsn: Kafka answers again");
          }
          away = false;
        } catch (DrsnException e) {
          if (!away) {
            live.say("drsn: " + e.getMessage() + " This goes on when it is");
          }
          away = true;
        }
        if (!line.equals(tally.line())) {
          line = tally.line();
          live.say("drsn: " + line);
        }
      }
      Thread.sleep(LOOK);
    }
  }
}
