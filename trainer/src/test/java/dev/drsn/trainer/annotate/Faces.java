package dev.drsn.trainer.annotate;

import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.collect.CollectOptions;
import dev.drsn.trainer.collect.Collector;
import dev.drsn.trainer.collect.FaceSet;
import dev.drsn.trainer.collect.Subjects;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Sets of pictures that are to be judged. */
final class Faces {

  private Faces() {}

  /** So many pictures of noise, none like another. */
  static FaceSet of(Path folder, int count) throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[32 * 32];
      random.nextBytes(pixels);
      new Image(32, 32, 1, pixels).write(pictures.resolve(String.format("%03d.png", i)));
    }
    Collector.Listener silent =
        new Collector.Listener() {
          @Override
          public void searching() {}

          @Override
          public void note(String line) {
            throw new AssertionError(line);
          }
        };
    new Collector(
            folder.resolve("set"),
            new CollectOptions(32, 0, 0, 0.1, 10, 4, 0, true),
            Subjects.of("track"),
            _ -> FaceDetector.none(),
            () -> false,
            silent)
        .collect(List.of(pictures), 1L, 0, true);
    return FaceSet.open(folder.resolve("set"));
  }
}
