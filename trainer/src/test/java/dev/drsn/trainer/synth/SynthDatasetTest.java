package dev.drsn.trainer.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.synth.SynthDataset.Options;
import dev.drsn.trainer.synth.SynthDataset.Picture;
import dev.drsn.trainer.synth.SynthDataset.Progress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The drawn data set: the same for the same seed, in order on disk, split by subject, legible. */
class SynthDatasetTest {
  private static final Progress SILENT = () -> {};

  @TempDir Path dir;

  private static SynthDataset of(int count, int subjects, int size, long seed, Levels levels) {
    return new SynthDataset(new Options(count, subjects, size, seed, levels));
  }

  @Test
  void picturesDependOnSeedAndNumberOnly() {
    Levels hard = new Levels(5, 5, 5, 5);
    SynthDataset one = of(24, 4, 48, 9, hard);
    SynthDataset same = of(24, 4, 48, 9, hard);
    byte[][] forwards = new byte[24][];
    for (int i = 0; i < 24; i++) {
      forwards[i] = one.pixels(i);
    }
    byte[][] scattered =
        IntStream.range(0, 24).parallel().mapToObj(i -> same.pixels(23 - i)).toArray(byte[][]::new);
    Set<Integer> different = new HashSet<>();
    for (int i = 0; i < 24; i++) {
      assertThat(scattered[23 - i]).as("picture %d", i).isEqualTo(forwards[i]);
      different.add(Arrays.hashCode(forwards[i]));
    }
    assertThat(different).as("no two alike").hasSize(24);
    assertThat(of(24, 4, 48, 10, hard).pixels(0)).isNotEqualTo(forwards[0]);
  }

  @Test
  void filesAreTheSameBytesOnEveryRun() throws IOException {
    of(18, 3, 32, 2, Levels.DEFAULT).write(dir.resolve("a"), SILENT);
    of(18, 3, 32, 2, Levels.DEFAULT).write(dir.resolve("b"), SILENT);
    Map<String, List<Byte>> a = contents(dir.resolve("a"));
    assertThat(a).hasSize(19).isEqualTo(contents(dir.resolve("b")));
  }

