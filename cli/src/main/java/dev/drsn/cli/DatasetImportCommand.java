package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Fer2013;
import dev.drsn.trainer.data.FerPlus;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn dataset import}: data sets that others publish, as drsn's own kind of folder. */
@Command(
    name = "import",
    synopsisSubcommandLabel = "KIND",
    description = "Makes a data set folder of a published data set.",
    subcommands = {
      DatasetImportCommand.FerPlusCommand.class,
      DatasetImportCommand.Fer2013Command.class
    })
final class DatasetImportCommand {

  /** {@code drsn dataset import ferplus}. */
  @Command(
      name = "ferplus",
      description = {
        "Imports FER+: images of 48 x 48 and ten annotators' votes for each. The label is the",
        "emotion with most votes; images whose majority is 'unknown' or 'not a face' are left out.",
        "The votes are kept as soft labels (train --soft-labels)."
      },
      footerHeading = "%nExample:%n",
      footer = {
        "  drsn dataset import ferplus --images train.tar --part train \\",
        "                              --images valid.tar --part valid --out ferplus"
      })
  static final class FerPlusCommand implements Callable<Integer> {

    /** Some images with their votes. */
    static final class Source {
      @Option(
          names = "--images",
          paramLabel = "DIR|TAR",
          required = true,
          description = "A folder or tar archive of images; may be given again with its own votes.")
      private Path images;

      @Option(
          names = "--votes",
          paramLabel = "FILE",
          description = "Lines of file, box, ten votes; default: the *-votes.csv in --images.")
      private Path votes;

      @Option(
          names = "--part",
          paramLabel = "NAME",
          description = "What they are for: train, valid or test.")
      private String part;
    }

    @Mixin private Output output;

    @ArgGroup(exclusive = false, multiplicity = "1..*")
    private List<Source> sources;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "A new folder.")
    private Path out;

    @Option(
        names = "--rule",
        paramLabel = "NAME",
        defaultValue = "plurality",
        description =
            "plurality (most votes decide) or authors (single votes dropped, then more than half"
                + " must agree); default: ${DEFAULT-VALUE}.")
    private String rule;

    @Option(names = "--strict", description = "An image that cannot be read is an error.")
    private boolean strict;

    @Override
    public Integer call() {
      List<FerPlus.Input> inputs =
          sources.stream()
              .map(s -> new FerPlus.Input(s.images, s.votes, Parts.of(s.part)))
              .toList();
      Counter counter = new Counter(output.err(), "importing", 0);
      FerPlus.Result result = FerPlus.read(inputs, out, rule(), strict, counter::at);
      counter.done();
      Rejections.print(result.rejected(), output.err());
      ObjectNode json =
          summary(result.data(), result.rejected(), out)
              .put("without_emotion", result.left())
              .put("tied", result.tied());
      output.print(
          json,
          String.format(
              Locale.ROOT,
              "%d of %d images imported to %s; %d without an emotion left out, %d ties decided by"
                  + " order%n%s",
              result.data().samples().size(),
              result.images(),
              out,
              result.left(),
              result.tied(),
              DataSetText.counts(result.data())));
      return 0;
    }

    private FerPlus.Rule rule() {
      return switch (rule) {
        case "plurality" -> FerPlus.Rule.PLURALITY;
        case "authors" -> FerPlus.Rule.AUTHORS;
        default ->
            throw new DrsnException("there is no rule " + rule + "; choose plurality or authors");
      };
    }
  }

  /** {@code drsn dataset import fer2013}. */
  @Command(
      name = "fer2013",
      description = "Imports fer2013.csv: columns emotion, pixels, Usage; seven emotions.",
      footerHeading = "%nExample:%n",
      footer = "  drsn dataset import fer2013 --csv fer2013.csv --out fer2013")
  static final class Fer2013Command implements Callable<Integer> {

    @Mixin private Output output;

    @Option(names = "--csv", paramLabel = "FILE", required = true, description = "fer2013.csv.")
    private Path csv;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "A new folder.")
    private Path out;

    @Option(names = "--strict", description = "A line that is no image is an error.")
    private boolean strict;

    @Override
    public Integer call() {
      Counter counter = new Counter(output.err(), "importing", 0);
      Fer2013.Result result = Fer2013.read(csv, out, strict, counter::at);
      counter.done();
      Rejections.print(result.rejected(), output.err());
      output.print(
          summary(result.data(), result.rejected(), out),
          String.format(
              Locale.ROOT,
              "%d of %d images imported to %s%n%s",
              result.data().samples().size(),
              result.images(),
              out,
              DataSetText.counts(result.data())));
      return 0;
    }
  }

  private static ObjectNode summary(DataSet data, List<Crops.Rejected> rejected, Path out) {
    return DataSetText.json(data).put("rejected", rejected.size()).put("out", out.toString());
  }
}
