package dev.drsn.trainer.evaluate;

import dev.drsn.trainer.evaluate.Sheet.Align;
import java.awt.Color;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** An evaluation in pictures. */
public final class Charts {

  private static final int TOP = 84;
  private static final int EDGE = 24;
  private static final int LABEL = 15;
  private static final List<Color> BARS = List.of(Sheet.BLUE, Sheet.ORANGE, Sheet.GREEN);

  // From nothing to all: one hue that darkens, so that it survives grey print and any colour
  // vision.
  private static final Color NONE = new Color(0xF4, 0xF8, 0xFC);
  private static final Color ALL = new Color(0x08, 0x4A, 0x91);

  /** What to say where {@link #possible} says no. */
  public static final String IMPOSSIBLE =
      "no pictures: Java finds no fonts on this machine; install fontconfig and a font";

  private Charts() {}

  /**
   * Whether this machine can draw at all: Java needs a font for that, and bare servers and
   * containers have none.
   */
  public static boolean possible() {
    try {
      return Sheet.width(List.of("0"), LABEL) > 0;
    } catch (RuntimeException | LinkageError | InternalError e) {
      // What Java throws here differs with what is missing; none of it says more than that.
      return false;
    }
  }

  /** Writes confusion.png, classes.png and calibration.png into a folder. */
  public static void write(Evaluation evaluation, Path folder) {
    confusion(evaluation.confusion(), folder.resolve("confusion.png"));
    classes(evaluation.confusion(), folder.resolve("classes.png"));
    calibration(evaluation.calibration(), folder.resolve("calibration.png"));
  }

  /** The confusion matrix as a heat map: a row a true class, percent of the row and counts. */
  public static void confusion(ConfusionMatrix matrix, Path file) {
    List<String> labels = matrix.labels();
    int classes = labels.size();
    double cell = Math.clamp(720.0 / classes, 12, 84);
    int size = (int) Math.clamp(cell * 0.6, 9, LABEL);
    double wide = Sheet.width(labels, size);
    double left = EDGE + 24 + wide + 12;
    double slanted = wide * Math.sin(Math.toRadians(40));
    double right = left + classes * cell;
    double bottom = TOP + classes * cell;
    Sheet sheet = new Sheet(Math.max(right, 620) + EDGE, bottom + slanted + 24 + 28 + EDGE);
    sheet.title(
        "Confusion matrix",
        String.format(
            Locale.ROOT,
            "%,d images, accuracy %.1f %%, balanced %.1f %%; percent of each true class",
            matrix.total(),
            100 * matrix.accuracy(),
            100 * matrix.balancedAccuracy()));
    for (int k = 0; k < classes; k++) {
      for (int j = 0; j < classes; j++) {
        cell(sheet, matrix, k, j, left + j * cell, TOP + k * cell, cell);
      }
      double middle = (k + 0.5) * cell;
      sheet.text(labels.get(k), left - 12, TOP + middle, size, Align.RIGHT, Sheet.INK);
      sheet.turned(labels.get(k), left + middle + 6, bottom + 14, size, Align.RIGHT, -40);
    }
    double centre = classes * cell / 2;
    sheet.turned("true class", EDGE + 2, TOP + centre, 14, Align.CENTRE, -90);
    sheet.text(
        "predicted class", left + centre, bottom + slanted + 40, 14, Align.CENTRE, Sheet.INK);
    sheet.write(file);
  }

  private static void cell(
      Sheet sheet, ConfusionMatrix matrix, int k, int j, double x, double y, double cell) {
    long count = matrix.counts()[k][j];
    double share = (double) count / Math.max(1, matrix.support(k));
    sheet.fill(x, y, cell - 1, cell - 1, blend(share));
    if (cell < 34) {
      return;
    }
    Color ink = share > 0.45 ? Color.WHITE : Sheet.INK;
    double middle = x + (cell - 1) / 2;
    if (count == 0) {
      sheet.text("·", middle, y + cell / 2, 14, Align.CENTRE, ink);
      return;
    }
    String percent = String.format(Locale.ROOT, "%.0f %%", 100 * share);
    if (cell < 48) {
      sheet.text(percent, middle, y + cell / 2, 12, Align.CENTRE, ink);
    } else {
      sheet.text(percent, middle, y + cell * 0.38, 15, Align.CENTRE, ink);
      sheet.text(
          String.format(Locale.ROOT, "%,d", count), middle, y + cell * 0.7, 12, Align.CENTRE, ink);
    }
  }

  private static Color blend(double share) {
    return new Color(
        between(NONE.getRed(), ALL.getRed(), share),
        between(NONE.getGreen(), ALL.getGreen(), share),
        between(NONE.getBlue(), ALL.getBlue(), share));
  }

  private static int between(int from, int to, double share) {
    return (int) Math.round(from + (to - from) * share);
  }

