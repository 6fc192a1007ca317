package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.report.Engagement;
import dev.drsn.trainer.report.Lesson;
import dev.drsn.trainer.report.Persons;
import dev.drsn.trainer.report.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drsn report}: recorded results to figures of a group over a lesson. */
@Command(
    name = "report",
    description = {
      "Makes a page of recorded results: class shares of the group over the lesson, with bands.",
      "Stretches in which the group was too small are gaps. Give all recordings of one lesson."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn stream room.yaml --duration 45m --out lesson.jsonl",
      "  drsn report lesson.jsonl --out report",
      "  drsn report lesson.jsonl --weights weights.yaml --interval 2m --out report"
    })
final class ReportCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Parameters(
      paramLabel = "FILE.jsonl",
      arity = "1..*",
      description = "What 'drsn stream --out FILE.jsonl' has written.")
  private List<Path> recordings;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "A new folder.")
  private Path out;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1m",
      description = "Length of a stretch, as 30s or 2m; default: ${DEFAULT-VALUE}.")
  private String interval;

  @Option(
      names = "--weights",
      paramLabel = "FILE.yaml",
      description = "What each class counts in the engagement index, 0 to 1: a line a class.")
  private Path weights;

  @Option(
      names = "--min-group",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Show nothing of stretches with fewer persons in view; default: ${DEFAULT-VALUE}.")
  private int leastGroup;

  @Option(
      names = "--per-person",
      description = "Also write persons.csv, a row a face. Think twice, and ask those concerned.")
  private boolean perPerson;

  @Override
  public Integer call() {
    long width = Times.parse(interval, "--interval");
    if (leastGroup < 1) {
      throw new DrsnException("--min-group is 1 or more, not " + leastGroup);
    }
    if (leastGroup == 1 && !perPerson) {
      throw new DrsnException(
          "--min-group 1 shows single persons; say so with --per-person, or give 2 or more");
    }
    if (Files.exists(out)) {
      throw new DrsnException(out + " exists; name a new folder");
    }
    Recording recording = Recording.read(recordings);
    Engagement engagement = weights == null ? null : Engagement.read(weights, recording.labels());
    Lesson lesson = Lesson.of(recording, Duration.ofNanos(width), engagement, leastGroup);
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new DrsnException("cannot make " + out + ": " + e.getMessage(), e);
    }
    LessonReport report = new LessonReport(lesson);
    report.write(out);
    if (perPerson) {
      String csv = LessonReport.csv(Persons.of(recording), recording.labels());
      AtomicFile.write(out.resolve("persons.csv"), csv);
    }
    output.err().println("drsn: " + LessonReport.NOTICE);
    output.print(report.json(out), report.text(out));
    return 0;
  }
}
