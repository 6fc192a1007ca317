package dev.drsn.trainer.experiment;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.feature.DeepFeature;
import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.feature.Sift;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.Crops.Rejected;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.experiment.Features.Kind;
import dev.drsn.trainer.experiment.Features.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Describes the pictures of a data set.
 *
 * @param network the file of the network whose embedding is the deep feature; for {@link Kind#CNN}
 */
public record FeatureExtraction(
    Set<Kind> kinds, Hog hog, Sift.Options sift, Optional<Path> network) {

  private static final int BATCH = 8;

  /**
   * What was found.
   *
   * @param rejected pictures that could not be read
   */
  public record Result(Features features, List<Rejected> rejected) {}

  public FeatureExtraction {
    if (kinds.contains(Kind.CNN) && network.isEmpty()) {
      throw new DrsnException(
          "cnn features need a network: give VGG16's weights or a model file with --weights");
    }
  }

  /**
   * Describes every picture that can be read.
   *
   * @param strict whether a picture that cannot be read is an error
   * @param progress is told how many pictures are done
   */
  public Result run(DataSet data, Backend backend, boolean strict, IntConsumer progress) {
    SequencedMap<Kind, List<float[]>> columns = new LinkedHashMap<>();
    kinds.stream().sorted().forEach(kind -> columns.put(kind, new ArrayList<>()));
    List<Row> rows = new ArrayList<>();
    List<Rejected> rejected = new ArrayList<>();
    try (Sift points = kinds.contains(Kind.SIFT) ? new Sift(sift) : null;
        DeepFeature deep =
            kinds.contains(Kind.CNN)
                ? DeepFeature.open(network.orElseThrow(), backend, BATCH)
                : null) {
      List<Image> waiting = new ArrayList<>();
      int done = 0;
      for (Sample sample : data.samples()) {
        Image image;
        try {
          image = sample.source().read();
        } catch (DrsnException e) {
          if (strict) {
            throw e;
          }
          rejected.add(new Rejected(sample.name(), e.getMessage()));
          continue;
        }
        rows.add(new Row(sample.name(), sample.label(), sample.subject()));
        if (kinds.contains(Kind.HOG)) {
          columns.get(Kind.HOG).add(hog.describe(image));
        }
        if (points != null) {
          columns.get(Kind.SIFT).add(points.describe(image).descriptors());
        }
        if (deep != null) {
          waiting.add(image);
          if (waiting.size() == BATCH) {
            flush(deep, waiting, columns.get(Kind.CNN));
          }
        }
        progress.accept(++done);
      }
      if (!waiting.isEmpty()) {
        flush(deep, waiting, columns.get(Kind.CNN));
      }
    }
    if (rows.isEmpty()) {
      throw new DrsnException(
          data.source() + ": no picture can be read; the first: " + rejected.getFirst().reason());
    }
    return new Result(new Features(data.labels(), rows, columns, how()), rejected);
  }

  private static void flush(DeepFeature deep, List<Image> waiting, List<float[]> column) {
    float[] all = deep.describe(waiting);
    for (int i = 0; i < waiting.size(); i++) {
      column.add(Arrays.copyOfRange(all, i * deep.size(), (i + 1) * deep.size()));
    }
    waiting.clear();
  }

  private SequencedMap<Kind, String> how() {
    SequencedMap<Kind, String> how = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      if (kinds.contains(kind)) {
        how.put(
            kind,
            switch (kind) {
              case HOG -> lower(hog.voting()) + " voting, " + lower(hog.norm());
              case SIFT ->
                  (sift.step() == 0 ? "keypoints" : "grid of " + sift.step())
                      + " on "
                      + sift.side()
                      + " pixels";
              case CNN -> network.orElseThrow().getFileName().toString();
            });
      }
    }
    return how;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
