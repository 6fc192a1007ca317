package dev.drsn.trainer.reproduce;

import dev.drsn.engine.image.Image;
import dev.drsn.engine.network.NetworkSpec.Architecture;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.evaluate.ConfusionMatrix;
import dev.drsn.trainer.evaluate.LineChart;
import dev.drsn.trainer.evaluate.LineChart.Legend;
import dev.drsn.trainer.evaluate.Sheet;
import dev.drsn.trainer.evaluate.Sheet.Align;
import dev.drsn.trainer.train.EpochResult;
import java.awt.Color;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The figures. A thick line is the mean over seeds, the thin ones are the seeds. */
public final class Pictures {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 460;
  private static final int SMALL_WIDTH = 420;
  private static final int SMALL_HEIGHT = 320;
  private static final int FACE = 84;
  private static final Color VERMILION = new Color(0xD5, 0x5E, 0x00);

  private Pictures() {}

  /**
   * A network's trainings.
   *
   * @param epochs of each seed
   */
  public record Line(
      Architecture network, List<RunResult> results, List<List<EpochResult>> epochs) {}

  /** A network's colour in every picture. */
  private static Color colour(Architecture network) {
    return switch (network) {
      case RESNET18 -> Sheet.INK;
      case SENET18 -> Sheet.ORANGE;
      case DRSN18_CS -> Sheet.GREEN;
      case DRSN18_CW, VGG16 -> Sheet.BLUE;
    };
  }

  /** Figure 5: one network's accuracy and loss by epoch, in training and in the test. */
  public static void training(Line line, Path file) {
    String name = line.network.label();
    LineChart accuracy = chart(name + ": accuracy, %", Legend.BOTTOM_RIGHT).upTo(100);
    add(accuracy, "train", line, r -> 100 * r.trainAccuracy(), Sheet.BLUE);
    add(accuracy, "test", line, r -> 100 * r.validAccuracy(), VERMILION);
    LineChart loss = chart(name + ": loss (cross-entropy)", Legend.TOP_RIGHT);
    add(loss, "train", line, EpochResult::crossEntropy, Sheet.BLUE);
    add(loss, "test", line, EpochResult::validLoss, VERMILION);
    LineChart.write(List.of(accuracy, loss), 2, file);
  }

  /** Figure 9: all networks' training loss and test accuracy by epoch. */
  public static void networks(List<Line> lines, Path file) {
    LineChart loss = chart("Loss in training (cross-entropy)", Legend.TOP_RIGHT);
    LineChart accuracy = chart("Accuracy in the test, %", Legend.BOTTOM_RIGHT).upTo(100);
    for (Line line : lines) {
      String name = line.network.label();
      add(loss, name, line, EpochResult::crossEntropy, colour(line.network));
      add(accuracy, name, line, r -> 100 * r.validAccuracy(), colour(line.network));
    }
    LineChart.write(List.of(loss, accuracy), 2, file);
  }

  private static LineChart chart(String title, Legend legend) {
    return new LineChart(title, "epoch", WIDTH, HEIGHT, legend);
  }

  private static void add(
      LineChart chart, String name, Line line, ToDoubleFunction<EpochResult> value, Color colour) {
    int epochs = line.epochs.getFirst().size();
    double[] x = new double[epochs];
    double[] mean = new double[epochs];
    for (List<EpochResult> seed : line.epochs) {
      double[] y = seed.stream().mapToDouble(value).toArray();
      for (int e = 0; e < epochs; e++) {
        x[e] = seed.get(e).epoch();
        mean[e] += y[e] / line.epochs.size();
      }
      if (line.epochs.size() > 1) {
        chart.faint(x, y, colour);
      }
    }
    chart.line(name, x, mean, colour);
  }

  /** Accuracy by strength, a panel a corruption; level 0 is the clean picture. */
  public static void noise(List<Line> lines, Path file) {
    List<LineChart> charts = new ArrayList<>();
    double[] levels = new double[Corruption.LEVELS + 1];
    for (int level = 0; level < levels.length; level++) {
      levels[level] = level;
    }
    for (Corruption corruption : Corruption.values()) {
      LineChart chart =
          new LineChart(
                  corruption.label() + ": accuracy, %",
                  strengths(corruption),
                  SMALL_WIDTH,
                  SMALL_HEIGHT,
                  charts.isEmpty() ? Legend.TOP_RIGHT : Legend.NONE)
              .upTo(100);
      for (Line line : lines) {
        double[] mean = new double[levels.length];
        for (RunResult result : line.results) {
          double[] y = accuracies(result, corruption);
          for (int i = 0; i < y.length; i++) {
            mean[i] += y[i] / line.results.size();
          }
          if (line.results.size() > 1) {
            chart.faint(levels, y, colour(line.network));
          }
        }
        chart.line(line.network.label(), levels, mean, colour(line.network));
      }
      charts.add(chart);
    }
    LineChart.write(charts, 3, file);
  }

  private static double[] accuracies(RunResult result, Corruption corruption) {
    double[] y = new double[Corruption.LEVELS + 1];
    y[0] = 100 * result.matrix().accuracy();
    for (int level = 1; level < y.length; level++) {
      y[level] = 100 * result.noise().get(corruption).get(level - 1);
    }
    return y;
  }

  /** As {@code 1-5: quality 50, 30, 20, 10, 5}. */
  private static String strengths(Corruption corruption) {
    List<String> all = new ArrayList<>();
    for (int level = 1; level <= Corruption.LEVELS; level++) {
      all.add(number(corruption.strength(level)));
    }
    return "1-5: " + corruption.unit() + " " + String.join(", ", all);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value).replaceFirst("\\.?0+$", "");
  }

  /** The first face in every strength of every corruption: what the figures above are about. */
  public static void faces(Crops crops, Path file) {
    int left = 150;
    int top = 110;
    int rows = Corruption.values().length;
    Sheet sheet = new Sheet(left + (Corruption.LEVELS + 1) * (FACE + 6) + 20, top + rows * 90 + 14);
    sheet.title("What is done to a face", "strength 0 (clean) to " + Corruption.LEVELS);
    for (int level = 0; level <= Corruption.LEVELS; level++) {
      double middle = left + level * (FACE + 6) + FACE / 2.0;
      sheet.text(Integer.toString(level), middle, top - 16, 14, Align.CENTRE, Sheet.INK);
      double y = top;
      for (Corruption corruption : Corruption.values()) {
        Crops seen = level == 0 ? crops : crops.corrupted(corruption, level, 1);
        int size = crops.preprocess().size();
        Image image = new Image(size, size, crops.preprocess().channels(), seen.pixels(0));
        sheet.picture(image, left + level * (FACE + 6), y, FACE);
        if (level == 0) {
          sheet.text(corruption.label(), left - 12, y + 42, 14, Align.RIGHT, Sheet.INK);
        }
        y += 90;
      }
    }
    sheet.write(file);
  }

  /** The confusion matrix of all seeds' tests together. */
  public static void confusion(List<RunResult> results, Path file) {
    Charts.confusion(sum(results), file);
  }

  /** Counts of all seeds' tests together. */
  static ConfusionMatrix sum(List<RunResult> results) {
    ConfusionMatrix sum = ConfusionMatrix.empty(results.getFirst().labels());
    for (RunResult result : results) {
      for (int k = 0; k < sum.classes(); k++) {
        for (int j = 0; j < sum.classes(); j++) {
          sum.counts()[k][j] += result.confusion()[k][j];
        }
      }
    }
    return sum;
  }
}
