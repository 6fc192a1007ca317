package dev.drsn.cli;

import dev.drsn.trainer.synth.ContactSheet;
import dev.drsn.trainer.synth.LearningExpression;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.SynthDataset;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn dataset synth}: draws students. */
@Command(
    name = "synth",
    description = {
      "Draws grey faces of students in the six learning expressions of the paper's Table 1:",
      "focused, distracted, curious, confused, tired, happy. Nobody's photographs are needed.",
      "Splits are by subject: 70 %% train, 15 %% valid, 15 %% test."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn dataset synth --out faces --sheet faces.png",
      "  drsn dataset synth --count 6000 --noise 4 --occlusion 3 --seed 2 --out hard"
    })
final class DatasetSynthCommand implements Callable<Integer> {

  private static final int SHEET_COLUMNS = 12;
  private static final int SHEET_CELL = 80;

  @Mixin private Output output;

  @Option(names = "--out", paramLabel = "DIR", required = true, description = "A new folder.")
  private Path out;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Pictures; default: ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--subjects",
      paramLabel = "N",
      defaultValue = "100",
      description = "People; default: ${DEFAULT-VALUE}.")
  private int subjects;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      defaultValue = "64",
      description = "Of a picture's side; default: ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Equal seeds give equal files; default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--noise",
      paramLabel = "0..5",
      defaultValue = "1",
      description = "Camera noise and defocus; default: ${DEFAULT-VALUE}.")
  private int noise;

  @Option(
      names = "--occlusion",
      paramLabel = "0..5",
      defaultValue = "1",
      description = "Hands, hair, mugs and masks in front of faces; default: ${DEFAULT-VALUE}.")
  private int occlusion;

  @Option(
      names = "--lighting",
      paramLabel = "0..5",
      defaultValue = "2",
      description = "Light from aside, dark rooms; default: ${DEFAULT-VALUE}.")
  private int lighting;

  @Option(
      names = "--pose",
      paramLabel = "0..5",
      defaultValue = "2",
      description = "Turned, tilted and shifted heads; default: ${DEFAULT-VALUE}.")
  private int pose;

  @Option(
      names = "--sheet",
      paramLabel = "FILE.png",
      description = "Also draw a contact sheet of the classes.")
  private Path sheet;

  @Override
  public Integer call() {
    Levels levels = new Levels(noise, occlusion, lighting, pose);
    SynthDataset data =
        new SynthDataset(new SynthDataset.Options(count, subjects, size, seed, levels));
    Counter counter = new Counter(output.err(), "drawing", count);
    data.write(out, counter::one);
    counter.done();
    if (sheet != null) {
      ContactSheet.write(sheet, rows(data), SHEET_CELL);
    }
    ObjectNode json =
        Output.object()
            .put("images", count)
            .put("subjects", data.subjects().size())
            .put("out", out.toString());
    output.print(
        json, count + " pictures of " + data.subjects().size() + " subjects drawn to " + out);
    return 0;
  }

  /** The first pictures of each class: picture i shows class i mod 6. */
  static List<ContactSheet.Row> rows(SynthDataset data) {
    LearningExpression[] classes = LearningExpression.values();
    List<ContactSheet.Row> rows = new ArrayList<>();
    for (int k = 0; k < classes.length; k++) {
      int first = k;
      int shown = Math.min(SHEET_COLUMNS, data.options().count() / classes.length);
      List<BufferedImage> images =
          IntStream.range(0, shown).mapToObj(i -> data.image(first + i * classes.length)).toList();
      rows.add(new ContactSheet.Row(classes[k].label(), images));
    }
    return rows;
  }
}