  /** Precision, recall and F1 of each class as bars. */
  static void classes(ConfusionMatrix matrix, Path file) {
    int classes = matrix.classes();
    int bar = 16;
    double group = 3 * bar + 18;
    List<String> supports =
        IntStream.range(0, classes)
            .mapToObj(k -> String.format(Locale.ROOT, "%,d images", matrix.support(k)))
            .toList();
    double left =
        EDGE + Math.max(Sheet.width(matrix.labels(), LABEL), Sheet.width(supports, 12)) + 14;
    double length = 560;
    double top = TOP + 30;
    double bottom = top + classes * group;
    Sheet sheet = new Sheet(left + length + 70, bottom + 34 + EDGE);
    sheet.title(
        "Results by class",
        String.format(
            Locale.ROOT,
            "macro F1 %.1f %%, balanced accuracy %.1f %%",
            100 * matrix.macroF1(),
            100 * matrix.balancedAccuracy()));
    sheet.legend(left, TOP + 4, List.of("precision", "recall", "F1"), BARS);
    for (int percent = 0; percent <= 100; percent += 20) {
      double x = left + length * percent / 100;
      sheet.line(x, top, x, bottom, Sheet.FAINT, 1);
      sheet.text(percent + " %", x, bottom + 18, 12, Align.CENTRE, Sheet.INK);
    }
    for (int k = 0; k < classes; k++) {
      double y = top + k * group + 9;
      double[] values = {matrix.precision(k), matrix.recall(k), matrix.f1(k)};
      for (int i = 0; i < values.length; i++) {
        double end = length * values[i];
        sheet.fill(left, y + i * bar, end, bar - 2, BARS.get(i));
        sheet.text(
            String.format(Locale.ROOT, "%.1f", 100 * values[i]),
            left + end + 6,
            y + i * bar + bar / 2.0 - 1,
            12,
            Align.LEFT,
            Sheet.INK);
      }
      double middle = y + 1.5 * bar;
      sheet.text(matrix.labels().get(k), left - 14, middle - 9, LABEL, Align.RIGHT, Sheet.INK);
      sheet.text(supports.get(k), left - 14, middle + 10, 12, Align.RIGHT, Sheet.INK);
    }
    sheet.write(file);
  }

  /** How often a confidence is right (above), and how often it occurs (below). */
  static void calibration(Calibration calibration, Path file) {
    double side = 440;
    double left = EDGE + 66;
    double top = TOP + 28;
    double low = top + side + 36;
    double lowSide = 110;
    double bottom = low + lowSide;
    Sheet sheet = new Sheet(left + side + 40, bottom + 62);
    long images = Arrays.stream(calibration.images()).sum();
    sheet.title(
        "Calibration",
        String.format(
            Locale.ROOT,
            "%,d images, expected calibration error %.1f %%",
            images,
            100 * calibration.error()));
    sheet.legend(
        left, TOP + 4, List.of("accuracy", "mean confidence"), List.of(Sheet.BLUE, Sheet.ORANGE));
    for (int percent = 0; percent <= 100; percent += 20) {
      double at = side * percent / 100;
      sheet.line(left, top + side - at, left + side, top + side - at, Sheet.FAINT, 1);
      sheet.text(percent + " %", left - 10, top + side - at, 12, Align.RIGHT, Sheet.INK);
      sheet.text(percent + " %", left + at, bottom + 16, 12, Align.CENTRE, Sheet.INK);
    }
    double step = side / Calibration.BINS;
    long most = Math.max(1, Arrays.stream(calibration.images()).max().orElse(1));
    for (int b = 0; b < Calibration.BINS; b++) {
      long n = calibration.images()[b];
      if (n > 0) {
        double accuracy = side * calibration.right()[b] / n;
        double confidence = side * calibration.confidence()[b] / n;
        double x = left + b * step;
        sheet.fill(x + 1, top + side - accuracy, step - 2, accuracy, Sheet.BLUE);
        sheet.line(
            x + 1, top + side - confidence, x + step - 1, top + side - confidence, Sheet.ORANGE, 4);
        double height = lowSide * n / most;
        sheet.fill(x + 1, bottom - height, step - 2, height, Sheet.BLUE);
      }
    }
    sheet.dashes(left, top + side, left + side, top, Sheet.INK);
    sheet.line(left, top + side, left + side, top + side, Sheet.INK, 1);
    sheet.line(left, bottom, left + side, bottom, Sheet.INK, 1);
    sheet.turned("fraction that is right", EDGE, top + side / 2, 14, Align.CENTRE, -90);
    sheet.turned("images", EDGE, low + lowSide / 2, 14, Align.CENTRE, -90);
    sheet.text(String.format(Locale.ROOT, "%,d", most), left - 10, low, 12, Align.RIGHT, Sheet.INK);
    sheet.text("0", left - 10, bottom, 12, Align.RIGHT, Sheet.INK);
    sheet.text("confidence", left + side / 2, bottom + 40, 14, Align.CENTRE, Sheet.INK);
    sheet.write(file);
  }
}
