package dev.drsn.trainer.train;

import dev.drsn.trainer.evaluate.LineChart;
import dev.drsn.trainer.evaluate.LineChart.Legend;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Loss and accuracy by epoch, side by side. */
final class Curves {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 460;
  private static final Color TRAIN = new Color(0x00, 0x72, 0xB2);
  private static final Color VALID = new Color(0xD5, 0x5E, 0x00);

  private Curves() {}

  static void draw(List<EpochResult> results, int best, Path file) {
    LineChart loss =
        new LineChart("Loss (cross-entropy)", "epoch", WIDTH, HEIGHT, Legend.TOP_RIGHT);
    add(loss, "train", results, EpochResult::crossEntropy, TRAIN);
    add(loss, "valid", results, EpochResult::validLoss, VALID);
    LineChart accuracy =
        new LineChart("Accuracy, % (dot: best epoch)", "epoch", WIDTH, HEIGHT, Legend.BOTTOM_RIGHT)
            .upTo(100);
    add(accuracy, "train", results, r -> 100 * r.trainAccuracy(), TRAIN);
    add(accuracy, "valid", results, r -> 100 * r.validAccuracy(), VALID);
    results.stream()
        .filter(r -> r.epoch() == best)
        .forEach(r -> accuracy.dot(best, 100 * r.validAccuracy(), VALID));
    LineChart.write(List.of(loss, accuracy), 2, file);
  }

  private static void add(
      LineChart chart,
      String name,
      List<EpochResult> results,
      ToDoubleFunction<EpochResult> value,
      Color colour) {
    double[] epochs = results.stream().mapToDouble(EpochResult::epoch).toArray();
    chart.line(name, epochs, results.stream().mapToDouble(value).toArray(), colour);
  }
}
