package dev.drsn.trainer.train;

import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.network.NetworkSpec;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.ImageSource;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Noisy pictures of 8 x 8 with a bar at the left, at the top or across: easy to tell apart. */
final class Bars {

  static final int SIZE = 8;
  static final List<String> LABELS = List.of("left", "top", "across");

  private Bars() {}

  static DataSet draw(Part part, int samples, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < samples; i++) {
      int label = i % LABELS.size();
      Image image = Image.black(SIZE, SIZE, 1);
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          boolean bar =
              switch (label) {
                case 0 -> x < 3;
                case 1 -> y < 3;
                default -> Math.abs(x - y) < 2;
              };
          image.pixels()[y * SIZE + x] = (byte) (random.nextInt(60) + (bar ? 150 : 0));
        }
      }
      all.add(
          Sample.of(
              part + "/" + i, new ImageSource.InMemory(image), label, LABELS.size(), "", part));
    }
    return new DataSet("bars", LABELS, all);
  }

  /** A network of width 2. */
  static NetworkSpec network(NetworkSpec.Architecture architecture) {
    return NetworkSpec.of(architecture, 2, LABELS.size(), 1, SIZE);
  }

  static Trainer.Task task(TrainOptions options) {
    return Trainer.Task.of(
        network(NetworkSpec.Architecture.DRSN18_CW),
        Preprocess.perImage(1, SIZE),
        draw(Part.TRAIN, 33, 1),
        draw(Part.VALID, 15, 2),
        options);
  }
}
