package dev.drsn.trainer.experiment;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.feature.MinMax;
import dev.drsn.engine.feature.Sift;
import dev.drsn.engine.feature.Vocabulary;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.ImageSource;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.data.Split;
import dev.drsn.trainer.experiment.Features.Kind;
import dev.drsn.trainer.experiment.Features.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Table 3: how well each kind of feature, and all of them side by side, tell expressions apart.
 * Random splits 8:2; everything that is fitted (visual words, minimum and maximum, classifier) is
 * fitted on the training part of each split alone. Columns are normalised by formula 7 and then
 * laid side by side (formula 8).
 */
public final class Fusion {

  /** The column of all features side by side. */
  public static final String FUSED = "fusion";

  /** Fewer pictures of a class than this cannot be divided 8:2 and mean anything. */
  public static final int FEWEST = 5;

  private static final double TEST = 0.2;

  /** Descriptors that words are found on: more change the table by less than its spread. */
  private static final int SAMPLED = 20_000;

  /**
   * What is done.
   *
   * @param splits how many
   * @param words of the vocabulary
   * @param seed of the first split; each further one has the next
   */
  public record Options(
      Classifier classifier, Vocabulary.Encoding encoding, int words, int splits, long seed) {

    public Options {
      if (splits < 1 || splits > 1000 || words < 2 || words > 10_000) {
        throw new DrsnException(
            "splits are 1 to 1000 and words 2 to 10000, not " + splits + " and " + words);
      }
    }

    /** The paper's ten splits, a linear machine, a bag of 256 words. */
    public static Options paper() {
      return new Options(Classifier.LINEAR, Vocabulary.Encoding.BAG, 256, 10, 1);
    }
  }

  private final Features features;
  private final Options options;
  private final DataSet rows;

  public Fusion(Features features, Options options) {
    this.features = features;
    this.options = options;
    int classes = features.labels().size();
    List<Sample> samples = new ArrayList<>();
    for (Row row : features.samples()) {
      ImageSource source = new ImageSource.OnDisk(Path.of(row.name()));
      samples.add(Sample.of(row.name(), source, row.label(), classes, row.subject(), Part.NONE));
    }
    rows = new DataSet("these features", features.labels(), samples);
    requireEnough(rows, FEWEST);
  }

  /**
   * Refuses a set with a class too small to be divided.
   *
   * @throws DrsnException naming the class
   */
  public static void requireEnough(DataSet data, int fewest) {
    int[] counts = data.counts();
    for (int k = 0; k < counts.length; k++) {
      if (counts[k] < fewest) {
        throw new DrsnException(
            data.source()
                + ": class "
                + data.labels().get(k)
                + " has "
                + counts[k]
                + (counts[k] == 1 ? " image" : " images")
                + ", a split 8:2 needs "
                + fewest
                + " or more; add some or leave the class out");
      }
    }
  }

  /** Whether it is known who is in each picture. */
  public boolean hasSubjects() {
    return rows.hasSubjects();
  }

  /** How many accuracies a table has. */
  public int cells() {
    return options.splits * (features.columns().size() + 1);
  }

  /**
   * Accuracies by column, one a split.
   *
   * @param bySubject whether nobody may be in both parts
   * @param progress is told how many accuracies are found, from any thread
   */
  public SequencedMap<String, List<Double>> table(boolean bySubject, IntConsumer progress) {
    AtomicInteger done = new AtomicInteger();
    List<Map<String, Double>> splits =
        IntStream.range(0, options.splits)
            .parallel()
            .mapToObj(s -> split(s, bySubject, () -> progress.accept(done.incrementAndGet())))
            .toList();
    SequencedMap<String, List<Double>> table = new LinkedHashMap<>();
    for (String column : splits.getFirst().keySet()) {
      table.put(column, splits.stream().map(split -> split.get(column)).toList());
    }
    return table;
  }

  private Map<String, Double> split(int number, boolean bySubject, Runnable progress) {
    DataSet divided = Split.random(rows, TEST, 0, options.seed + number, bySubject);
    List<Integer> train = new ArrayList<>();
    List<Integer> test = new ArrayList<>();
    for (int i = 0; i < divided.samples().size(); i++) {
      (divided.samples().get(i).part() == Part.TRAIN ? train : test).add(i);
    }
    Map<String, Double> accuracies = new LinkedHashMap<>();
    List<float[]> fused = new ArrayList<>();
    for (int i = 0; i < divided.samples().size(); i++) {
      fused.add(new float[0]);
    }
    for (Kind kind : List.of(Kind.CNN, Kind.HOG, Kind.SIFT)) {
      if (features.columns().containsKey(kind)) {
        List<float[]> column = normalised(kind, train);
        accuracies.put(kind.label(), accuracy(column, train, test));
        progress.run();
        for (int i = 0; i < column.size(); i++) {
          fused.set(i, joined(fused.get(i), column.get(i)));
        }
      }
    }
    accuracies.put(FUSED, accuracy(fused, train, test));
    progress.run();
    return accuracies;
  }

  private List<float[]> normalised(Kind kind, List<Integer> train) {
    List<float[]> column = features.columns().get(kind);
    if (kind == Kind.SIFT) {
      Vocabulary words =
          Vocabulary.fit(
              options.encoding, sampled(column, train), Sift.SIZE, options.words, options.seed);
      column = column.stream().map(words::encode).toList();
    }
    MinMax range = MinMax.fit(train.stream().map(column::get).toList());
    return column.stream().map(range::apply).toList();
  }

  /** Descriptors of training pictures; at random where there are more than are needed. */
  private float[] sampled(List<float[]> column, List<Integer> train) {
    List<float[]> all = train.stream().map(column::get).toList();
    int n = all.stream().mapToInt(row -> row.length / Sift.SIZE).sum();
    SplittableRandom random = new SplittableRandom(options.seed);
    float[] sampled = new float[Math.min(n, SAMPLED) * Sift.SIZE];
    int wanted = Math.min(n, SAMPLED);
    int left = n;
    int at = 0;
    for (float[] row : all) {
      for (int i = 0; i < row.length; i += Sift.SIZE, left--) {
        // Each of those that are left has the same chance of being among the wanted.
        if (random.nextInt(left) < wanted) {
          System.arraycopy(row, i, sampled, at, Sift.SIZE);
          at += Sift.SIZE;
          wanted--;
        }
      }
    }
    return sampled;
  }

  private static float[] joined(float[] a, float[] b) {
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private double accuracy(List<float[]> column, List<Integer> train, List<Integer> test) {
    int[] labels = train.stream().mapToInt(i -> features.samples().get(i).label()).toArray();
    Classifier.Fitted fitted =
        options.classifier.fit(
            train.stream().map(column::get).toList(), labels, features.labels().size());
    long right =
        test.stream()
            .filter(i -> fitted.predict(column.get(i)) == features.samples().get(i).label())
            .count();
    return (double) right / test.size();
  }
}