  private static Map<String, List<Byte>> contents(Path folder) throws IOException {
    Map<String, List<Byte>> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        List<Byte> boxed = IntStream.range(0, bytes.length).mapToObj(i -> bytes[i]).toList();
        contents.put(folder.relativize(file).toString(), boxed);
      }
    }
    return contents;
  }

  @Test
  void whatIsWrittenIsWhatIsRead() throws IOException {
    SynthDataset drawn = of(36, 6, 32, 2, Levels.DEFAULT);
    AtomicInteger done = new AtomicInteger();
    Path out = dir.resolve("new/folder");
    drawn.write(out, done::incrementAndGet);
    assertThat(done).hasValue(36);
    assertThat(Files.readAllLines(out.resolve("manifest.csv")).getFirst())
        .isEqualTo("path,label,subject,split");
    DataSet read = DataSet.open(out, LearningExpression.labels());
    DataSet memory = drawn.inMemory();
    assertThat(read.samples()).hasSize(36);
    for (int i = 0; i < 36; i++) {
      Sample file = read.samples().get(i);
      Sample drawing = memory.samples().get(i);
      assertThat(file.name()).isEqualTo(drawing.name());
      assertThat(file.label()).isEqualTo(drawing.label()).isEqualTo(i % 6);
      assertThat(file.subject()).isEqualTo(drawing.subject());
      assertThat(file.part()).isEqualTo(drawing.part());
      Image image = file.source().read();
      assertThat(image.channels()).isEqualTo(1);
      assertThat(image.pixels()).isEqualTo(drawn.pixels(i));
      assertThat(drawing.source().read().pixels()).isEqualTo(drawn.pixels(i));
    }
  }

  @Test
  void everyPictureObeysTable1() {
    SynthDataset drawn = of(600, 100, 16, 5, Levels.DEFAULT);
    for (int i = 0; i < 600; i++) {
      Picture picture = drawn.picture(i);
      assertThat(picture.label().allows(picture.expression())).as("%s", picture).isTrue();
      assertThat(picture.label().label()).isEqualTo(LearningExpression.labels().get(i % 6));
    }
  }

  @Test
  void noSubjectIsInTwoParts() {
    SynthDataset drawn = of(1200, 100, 16, 5, Levels.CLEAN);
    Map<Part, Set<Integer>> subjects = new EnumMap<>(Part.class);
    for (int i = 0; i < 1200; i++) {
      Picture picture = drawn.picture(i);
      subjects.computeIfAbsent(picture.part(), p -> new HashSet<>()).add(picture.subject().id());
    }
    assertThat(subjects.get(Part.TRAIN))
        .hasSize(70)
        .doesNotContainAnyElementsOf(subjects.get(Part.VALID));
    assertThat(subjects.get(Part.VALID))
        .hasSize(15)
        .doesNotContainAnyElementsOf(subjects.get(Part.TEST));
    assertThat(subjects.get(Part.TEST))
        .hasSize(15)
        .doesNotContainAnyElementsOf(subjects.get(Part.TRAIN));
  }

  @Test
  void fewPicturesStillFillAllParts() {
    SynthDataset drawn = of(18, 100, 16, 5, Levels.CLEAN);
    Map<Part, EnumSet<LearningExpression>> classes = new EnumMap<>(Part.class);
    for (int i = 0; i < 18; i++) {
      Picture picture = drawn.picture(i);
      classes
          .computeIfAbsent(picture.part(), p -> EnumSet.noneOf(LearningExpression.class))
          .add(picture.label());
    }
    EnumSet<LearningExpression> all = EnumSet.allOf(LearningExpression.class);
    assertThat(classes).isEqualTo(Map.of(Part.TRAIN, all, Part.VALID, all, Part.TEST, all));
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 17, 33, 64, 100, 256})
  void anySize(int size) {
    for (int i = 0; i < 6; i++) {
      byte[] pixels = of(6, 1, size, 3, new Levels(3, 5, 3, 5)).pixels(i);
      assertThat(pixels).hasSize(size * size);
      assertThat(IntStream.range(0, pixels.length).map(p -> pixels[p]).distinct().count())
          .as("shades of grey")
          .isGreaterThan(30);
    }
  }

  @Test
  void theSamePersonLooksTheSameAtAnySize() {
    SynthDataset small = of(6, 1, 32, 3, Levels.CLEAN);
    SynthDataset large = of(6, 1, 128, 3, Levels.CLEAN);
    for (int i = 0; i < 6; i++) {
      assertThat(Pictures.distance(Pictures.shrink(large.pixels(i), 128, 32), small.pixels(i)))
          .as("mean difference in grey levels")
          .isLessThan(5);
    }
  }

  /** The mean picture of each class, learnt from some people, tells the classes of others apart. */
  @Test
  void classesCanBeToldApart() {
    SynthDataset drawn = of(720, 60, 16, 11, new Levels(0, 0, 0, 1));
    double[][] mean = new double[6][16 * 16];
    int[] count = new int[6];
    for (int i = 0; i < 720; i++) {
      if (drawn.picture(i).part() == Part.TRAIN) {
        double[] x = Pictures.standardised(drawn.pixels(i));
        for (int p = 0; p < x.length; p++) {
          mean[i % 6][p] += x[p];
        }
        count[i % 6]++;
      }
    }
    int right = 0;
    int tested = 0;
    for (int i = 0; i < 720; i++) {
      if (drawn.picture(i).part() != Part.TRAIN) {
        double[] x = Pictures.standardised(drawn.pixels(i));
        right += Pictures.nearest(x, mean, count) == i % 6 ? 1 : 0;
        tested++;
      }
    }
    assertThat(right / (double) tested).as("chance is 0.17").isGreaterThan(0.4);
  }

  @Test
  void anOccupiedFolderIsRefusedAndUntouched() throws IOException {
    Path out = Files.createDirectory(dir.resolve("mine"));
    Files.writeString(out.resolve("thesis.txt"), "years of work");
    assertThatThrownBy(() -> of(6, 1, 16, 1, Levels.CLEAN).write(out, SILENT))
        .isInstanceOf(DrsnException.class)
        .hasMessage(out + " is not empty: give a folder that does not exist yet");
    assertThat(contents(dir)).containsOnlyKeys("mine/thesis.txt");
    assertThat(out.resolve("thesis.txt")).hasContent("years of work");
  }

  @Test
  void aFileIsRefused() throws IOException {
    Path out = Files.writeString(dir.resolve("file"), "x");
    assertThatThrownBy(() -> of(6, 1, 16, 1, Levels.CLEAN).write(out, SILENT))
        .isInstanceOf(DrsnException.class)
        .hasMessage(out + " is a file: give a folder that does not exist yet");
    assertThat(out).hasContent("x");
  }

  @Test
  void anEmptyFolderIsTaken() throws IOException {
    Path out = Files.createDirectory(dir.resolve("empty"));
    of(6, 1, 16, 1, Levels.CLEAN).write(out, SILENT);
    assertThat(contents(out)).hasSize(7);
  }

  @Test
  void abandonedInTheMiddleItLeavesNothing() throws IOException {
    AtomicInteger done = new AtomicInteger();
    Progress impatient =
        () -> {
          if (done.incrementAndGet() == 3) {
            throw new IllegalStateException("enough");
          }
        };
    assertThatThrownBy(() -> of(60, 10, 16, 1, Levels.CLEAN).write(dir.resolve("x"), impatient))
        .hasMessageContaining("enough");
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void optionsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> of(5, 1, 64, 1, Levels.CLEAN))
        .isInstanceOf(DrsnException.class)
        .hasMessage("--count 5 is out of range: use 6 to 1000000");
    assertThatThrownBy(() -> of(60, 0, 64, 1, Levels.CLEAN))
        .hasMessage("--subjects 0 is out of range: use 1 to 100000");
    assertThatThrownBy(() -> of(60, 1, 15, 1, Levels.CLEAN))
        .hasMessage("--size 15 is out of range: use 16 to 1024");
    assertThatThrownBy(() -> new Levels(0, 6, 0, 0))
        .isInstanceOf(DrsnException.class)
        .hasMessage("--occlusion 6 is not a level: use 0 (none) to 5 (extreme)");
  }

  /** About 6 ms a face on a current processor; the limit allows for slow ones and a cold start. */
  @Test
  void drawingIsFast() {
    SynthDataset drawn = of(240, 40, 64, 1, Levels.DEFAULT);
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < 240; i++) {
      drawn.pixels(i);
    }
    double ms = (threads.getCurrentThreadCpuTime() - start) / 1e6 / 240;
    assertThat(ms).as("milliseconds of processor time a face").isLessThan(40);
  }
}
