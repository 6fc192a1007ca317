package dev.drsn.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.trainer.data.Loader.Options;
import dev.drsn.trainer.data.Loader.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Batches: each sample once, the same bits whoever works, and to go on from where one stopped. */
@Timeout(60)
class LoaderTest {
  private static final Augmentation ALL =
      Augmentation.parse(
          "flip,crop=2,rotate=10,scale=0.1,brightness=0.2,contrast=0.2,noise=0.1,erase=0.5");

  @TempDir Path dir;

  /** Samples of one grey each, which say their index: sample i is 10 + i everywhere. */
  static DataSet data(int n) {
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Image image = Image.black(8, 8, 1);
      Arrays.fill(image.pixels(), (byte) (10 + i));
      image.pixels()[0] = 0;
      samples.add(Sample.of("s" + i, new ImageSource.InMemory(image), i % 3, 3, "", Part.NONE));
    }
    return new DataSet("made up", List.of("a", "b", "c"), samples);
  }

  static Crops crops(int n) {
    return Crops.read(data(n), Preprocess.fixed(1, 8), true, 2, done -> {});
  }

  private static Options options(int batch, Augmentation augmentation, int workers) {
    return new Options(batch, true, false, 7, augmentation, 0, List.of(), workers);
  }

  /** Everything that a loader hands out in some epochs, as one list of numbers. */
  private static List<String> read(Loader loader, int batches) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      Batch batch = loader.next();
      if (batch == null) {
        all.add("end of epoch");
        i--;
      } else {
        all.add(
            batch.count()
                + " "
                + Arrays.toString(batch.indices())
                + Arrays.hashCode(batch.images())
                + " "
                + Arrays.toString(batch.targets()));
      }
    }
    return all;
  }

  @Test
  void evaluationSeesEverySampleOnceInOrderAndUnchanged() {
    Crops crops = crops(10);
    try (Loader loader = new Loader(crops, Options.inOrder(4, 2), Position.START)) {
      assertThat(loader.batches()).isEqualTo(3);
      for (int b = 0; b < 3; b++) {
        Batch batch = loader.next();
        assertThat(batch.count()).isEqualTo(b < 2 ? 4 : 2);
        for (int i = 0; i < batch.count(); i++) {
          int index = 4 * b + i;
          assertThat(batch.indices()[i]).isEqualTo(index);
          assertThat(batch.labels()[i]).isEqualTo(index % 3);
          assertThat(batch.targets()[3 * i + index % 3]).isEqualTo(1);
          float[] alone = new float[64];
          Preprocess.fixed(1, 8)
              .apply(crops.data().samples().get(index).source().read(), null, alone, 0);
          assertThat(Arrays.copyOfRange(batch.images(), 64 * i, 64 * i + 64)).isEqualTo(alone);
        }
      }
      assertThat(loader.next()).isNull();
      assertThat(loader.next().indices()).startsWith(0, 1, 2, 3);
    }
  }

  @Test
  void theLastBatchIsFilledUpWithZerosOrLeftOut() {
    Crops crops = crops(5);
    try (Loader loader = new Loader(crops, options(3, Augmentation.NONE, 1), Position.START)) {
      loader.next();
      Batch last = loader.next();
      assertThat(last.count()).isEqualTo(2);
      assertThat(Arrays.copyOfRange(last.images(), 128, 192)).containsOnly(0);
      assertThat(Arrays.copyOfRange(last.targets(), 6, 9)).containsOnly(0);
    }
    Options dropping = new Options(3, true, true, 7, Augmentation.NONE, 0, List.of(), 1);
    try (Loader loader = new Loader(crops, dropping, Position.START)) {
      assertThat(loader.batches()).isEqualTo(1);
      assertThat(loader.samples()).isEqualTo(3);
      assertThat(loader.next().count()).isEqualTo(3);
      assertThat(loader.next()).isNull();
    }
  }

  @Test
  void everyEpochHasAnOrderOfItsOwnWithEverySampleInIt() {
    try (Loader loader = new Loader(crops(9), options(9, ALL, 3), Position.START)) {
      List<String> orders = new ArrayList<>();
      for (int epoch = 0; epoch < 6; epoch++) {
        int[] order = loader.next().indices().clone();
        assertThat(loader.next()).isNull();
        assertThat(order).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8);
        orders.add(Arrays.toString(order));
      }
      assertThat(orders).doesNotHaveDuplicates();
    }
  }

  @Test
  void theNumberOfWorkersChangesNothing() {
    List<String> one;
    Crops crops = crops(23);
    try (Loader loader = new Loader(crops, options(4, ALL, 1), Position.START)) {
      one = read(loader, 20);
    }
    for (int workers : new int[] {2, 7}) {
      try (Loader loader = new Loader(crops, options(4, ALL, workers), Position.START)) {
        assertThat(read(loader, 20)).isEqualTo(one);
      }
    }
  }

  @Test
  void aLaterLoaderGoesOnAtAnyPosition() {
    Crops crops = crops(11);
    List<String> whole;
    try (Loader loader = new Loader(crops, options(4, ALL, 2), Position.START)) {
      whole = read(loader, 9);
    }
    assertThat(whole).hasSize(11);
    for (int stop = 1; stop <= 9; stop++) {
      List<String> parts;
      Position position;
      try (Loader loader = new Loader(crops, options(4, ALL, 2), Position.START)) {
        parts = read(loader, stop);
        position = loader.position();
      }
      assertThat(position).isEqualTo(new Position((stop - 1) / 3, (stop - 1) % 3 + 1));
      try (Loader loader = new Loader(crops, options(4, ALL, 3), position)) {
        parts.addAll(read(loader, 9 - stop));
      }
      assertThat(parts).isEqualTo(whole);
    }
  }

  @Test
  void cropsThatDoNotFitInMemoryAreReadAgainWithTheSameBits() throws IOException {
    DataSet onDisk = folders(6);
    Preprocess settings = Preprocess.perImage(1, 5);
    Crops inMemory = Crops.read(onDisk, settings, true, 1, done -> {}, 1000);
    Crops half = Crops.read(onDisk, settings, true, 1, done -> {}, 80);
    List<String> expected;
    try (Loader loader = new Loader(inMemory, options(4, ALL, 2), Position.START)) {
      expected = read(loader, 4);
    }
    try (Loader loader = new Loader(half, options(4, ALL, 2), Position.START)) {
      assertThat(read(loader, 4)).isEqualTo(expected);
    }
    assertThat(half.pixels(0)).isSameAs(half.pixels(0));
    assertThat(half.pixels(5)).isNotSameAs(half.pixels(5)).isEqualTo(inMemory.pixels(5));
  }

  @Test
  void aWorkersExceptionReachesTheCallerAsItself() throws IOException {
    Crops crops = Crops.read(folders(6), Preprocess.fixed(1, 8), true, 1, done -> {}, 0);
    Files.delete(dir.resolve("c/5.png"));
    try (Loader loader = new Loader(crops, Options.inOrder(2, 2), Position.START)) {
      loader.next();
      loader.next();
      assertThatThrownBy(loader::next)
          .isInstanceOf(DrsnException.class)
          .hasMessageContaining("5.png");
    }
  }

  @Test
  void smoothingAndClassWeightsAreFoldedIntoTheTargets() {
    List<Float> weights = List.of(1f, 2f, 0.5f);
    Options options = new Options(2, false, false, 0, Augmentation.NONE, 0.3, weights, 1);
    try (Loader loader = new Loader(crops(2), options, Position.START)) {
      float[] expected = {0.8f, 0.2f, 0.05f, 0.1f, 1.6f, 0.05f};
      float[] targets = loader.next().targets();
      for (int i = 0; i < 6; i++) {
        assertThat(targets[i]).isCloseTo(expected[i], within(1e-6f));
      }
    }
  }

  @Test
  void closingEndsTheThreadsWhateverTheyDo() {
    Loader loader = new Loader(crops(50), options(4, ALL, 3), Position.START);
    loader.next();
    loader.close();
    loader.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("loader-"));
    assertThatThrownBy(loader::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void impossibleOptionsAreNamed() {
    Crops crops = crops(5);
    Options dropping = new Options(6, true, true, 7, Augmentation.NONE, 0, List.of(), 1);
    assertThatThrownBy(() -> new Loader(crops, dropping, Position.START))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("a batch of 6 is larger than the 5 images");
    Options weighted = new Options(6, true, false, 7, Augmentation.NONE, 0, List.of(1f), 1);
    assertThatThrownBy(() -> new Loader(crops, weighted, Position.START))
        .hasMessageContaining("1 class weights for 3 classes");
    assertThatThrownBy(() -> Options.inOrder(0, 1)).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> new Options(1, true, false, 7, Augmentation.NONE, 1, List.of(), 1))
        .hasMessageContaining("smoothing");
    assertThatThrownBy(() -> new Options(1, true, false, 7, Augmentation.NONE, 0, List.of(-1f), 1))
        .hasMessageContaining("weights");
    assertThatThrownBy(() -> new Loader(crops, Options.inOrder(5, 1), new Position(0, 2)))
        .hasMessageContaining("epochs of 1 batches");
  }

  /** The samples of {@link #data} as PNG files in class folders. */
  private DataSet folders(int n) throws IOException {
    int i = 0;
    for (Sample sample : data(n).samples()) {
      Path folder = Files.createDirectories(dir.resolve("abc".substring(i % 3, i % 3 + 1)));
      sample.source().read().write(folder.resolve(i++ + ".png"));
    }
    return DataSet.open(dir);
  }
}
