package dev.drsn.trainer.experiment;

import dev.drsn.trainer.evaluate.Sheet;
import dev.drsn.trainer.evaluate.Sheet.Align;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;

/** Maps of the same faces by several networks, side by side, a colour a class. */
public final class MapPicture {

  private static final int SIDE = 460;
  private static final int GAP = 28;
  private static final int TOP = 128;

  /** Colours that people with any colour vision can tell apart (Okabe and Ito 2008). */
  private static final List<Color> COLOURS =
      List.of(
          Sheet.BLUE,
          Sheet.ORANGE,
          Sheet.GREEN,
          new Color(0xCC, 0x79, 0xA7),
          new Color(0xD5, 0x5E, 0x00),
          new Color(0x56, 0xB4, 0xE9),
          new Color(0xF0, 0xE4, 0x42),
          Sheet.INK);

  /**
   * One network's map.
   *
   * @param title what stands above it
   * @param places [n][2]
   */
  public record Panel(String title, double[][] places) {}

  private MapPicture() {}

  /**
   * Draws the maps.
   *
   * @param labels of the classes
   * @param classes a class a face
   */
  public static void write(List<Panel> panels, List<String> labels, int[] classes, Path file) {
    double width = GAP + panels.size() * (SIDE + GAP);
    double legend = GAP + 44 * labels.size() + Sheet.width(List.of(String.join("", labels)), 14);
    Sheet sheet = new Sheet(Math.max(Math.max(width, legend), 620), TOP + SIDE + GAP);
    sheet.title(
        "Embeddings in the plane (t-SNE)",
        classes.length + " faces; ratio: scatter within classes over scatter between them");
    List<Color> colours = labels.stream().map(l -> colour(labels.indexOf(l))).toList();
    sheet.legend(GAP, 86, labels, colours);
    for (int panel = 0; panel < panels.size(); panel++) {
      double left = GAP + panel * (SIDE + GAP);
      Panel each = panels.get(panel);
      sheet.text(each.title(), left, TOP - 14, 14, Align.LEFT, Sheet.INK);
      sheet.line(left, TOP, left + SIDE, TOP, Sheet.FAINT, 1);
      sheet.line(left, TOP + SIDE, left + SIDE, TOP + SIDE, Sheet.FAINT, 1);
      double reach = 1e-12;
      for (double[] place : each.places()) {
        reach = Math.max(reach, Math.max(Math.abs(place[0]), Math.abs(place[1])));
      }
      for (int i = 0; i < classes.length; i++) {
        double x = left + SIDE / 2.0 + each.places()[i][0] / reach * (SIDE / 2.0 - 8);
        double y = TOP + SIDE / 2.0 + each.places()[i][1] / reach * (SIDE / 2.0 - 8);
        sheet.spot(x, y, 6, colour(classes[i]));
      }
    }
    sheet.write(file);
  }

  private static Color colour(int label) {
    return COLOURS.get(label % COLOURS.size());
  }
}
