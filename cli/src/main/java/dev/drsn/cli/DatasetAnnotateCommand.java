package dev.drsn.cli;

import dev.drsn.trainer.annotate.Desk;
import dev.drsn.trainer.annotate.LabelSet;
import dev.drsn.trainer.collect.FaceSet;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drsn dataset annotate}: a page on which a person says what faces express. */
@Command(
    name = "annotate",
    description = {
      "Opens a page on this machine where an annotator labels the faces of a set by the"
          + " definitions",
      "shown beside them, by keyboard if wanted. Every judgement is kept at once; the same command",
      "goes on later. Several annotators may work at the same time, each with a name of their own."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn dataset annotate --data faces --annotator kim",
      "  drsn dataset annotate --data faces --annotator lee --labels labels.yaml --port 8001"
    })
final class DatasetAnnotateCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "What 'drsn dataset build' has made.")
  private Path data;

  @Option(names = "--annotator", paramLabel = "NAME", required = true, description = "Who judges.")
  private String annotator;

  @Option(
      names = "--labels",
      paramLabel = "FILE.yaml",
      description =
          "Labels with their definitions, settled by the first annotator; default: the six learning"
              + " expressions.")
  private Path labels;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Where to listen on 127.0.0.1; default: any port that is free.")
  private int port;

  @Override
  public Integer call() {
    FaceSet set = FaceSet.open(data);
    LabelSet wanted = labels == null ? null : LabelSet.read(labels);
    try (Interrupt interrupt = new Interrupt();
        Desk desk = Desk.of(set, annotator, wanted)) {
      String after =
          "End with Ctrl-C in the terminal. When the others are done as well: drsn dataset agree"
              + " --data "
              + data;
      Labelling.serve(desk, annotator + " is annotating", after, port, output, interrupt);
      output.print(
          Output.object()
              .put("annotator", annotator)
              .put("judged", desk.done())
              .put("faces", desk.size()),
          String.format(
              "%s has judged %d of %d faces%s",
              annotator,
              desk.done(),
              desk.size(),
              desk.done() < desk.size() ? "; the same command goes on" : ""));
    }
    return 0;
  }
}
