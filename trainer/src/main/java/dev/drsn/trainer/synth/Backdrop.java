package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Streams.between;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.SplittableRandom;

/**
 * The room behind a student, out of focus: a wall with a window, shelves of books, a picture, a
 * plant or a door. Coordinates are shares of the picture's height.
 */
final class Backdrop {
  private Backdrop() {}

  /**
   * Fills the canvas with a room.
   *
   * @param room which room: the same number gives the same room
   * @param shift how far the room is moved sideways
   * @param blur standard deviation of the defocus, as a share of the height
   */
  static void paint(Canvas canvas, int room, double shift, double blur, Light light) {
    SplittableRandom r = new SplittableRandom(room);
    BufferedImage image =
        new BufferedImage(canvas.width, canvas.height, BufferedImage.TYPE_INT_ARGB);
    Graphics2D g = image.createGraphics();
    g.scale(canvas.height, canvas.height);
    double aspect = canvas.width / (double) canvas.height;
    double wall = between(r, 0.3, 0.85);
    fill(g, wall, new Rectangle2D.Double(-1, -1, 9, 9));
    g.translate(shift, 0);
    // The wall's lower part, behind a wide shelf or a panel.
    if (r.nextBoolean()) {
      fill(g, wall * between(r, 0.6, 0.9), new Rectangle2D.Double(-1, between(r, 0.6, 0.9), 9, 9));
    }
    int things = 1 + r.nextInt(3) + (aspect > 1.2 ? 2 : 0);
    for (int i = 0; i < things; i++) {
      double x = between(r, -0.2, aspect - 0.1);
      switch (r.nextInt(5)) {
        case 0 -> window(g, r, x);
        case 1 -> shelves(g, r, x, wall);
        case 2 -> picture(g, r, x);
        case 3 -> plant(g, r, x, wall);
        default -> fill(g, wall * 0.7, new Rectangle2D.Double(x, 0.1, 0.4, 2));
      }
    }
    g.dispose();
    canvas.overlay(image, light.exposure() * (0.45 + 0.6 * light.ambient()) * 0.9);
    Camera.blur(canvas, blur * canvas.height);
  }

  private static void window(Graphics2D g, SplittableRandom r, double x) {
    double y = between(r, -0.1, 0.15);
    double w = between(r, 0.3, 0.5);
    double h = between(r, 0.4, 0.6);
    fill(g, 0.97, new Rectangle2D.Double(x, y, w, h));
    fill(g, 0.6, new Rectangle2D.Double(x + w / 2 - 0.012, y, 0.024, h));
    fill(g, 0.6, new Rectangle2D.Double(x, y + h / 2 - 0.012, w, 0.024));
  }

  private static void shelves(Graphics2D g, SplittableRandom r, double x, double wall) {
    double w = between(r, 0.3, 0.6);
    fill(g, wall * 0.55, new Rectangle2D.Double(x, -0.1, w, 1.3));
    for (double y = between(r, 0.05, 0.15); y < 1.1; y += 0.24) {
      double at = x + 0.01;
      while (at < x + w - 0.05) {
        double thick = between(r, 0.025, 0.06);
        double tall = between(r, 0.13, 0.2);
        fill(g, between(r, 0.15, 0.85), new Rectangle2D.Double(at, y + 0.21 - tall, thick, tall));
        at += thick + (r.nextInt(5) == 0 ? 0.06 : 0.004);
      }
      fill(g, wall * 0.8, new Rectangle2D.Double(x, y + 0.21, w, 0.025));
    }
  }

  private static void picture(Graphics2D g, SplittableRandom r, double x) {
    double y = between(r, 0.02, 0.3);
    double w = between(r, 0.15, 0.35);
    double h = between(r, 0.15, 0.35);
    fill(g, between(r, 0.05, 0.4), new Rectangle2D.Double(x, y, w, h));
    fill(g, between(r, 0.5, 0.9), new Rectangle2D.Double(x + 0.02, y + 0.02, w - 0.04, h - 0.04));
    double size = between(r, 0.3, 0.6) * Math.min(w, h);
    fill(
        g,
        between(r, 0.2, 0.7),
        new Ellipse2D.Double(x + (w - size) / 2, y + (h - size) / 2, size, size));
  }

  private static void plant(Graphics2D g, SplittableRandom r, double x, double wall) {
    double y = between(r, 0.6, 0.9);
    for (int i = 0; i < 9; i++) {
      double angle = between(r, -1.3, 1.3);
      double length = between(r, 0.2, 0.4);
      double tx = x + length * Math.sin(angle);
      double ty = y - length * Math.cos(angle);
      Path2D leaf = new Path2D.Double();
      leaf.moveTo(x, y);
      leaf.quadTo((x + tx) / 2 - 0.05, (y + ty) / 2, tx, ty);
      leaf.quadTo((x + tx) / 2 + 0.05, (y + ty) / 2, x, y);
      fill(g, between(r, 0.15, 0.4), leaf);
    }
    fill(g, wall * 0.5, new Rectangle2D.Double(x - 0.07, y, 0.14, 0.18));
  }

  private static void fill(Graphics2D g, double grey, Shape shape) {
    float v = (float) Math.clamp(grey, 0, 1);
    g.setColor(new Color(v, v, v));
    g.fill(shape);
  }
}
