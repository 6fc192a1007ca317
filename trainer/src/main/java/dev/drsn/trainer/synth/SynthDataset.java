package dev.drsn.trainer.synth;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.ImageSource;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.synth.Streams.Purpose;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A data set of drawn students: picture i shows expression i mod 6 on subject (i / 6) mod n, so
 * that classes are balanced and each subject shows all six. Every picture depends on the seed and
 * its own number only and is the same bytes on every run, in whatever order it is drawn.
 *
 * <p>On disk: {@code <label>/<nnnnn>.png} (8-bit grey, square) and {@code manifest.csv} with the
 * header {@code path,label,subject,split}. Splits are by subject: 70 % train, 15 % valid, 15 %
 * test.
 */
public final class SynthDataset {
  /**
   * What to draw.
   *
   * @param count number of pictures, 6 to 1,000,000
   * @param subjects number of people, 1 to 100,000; fewer are used where there are not six pictures
   *     for each
   * @param size pixels of a side, 16 to 1024
   * @param seed seed of everything
   * @param levels how hard the pictures are
   */
  public record Options(int count, int subjects, int size, long seed, Levels levels) {
    /** 3,000 pictures of 100 subjects, 64 x 64, with some of everything. */
    public static final Options DEFAULT = new Options(3000, 100, 64, 1, Levels.DEFAULT);

    /** Refuses numbers out of range. */
    public Options {
      check("--count", count, 6, 1_000_000);
      check("--subjects", subjects, 1, 100_000);
      check("--size", size, 16, 1024);
    }

    private static void check(String option, int value, int low, int high) {
      if (value < low || value > high) {
        throw new DrsnException(
            option + " " + value + " is out of range: use " + low + " to " + high);
      }
    }
  }

  /**
   * What a picture shows.
   *
   * @param index number of the picture
   * @param label the learning expression: the class
   * @param expression the features that show it
   * @param subject who shows it
   * @param part what the picture is for
   */
  public record Picture(
      int index, LearningExpression label, Expression expression, Subject subject, Part part) {
    /** Path inside the data set, with forward slashes. */
    public String path() {
      return String.format(Locale.ROOT, "%s/%05d.png", label.label(), index);
    }
  }

  /** Hears how many pictures are done; called from several threads, in order of completion. */
  @FunctionalInterface
  public interface Progress {
    /** One more picture is on disk. */
    void drawn();
  }

  private static final LearningExpression[] CLASSES = LearningExpression.values();

  private final Options options;
  private final List<Subject> subjects;
  private final Part[] parts;

  /** A data set to be drawn; draws no picture yet. */
  public SynthDataset(Options options) {
    this.options = options;
    int shown = (options.count() + CLASSES.length - 1) / CLASSES.length;
    int people = Math.min(options.subjects(), shown);
    subjects = IntStream.range(0, people).mapToObj(id -> Subject.draw(options.seed(), id)).toList();
    parts = split(options.seed(), people);
  }

