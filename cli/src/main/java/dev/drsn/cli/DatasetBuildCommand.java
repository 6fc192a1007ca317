package dev.drsn.cli;

import dev.drsn.trainer.collect.CollectOptions;
import dev.drsn.trainer.collect.Collector;
import dev.drsn.trainer.collect.SourceRow;
import dev.drsn.trainer.collect.Subjects;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn dataset build}: videos to faces that wait for their labels. */
@Command(
    name = "build",
    description = {
      "Collects faces out of videos and folders of pictures: finds and follows them, keeps the",
      "moments at which a face looks different, upright, grey and of one size, without near",
      "duplicates. Who is in them gets a random name. Run again, it goes on where it stopped."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn dataset build --from lesson.mp4 --out faces",
      "  drsn dataset build --from recordings --face-model yunet.onnx --subjects source --out"
          + " faces",
      "  drsn dataset build --from photos --stills --out faces"
    })
final class DatasetBuildCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Mixin private FaceOptions faces;

  @Option(
      names = "--from",
      paramLabel = "VIDEO|DIR",
      required = true,
      arity = "1..*",
      description =
          "Videos, and folders of videos and pictures; the pictures of one folder are a clip.")
  private List<Path> from;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "A new folder, or one that was begun with the same options.")
  private Path out;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "128",
      description = "Of a kept face's side; default: ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--margin",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "Of a face's side, added on every side; default: ${DEFAULT-VALUE}, as 'classify' cuts"
              + " faces.")
  private double margin;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "0.2",
      description = "Between frames that are searched; default: ${DEFAULT-VALUE}.")
  private double every;

  @Option(
      names = "--change",
      paramLabel = "DISTANCE",
      defaultValue = "0.12",
      description =
          "How different a face must look to be kept again: 1 - cosine of HOG descriptors;"
              + " default: ${DEFAULT-VALUE}.")
  private double change;

  @Option(
      names = "--longest",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "A face that does not change is looked at again then; default: 10.")
  private double longest;

  @Option(
      names = "--alike",
      paramLabel = "BITS",
      defaultValue = "24",
      description =
          "Faces are near duplicates up to so many of 256 bits of their hash; default:"
              + " ${DEFAULT-VALUE}.")
  private int alike;

  @Option(
      names = "--min-sharpness",
      paramLabel = "X",
      defaultValue = "0.1",
      description = "Below it a face is too blurred; default: ${DEFAULT-VALUE}.")
  private double sharpness;

  @Option(
      names = "--stills",
      description = "Pictures of a folder have nothing to do with one another.")
  private boolean stills;

  @Option(
      names = "--subjects",
      paramLabel = "HOW",
      defaultValue = "track",
      description =
          "Who is one person: each track, each source, or as a .csv file with columns source and"
              + " subject says; default: ${DEFAULT-VALUE}.")
  private String subjects;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Equal seeds give equal files; default: drawn, and kept in DIR/private/build.yaml.")
  private Long seed;

  @Option(names = "--strict", description = "A source that cannot be read is an error.")
  private boolean strict;

  @Override
  public Integer call() {
    CollectOptions options =
        new CollectOptions(size, margin, every, change, longest, alike, sharpness, stills);
    Counter counter = new Counter(output.err(), "frames searched:", 0);
    Collector.Listener listener =
        new Collector.Listener() {
          @Override
          public void searching() {
            counter.one();
          }

          @Override
          public void note(String line) {
            counter.done();
            output.err().println("drsn: " + line);
            output.err().flush();
          }
        };
    faces.prepare();
    Collector.Result result;
    try (FaceOptions detectors = faces;
        Interrupt interrupt = new Interrupt()) {
      result =
          new Collector(
                  out, options, Subjects.of(subjects), detectors::detectorFor, interrupt, listener)
              .collect(from, seed, new SecureRandom().nextLong(), strict);
      counter.done();
      output.print(json(result), text(result));
    }
    return result.failed() > 0 ? 1 : 0;
  }

  private ObjectNode json(Collector.Result result) {
    ObjectNode json =
        Output.object()
            .put("out", out.toString())
            .put("faces", result.faces())
            .put("subjects", result.subjects())
            .put("failed", result.failed())
            .put("finished", result.finished());
    ArrayNode sources = json.putArray("sources");
    for (SourceRow source : result.sources()) {
      sources
          .addObject()
          .put("path", source.path())
          .put("frames", source.frames())
          .put("searched", source.searched())
          .put("seen", source.seen())
          .put("tracks", source.tracks())
          .put("faces", source.faces())
          .put("poor", source.poor())
          .put("alike", source.alike())
          .put("unreadable", source.unreadable());
    }
    return json;
  }

  private String text(Collector.Result result) {
    StringBuilder text = new StringBuilder();
    text.append("searched    seen  tracks  kept  poor  alike  source\n");
    for (SourceRow s : result.sources()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%8d %7d %7d %5d %5d %6d  %s%n",
              s.searched(),
              s.seen(),
              s.tracks(),
              s.faces(),
              s.poor(),
              s.alike(),
              s.path()));
    }
    text.append(
        String.format("%d faces of %d subjects in %s%n", result.faces(), result.subjects(), out));
    text.append(
        result.finished()
            ? "next: drsn dataset annotate --data " + out + " --annotator NAME"
            : "stopped; the same command goes on");
    return text.toString();
  }
}
