package dev.drsn.trainer.experiment;

import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.feature.Sift;
import dev.drsn.engine.image.Image;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Sample;
import dev.drsn.trainer.evaluate.Sheet;
import dev.drsn.trainer.evaluate.Sheet.Align;
import java.awt.Color;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What HOG and SIFT see of a face of each class: the histogram of each cell as nine strokes along
 * the edges they stand for, and keypoints as circles of their size with a hand in their direction.
 */
public final class FeaturePicture {

  private static final int SIDE = 288;
  private static final int GAP = 20;
  private static final int TOP = 96;
  private static final int LEFT = 24;
  private static final Color STROKE = new Color(0xFF, 0xD2, 0x3F);

  private FeaturePicture() {}

  /** Draws the first readable face of each class. */
  public static void write(DataSet data, Sift.Options options, Path file) {
    List<Sample> shown = new ArrayList<>();
    for (int k = 0; k < data.classes(); k++) {
      int label = k;
      data.samples().stream().filter(s -> s.label() == label).findFirst().ifPresent(shown::add);
    }
    Sheet sheet =
        new Sheet(LEFT + 3 * (SIDE + GAP) + 4, TOP + shown.size() * (SIDE + GAP + 24) + 8);
    sheet.title(
        "HOG and SIFT",
        "the face, the histograms of its 8 x 8 cells, the keypoints that are found");
    try (Sift sift = new Sift(options)) {
      for (int i = 0; i < shown.size(); i++) {
        double y = TOP + i * (SIDE + GAP + 24);
        Image image = shown.get(i).source().read();
        sheet.picture(Hog.prepare(image), LEFT, y, SIDE);
        cells(sheet, Hog.cells(image), LEFT + SIDE + GAP, y);
        Sift.Keypoints points = sift.describe(image);
        keypoints(sheet, sift.prepare(image), points, LEFT + 2 * (SIDE + GAP), y);
        String label = data.labels().get(shown.get(i).label());
        sheet.text(
            label + ": " + points.count() + " keypoints",
            LEFT,
            y + SIDE + 14,
            14,
            Align.LEFT,
            Sheet.INK);
      }
    }
    sheet.write(file);
  }

  private static void cells(Sheet sheet, float[] cells, double left, double top) {
    sheet.fill(left, top, SIDE, SIDE, Color.BLACK);
    float most = 1e-6f;
    for (float each : cells) {
      most = Math.max(most, each);
    }
    double cell = SIDE / (double) Hog.CELLS;
    for (int i = 0; i < cells.length; i++) {
      double strength = cells[i] / most;
      int column = i / Hog.BINS % Hog.CELLS;
      int row = i / Hog.BINS / Hog.CELLS;
      double x = left + (column + 0.5) * cell;
      double y = top + (row + 0.5) * cell;
      // An edge lies across its gradient.
      double edge = Math.toRadians(20 * (i % Hog.BINS) + 10 + 90);
      double dx = Math.cos(edge) * cell * 0.46;
      double dy = Math.sin(edge) * cell * 0.46;
      int alpha = (int) (255 * Math.sqrt(strength));
      Color colour = new Color(STROKE.getRed(), STROKE.getGreen(), STROKE.getBlue(), alpha);
      sheet.line(x - dx, y - dy, x + dx, y + dy, colour, 2);
    }
  }

  private static void keypoints(
      Sheet sheet, Image face, Sift.Keypoints points, double left, double top) {
    sheet.picture(face, left, top, SIDE);
    double scale = SIDE / (double) face.width();
    for (int i = 0; i < points.count(); i++) {
      double x = left + (points.x()[i] + 0.5) * scale;
      double y = top + (points.y()[i] + 0.5) * scale;
      double diameter = points.diameter()[i] * scale;
      double angle = Math.toRadians(points.angle()[i]);
      sheet.circle(x, y, diameter, STROKE, 1.5f);
      double handX = x + Math.cos(angle) * diameter / 2;
      sheet.line(x, y, handX, y + Math.sin(angle) * diameter / 2, STROKE, 1.5f);
    }
  }
}
