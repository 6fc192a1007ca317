package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code drsn dataset split}: who trains, who validates, who tests. */
@Command(
    name = "split",
    description = {
      "Divides a data set into train, valid and test, every class with its share in each, and",
      "writes that down as a manifest; the images stay where they are."
    },
    footerHeading = "%nExample:%n",
    footer = "  drsn dataset split --data faces --valid 0.15 --test 0.15 --out faces/split.csv")
final class DatasetSplitCommand implements Callable<Integer> {

  @Mixin private Output output;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A folder of class folders, a data set folder, or a manifest.csv.")
  private Path data;

  @Option(
      names = "--valid",
      paramLabel = "FRACTION",
      defaultValue = "0.15",
      description = "Share to validate on; default: ${DEFAULT-VALUE}.")
  private double valid;

  @Option(
      names = "--test",
      paramLabel = "FRACTION",
      defaultValue = "0.15",
      description = "Share to test on; default: ${DEFAULT-VALUE}.")
  private double test;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Equal seeds give equal parts; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--by-subject",
      negatable = true,
      description = "Nobody in two parts; default where subjects are known.")
  private Boolean bySubject;

  @Option(
      names = "--out",
      paramLabel = "FILE.csv",
      required = true,
      description = "The manifest; must be new.")
  private Path out;

  @Override
  public Integer call() {
    if (Files.exists(out)) {
      throw new DrsnException(out + " exists; name a new file with --out");
    }
    DataSet all = DataSet.open(data);
    boolean subjects = bySubject != null ? bySubject : all.hasSubjects();
    DataSet split = Split.random(all, valid, test, seed, subjects);
    split.writeManifest(out);
    for (Part part : List.of(Part.VALID, Part.TEST)) {
      if (split.has(part)) {
        DataSetText.thin(split.part(Part.TRAIN), split.part(part))
            .forEach(line -> output.err().println("drsn: " + line));
      }
    }
    output.print(
        DataSetText.json(split).put("by_subject", subjects).put("out", out.toString()),
        String.format(
            "split by %s, written to %s%n%s",
            subjects ? "subject" : "image", out, DataSetText.counts(split)));
    return 0;
  }
}
