package dev.drsn.trainer.synth;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.evaluate.Charts;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;

/**
 * A sheet of small pictures: a row a class, its name at the left, so that a person can compare
 * them.
 */
public final class ContactSheet {
  private static final int GAP = 4;

  /**
   * One class.
   *
   * @param label its name
   * @param images its pictures, of any size and shape
   */
  public record Row(String label, List<BufferedImage> images) {}

  private ContactSheet() {}

  /**
   * Draws a sheet; pictures are scaled to fit their cells.
   *
   * @param rows classes from the top
   * @param cell pixels of a cell's side
   */
  public static BufferedImage draw(List<Row> rows, int cell) {
    if (rows.isEmpty()) {
      throw new DrsnException("there is nothing to put on a contact sheet: the data set is empty");
    }
    if (!Charts.possible()) {
      throw new DrsnException("a contact sheet cannot be drawn: " + Charts.IMPOSSIBLE);
    }
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, Math.clamp(cell / 5, 11, 24));
    int margin = labelWidth(rows, font) + 3 * GAP;
    int columns = rows.stream().mapToInt(row -> row.images().size()).max().orElse(0);
    BufferedImage sheet =
        new BufferedImage(
            margin + columns * (cell + GAP) + GAP,
            rows.size() * (cell + GAP) + GAP,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D g = sheet.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
    g.setFont(font);
    g.setColor(Color.BLACK);
    FontMetrics metrics = g.getFontMetrics();
    int y = GAP;
    for (Row row : rows) {
      int baseline = y + (cell + metrics.getAscent() - metrics.getDescent()) / 2;
      g.drawString(row.label(), GAP, baseline);
      int x = margin;
      for (BufferedImage image : row.images()) {
        place(g, image, x, y, cell);
        x += cell + GAP;
      }
      y += cell + GAP;
    }
    g.dispose();
    return sheet;
  }

  /** Draws a sheet into a PNG file. */
  public static void write(Path file, List<Row> rows, int cell) {
    BufferedImage sheet = draw(rows, cell);
    AtomicFile.write(file, out -> out.write(Png.encode(sheet)));
  }

  private static int labelWidth(List<Row> rows, Font font) {
    Graphics2D g = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    FontMetrics metrics = g.getFontMetrics(font);
    g.dispose();
    return rows.stream().mapToInt(row -> metrics.stringWidth(row.label())).max().orElse(0);
  }

  private static void place(Graphics2D g, BufferedImage image, int x, int y, int cell) {
    double scale = cell / (double) Math.max(image.getWidth(), image.getHeight());
    int w = Math.max(1, (int) Math.round(image.getWidth() * scale));
    int h = Math.max(1, (int) Math.round(image.getHeight() * scale));
    g.drawImage(image, x + (cell - w) / 2, y + (cell - h) / 2, w, h, null);
  }
}
