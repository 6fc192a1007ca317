package dev.drsn.trainer.evaluate;

import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.image.Image;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * A white sheet to draw a chart on: dark text, and colours that people with any colour vision can
 * tell apart (Okabe and Ito 2008).
 */
public final class Sheet {

  /** Of texts and axes. */
  public static final Color INK = new Color(0x22, 0x22, 0x22);

  public static final Color FAINT = new Color(0xD9, 0xD9, 0xD9);
  public static final Color BLUE = new Color(0x00, 0x72, 0xB2);
  public static final Color ORANGE = new Color(0xE6, 0x9F, 0x00);
  public static final Color GREEN = new Color(0x00, 0x9E, 0x73);

  /** How a text lies to its point. */
  public enum Align {
    LEFT,
    CENTRE,
    RIGHT
  }

  private final BufferedImage image;
  private final Graphics2D g;

  /** A white sheet of these pixels. */
  public Sheet(double width, double height) {
    image =
        new BufferedImage(
            (int) Math.ceil(width), (int) Math.ceil(height), BufferedImage.TYPE_INT_RGB);
    g = graphics(image);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, image.getWidth(), image.getHeight());
  }

  private static Graphics2D graphics(BufferedImage image) {
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    return g;
  }

  /** The width of the longest text in pixels. */
  public static double width(List<String> texts, int size) {
    Graphics2D g = graphics(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB));
    FontMetrics metrics = g.getFontMetrics(font(size, false));
    double width = texts.stream().mapToInt(metrics::stringWidth).max().orElse(0);
    g.dispose();
    return width;
  }

  private static Font font(int size, boolean bold) {
    return new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, size);
  }

  /** The chart's name and what it shows, at the top left. */
  public void title(String title, String subtitle) {
    g.setColor(INK);
    g.setFont(font(20, true));
    g.drawString(title, 24, 38);
    g.setFont(font(14, false));
    g.drawString(subtitle, 24, 62);
  }

  /** A text whose middle height is at y. */
  public void text(String text, double x, double y, int size, Align align, Color colour) {
    g.setColor(colour);
    g.setFont(font(size, false));
    FontMetrics metrics = g.getFontMetrics();
    double width = metrics.stringWidth(text);
    double left =
        switch (align) {
          case LEFT -> x;
          case CENTRE -> x - width / 2;
          case RIGHT -> x - width;
        };
    g.drawString(
        text, (float) left, (float) (y + (metrics.getAscent() - metrics.getDescent()) / 2.0));
  }

  /** A text that is turned by degrees, clockwise, around its point. */
  public void turned(String text, double x, double y, int size, Align align, double degrees) {
    AffineTransform before = g.getTransform();
    g.rotate(Math.toRadians(degrees), x, y);
    text(text, x, y, size, align, INK);
    g.setTransform(before);
  }

  /** A filled rectangle. */
  public void fill(double x, double y, double width, double height, Color colour) {
    g.setColor(colour);
    g.fill(new Rectangle2D.Double(x, y, width, height));
  }

  /** A straight line. */
  public void line(double x0, double y0, double x1, double y1, Color colour, float thickness) {
    g.setColor(colour);
    g.setStroke(new BasicStroke(thickness));
    g.draw(new Line2D.Double(x0, y0, x1, y1));
  }

  /** A round spot. */
  public void spot(double x, double y, double diameter, Color colour) {
    g.setColor(colour);
    g.fill(new Ellipse2D.Double(x - diameter / 2, y - diameter / 2, diameter, diameter));
  }

  /** A circle's outline. */
  public void circle(double x, double y, double diameter, Color colour, float thickness) {
    g.setColor(colour);
    g.setStroke(new BasicStroke(thickness));
    g.draw(new Ellipse2D.Double(x - diameter / 2, y - diameter / 2, diameter, diameter));
  }

  /** A picture in a square of this side; its pixels stay pixels. */
  public void picture(Image picture, double x, double y, double side) {
    BufferedImage pixels =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = picture.toRgb().pixels();
    for (int i = 0; i < picture.width() * picture.height(); i++) {
      int value =
          (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
      pixels.setRGB(i % picture.width(), i / picture.width(), value);
    }
    AffineTransform fit = AffineTransform.getTranslateInstance(x, y);
    fit.scale(side / picture.width(), side / picture.height());
    g.drawImage(pixels, fit, null);
  }

  /** A dashed line. */
  public void dashes(double x0, double y0, double x1, double y1, Color colour) {
    g.setColor(colour);
    g.setStroke(
        new BasicStroke(
            1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, new float[] {6, 5}, 0));
    g.draw(new Line2D.Double(x0, y0, x1, y1));
  }

  /** Coloured squares with their names, left to right from x. */
  public void legend(double x, double y, List<String> names, List<Color> colours) {
    double at = x;
    for (int i = 0; i < names.size(); i++) {
      fill(at, y - 7, 14, 14, colours.get(i));
      text(names.get(i), at + 20, y, 14, Align.LEFT, INK);
      at += 20 + width(List.of(names.get(i)), 14) + 24;
    }
  }

  /** Writes the sheet as PNG. */
  public void write(Path file) {
    g.dispose();
    AtomicFile.write(file, out -> ImageIO.write(image, "png", out));
  }
}