  /**
   * Shuffles the subjects and cuts 15 % for test and valid, at least one each where there are
   * three.
   */
  private static Part[] split(long seed, int people) {
    int[] order = IntStream.range(0, people).toArray();
    SplittableRandom random = Streams.of(seed, Purpose.SPLIT, 0);
    for (int i = people - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    int share = (int) Math.round(0.15 * people);
    int test = people >= 2 ? Math.max(1, share) : 0;
    int valid = people >= 3 ? Math.max(1, share) : 0;
    Part[] parts = new Part[people];
    for (int i = 0; i < people; i++) {
      parts[order[i]] = i < test ? Part.TEST : i < test + valid ? Part.VALID : Part.TRAIN;
    }
    return parts;
  }

  /** What this data set was asked to be. */
  public Options options() {
    return options;
  }

  /** The people, by their number. */
  public List<Subject> subjects() {
    return subjects;
  }

  /** What picture {@code index} shows, without drawing it. */
  public Picture picture(int index) {
    if (index < 0 || index >= options.count()) {
      throw new IndexOutOfBoundsException("picture " + index + " of " + options.count());
    }
    LearningExpression label = CLASSES[index % CLASSES.length];
    int subject = index / CLASSES.length % subjects.size();
    Expression expression = label.draw(Streams.of(options.seed(), Purpose.EXPRESSION, index));
    return new Picture(index, label, expression, subjects.get(subject), parts[subject]);
  }

  /** Draws picture {@code index}: size x size greys, row by row from the top. */
  public byte[] pixels(int index) {
    Picture picture = picture(index);
    int size = options.size();
    long seed = options.seed();
    Levels levels = options.levels();
    Canvas canvas = new Canvas(size, size);
    Light light = Light.draw(levels.lighting(), Streams.of(seed, Purpose.LIGHTING, index));
    SplittableRandom backdrop = Streams.of(seed, Purpose.BACKDROP, index);
    Backdrop.paint(
        canvas,
        picture.subject().outfit().room(),
        Streams.between(backdrop, -0.1, 0.1),
        Streams.between(backdrop, 0.012, 0.03),
        light);
    Person.posed(
            picture.subject(),
            picture.expression(),
            levels,
            seed,
            index,
            size,
            size / 2.0,
            size / 2.0)
        .paint(canvas, light);
    return Camera.develop(
        canvas, levels.noise(), light.haze(), size / 64.0, Streams.of(seed, Purpose.CAMERA, index));
  }

  /** Draws picture {@code index} as an 8-bit grey image. */
  public BufferedImage image(int index) {
    return Png.grey(pixels(index), options.size(), options.size());
  }

  /** Draws all pictures on all processors and keeps them in memory; classes in Table 1's order. */
  public DataSet inMemory() {
    int classes = CLASSES.length;
    List<Sample> samples =
        IntStream.range(0, options.count())
            .parallel()
            .mapToObj(
                index -> {
                  Picture p = picture(index);
                  Image image = new Image(options.size(), options.size(), 1, pixels(index));
                  ImageSource source = new ImageSource.InMemory(image);
                  String subject = Integer.toString(p.subject().id());
                  return Sample.of(p.path(), source, index % classes, classes, subject, p.part());
                })
            .toList();
    return new DataSet("synthetic learners", LearningExpression.labels(), samples);
  }

  /**
   * Draws all pictures into a new folder, on all processors. The folder appears when it is
   * complete: the pictures are drawn into a hidden one beside it, which then takes its name.
   *
   * @param out a folder that does not exist, or an empty one
   * @throws DrsnException where {@code out} has something in it (nothing is touched) or the disk
   *     refuses
   */
  public void write(Path out, Progress progress) {
    Path target = out.toAbsolutePath().normalize();
    try {
      refuseOccupied(out, target);
      Path parent = Files.createDirectories(target.getParent());
      Path aside =
          parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
      try {
        fill(aside, progress);
        Files.deleteIfExists(target);
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        delete(aside);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DrsnException("cannot write the data set to " + out + ": " + e.getMessage(), e);
    }
  }

  private static void refuseOccupied(Path out, Path target) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new DrsnException(out + " is a file: give a folder that does not exist yet");
    }
    try (Stream<Path> entries = Files.list(target)) {
      if (entries.findAny().isPresent()) {
        throw new DrsnException(out + " is not empty: give a folder that does not exist yet");
      }
    }
  }

  private void fill(Path folder, Progress progress) throws IOException {
    for (LearningExpression label : CLASSES) {
      Files.createDirectories(folder.resolve(label.label()));
    }
    // An exception thrown inside would come out while other threads still write: it is kept until
    // all have stopped.
    AtomicReference<RuntimeException> failure = new AtomicReference<>();
    IntStream.range(0, options.count())
        .parallel()
        .filter(index -> failure.get() == null)
        .forEach(
            index -> {
              try {
                Path file = folder.resolve(picture(index).path());
                Files.write(file, Png.encode(image(index)));
                progress.drawn();
              } catch (IOException e) {
                failure.compareAndSet(null, new UncheckedIOException(e));
              } catch (RuntimeException e) {
                failure.compareAndSet(null, e);
              }
            });
    if (failure.get() != null) {
      throw failure.get();
    }
    AtomicFile.write(
        folder.resolve(DataSet.MANIFEST),
        out -> {
          OutputStreamWriter text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(text);
          csv.writeRecord("path", "label", "subject", "split");
          for (int index = 0; index < options.count(); index++) {
            Picture p = picture(index);
            csv.writeRecord(
                p.path(),
                p.label().label(),
                Integer.toString(p.subject().id()),
                p.part().toString());
          }
          csv.flush();
        });
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> tree = Files.walk(folder)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
