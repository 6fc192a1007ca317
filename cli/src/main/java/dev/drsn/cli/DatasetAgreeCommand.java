package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.annotate.Agreement;
import dev.drsn.trainer.annotate.Desk;
import dev.drsn.trainer.annotate.Judgements;
import dev.drsn.trainer.collect.FaceSet;
import dev.drsn.trainer.data.DataSet;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drsn dataset agree}: several annotators' judgements to one labelled data set. */
@Command(
    name = "agree",
    description = {
      "Counts what the annotators of a set have said: the majority for each face, how far they"
          + " agree",
      "beyond chance (Fleiss' kappa), and which faces are ambiguous. Writes DIR/manifest.csv,"
          + " which",
      "'drsn train --data DIR' reads, and DIR/ambiguous.csv. --settle opens a page on which those"
          + " who",
      "disagreed decide together; run it again whenever there are more judgements."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn dataset agree --data faces",
      "  drsn dataset agree --data faces --settle",
      "  drsn train --data faces --out runs/first"
    })
final class DatasetAgreeCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A set that was annotated.")
  private Path data;

  @Option(
      names = "--least",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Judgements that a face needs; default: two, or one where there is one annotator.")
  private int least;

  @Option(names = "--settle", description = "Open a page to settle the ambiguous faces on.")
  private boolean settle;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Where that page is on 127.0.0.1; default: any port that is free.")
  private int port;

  @Override
  public Integer call() {
    if (least < 0) {
      throw new DrsnException("--least is 1 or more, not " + least);
    }
    try (Interrupt interrupt = new Interrupt()) {
      agree(interrupt);
    }
    return 0;
  }

  private void agree(Interrupt interrupt) {
    FaceSet set = FaceSet.open(data);
    set.verify();
    Judgements judgements = Judgements.read(set);
    Agreement agreement = Agreement.of(set, judgements, least);
    if (settle && !agreement.disputed().isEmpty()) {
      try (Desk desk = Desk.settling(set, judgements, agreement)) {
        String after = "End with Ctrl-C in the terminal: the data set is written then.";
        Labelling.serve(desk, "settling what is ambiguous", after, port, output, interrupt);
      }
      judgements = Judgements.read(set);
      agreement = Agreement.of(set, judgements, least);
    }
    AgreementText text = new AgreementText(set, judgements, agreement);
    text.remarks().forEach(line -> output.err().println("drsn: " + line));
    DataSet labelled = agreement.data(set);
    agreement.writeDisputed(data.resolve("ambiguous.csv"));
    labelled.writeManifest(data.resolve(DataSet.MANIFEST));
    output.print(text.json(labelled), text.text(labelled, data));
  }
}
