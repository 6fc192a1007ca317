package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.feature.Sift;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.experiment.FeatureExtraction;
import dev.drsn.trainer.experiment.FeaturePicture;
import dev.drsn.trainer.experiment.Features;
import dev.drsn.trainer.experiment.Features.Kind;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code drsn features}: pictures in, numbers that others can read out. */
@Command(
    name = "features",
    sortOptions = false,
    description = {
      "Describes a data set's faces by HOG, SIFT and a network's last layer.",
      "Writes an .npz: numpy.load gives hog [N,1764], cnn [N,D], sift [n,128], sift_counts [N]."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  drsn features --kind hog,sift --data faces --out faces.npz",
      "  drsn features --kind hog,sift,cnn --weights vgg16.pth --data faces --out faces.npz",
      "  drsn features --kind hog --data faces --out hog.npz --picture seen.png"
    })
final class FeaturesCommand implements Callable<Integer> {

  @Mixin private BackendOptions backends;
  @Mixin private Output output;

  @Option(
      names = "--kind",
      paramLabel = "LIST",
      split = ",",
      defaultValue = "hog,sift",
      description = "hog, sift, cnn; default: ${DEFAULT-VALUE}.")
  private List<String> kinds;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "A folder of class folders, a data set folder, or a manifest.csv.")
  private Path data;

  @Option(names = "--out", paramLabel = "FILE.npz", required = true, description = "The file.")
  private Path out;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description =
          "For cnn: VGG16's weights (.pth, safetensors; gives fc7) or a model file of any network.")
  private Path weights;

  @Option(
      names = "--hog-voting",
      paramLabel = "HOW",
      defaultValue = "cells",
      description = "cells (the paper's) or interpolated (OpenCV's); default: ${DEFAULT-VALUE}.")
  private String voting;

  @Option(
      names = "--hog-norm",
      paramLabel = "HOW",
      defaultValue = "block-max",
      description =
          "block-max (formula 6), whole-max or l2-hys (OpenCV's); default: ${DEFAULT-VALUE}.")
  private String norm;

  @Option(
      names = "--sift-step",
      paramLabel = "PIXELS",
      defaultValue = "0",
      description = "Dense SIFT on a grid of so many pixels; default: where keypoints are found.")
  private int step;

  @Option(
      names = "--picture",
      paramLabel = "FILE.png",
      description = "Also draw HOG's cells and SIFT's keypoints over a face of each class.")
  private Path picture;

  @Option(names = "--strict", description = "An image that cannot be read is an error.")
  private boolean strict;

  @Override
  public Integer call() {
    Set<Kind> wanted = EnumSet.noneOf(Kind.class);
    kinds.forEach(kind -> wanted.add(Kind.of(kind)));
    Hog hog = new Hog(one(Hog.Voting.class, voting), one(Hog.Norm.class, norm));
    if (step < 0 || step > 64) {
      throw new DrsnException("--sift-step is 1 to 64 pixels of 128, or 0; not " + step);
    }
    Sift.Options sift = new Sift.Options(Sift.Options.sparse().side(), step);
    FeatureExtraction extraction =
        new FeatureExtraction(wanted, hog, sift, Optional.ofNullable(weights));
    DataSet set = DataSet.open(data);
    Counter counter = new Counter(output.err(), "describing", set.samples().size());
    FeatureExtraction.Result result;
    try (Backend backend = backends.open(output.err())) {
      result = extraction.run(set, backend, strict, counter::at);
    }
    counter.done();
    Rejections.print(result.rejected(), output.err());
    result.features().write(out);
    if (picture != null) {
      draw(set, sift);
    }
    print(result);
    return 0;
  }

  private void draw(DataSet set, Sift.Options sift) {
    if (Charts.possible()) {
      FeaturePicture.write(set, sift, picture);
    } else {
      output.err().println("drsn: " + Charts.IMPOSSIBLE);
    }
  }

  private void print(FeatureExtraction.Result result) {
    Features features = result.features();
    int n = features.samples().size();
    ObjectNode json = Output.object().put("images", n).put("out", out.toString());
    json.put("rejected", result.rejected().size());
    StringBuilder text = new StringBuilder(n + " faces described in " + out);
    for (Map.Entry<Kind, List<float[]>> column : features.columns().entrySet()) {
      Kind kind = column.getKey();
      boolean points = kind == Kind.SIFT;
      int numbers = column.getValue().stream().mapToInt(row -> row.length).sum();
      double each = points ? numbers / (double) Sift.SIZE / n : numbers / (double) n;
      json.put(kind.label(), each);
      text.append(
          String.format(
              Locale.ROOT,
              points ? "%n  %-5s%.1f keypoints a face" : "%n  %-5s%.0f numbers a face",
              kind.label(),
              each));
      text.append(" (").append(features.how().get(kind)).append(')');
    }
    output.print(json, text.toString());
  }

  private static <E extends Enum<E>> E one(Class<E> type, String name) {
    StringBuilder known = new StringBuilder();
    for (E each : type.getEnumConstants()) {
      String label = each.name().toLowerCase(Locale.ROOT).replace('_', '-');
      if (label.equals(name)) {
        return each;
      }
      known.append(known.isEmpty() ? "" : ", ").append(label);
    }
    throw new DrsnException("there is no " + name + "; choose " + known);
  }
}
