package dev.drsn.trainer.synth;

import static java.awt.RenderingHints.KEY_ANTIALIASING;
import static java.awt.RenderingHints.KEY_STROKE_CONTROL;
import static java.awt.RenderingHints.VALUE_ANTIALIAS_ON;
import static java.awt.RenderingHints.VALUE_STROKE_PURE;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.MultipleGradientPaint.CycleMethod;
import java.awt.RadialGradientPaint;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;

/**
 * A drawing surface on the frontal plane of the head, x in [-1, 1] and y in [-1.3, 1.3] upwards,
 * which {@link HeadShape} then bends around the head. The red channel holds the grey, the green
 * channel the gloss, so that one stroke sets both.
 */
final class FaceMap implements Surface.Material {
  private static final double HALF_WIDTH = 1.0;
  private static final double HALF_HEIGHT = 1.3;

  private final int width;
  private final int height;
  private final double k;
  private final int[] texels;
  private final Graphics2D g;
  private final double skin;

  /**
   * A map filled with skin.
   *
   * @param k texels a head unit
   * @param skin grey of the skin, 0 to 1
   */
  FaceMap(double k, double skin) {
    this.k = k;
    this.skin = skin;
    width = (int) Math.ceil(2 * HALF_WIDTH * k);
    height = (int) Math.ceil(2 * HALF_HEIGHT * k);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    texels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    g = image.createGraphics();
    g.setRenderingHint(KEY_ANTIALIASING, VALUE_ANTIALIAS_ON);
    g.setRenderingHint(KEY_STROKE_CONTROL, VALUE_STROKE_PURE);
    g.translate(HALF_WIDTH * k, HALF_HEIGHT * k);
    g.scale(k, -k);
    fill(new Rectangle2D.Double(-2, -2, 4, 4), skin, 1);
  }

  /** Fills a shape with a matt grey. */
  void fill(Shape shape, double grey, double alpha) {
    fill(shape, grey, 0.12, alpha);
  }

  /** Fills a shape with a grey and a gloss. */
  void fill(Shape shape, double grey, double gloss, double alpha) {
    g.setColor(colour(grey, gloss, alpha));
    g.fill(shape);
  }

  /** Strokes a line. */
  void stroke(Shape shape, double thickness, double grey, double alpha) {
    g.setStroke(new BasicStroke((float) thickness, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    g.setColor(colour(grey, 0.12, alpha));
    g.draw(shape);
  }

  /** Darkens (factor below 1) or lightens the skin in a soft ellipse. */
  void soften(double x, double y, double rx, double ry, double factor, double alpha) {
    glow(x, y, rx, ry, skin * factor, alpha);
  }

  /** A soft ellipse of a grey, fading outwards. */
  void glow(double x, double y, double rx, double ry, double grey, double alpha) {
    AffineTransform before = g.getTransform();
    g.translate(x, y);
    g.scale(rx, ry);
    Color centre = colour(grey, 0.12, alpha);
    Color middle = colour(grey, 0.12, alpha * 0.55);
    Color rim = colour(grey, 0.12, 0);
    g.setPaint(
        new RadialGradientPaint(
            new Point2D.Float(0, 0),
            1f,
            new float[] {0f, 0.5f, 1f},
            new Color[] {centre, middle, rim},
            CycleMethod.NO_CYCLE));
    g.fill(new Ellipse2D.Double(-1, -1, 2, 2));
    g.setTransform(before);
  }

  /**
   * Runs a drawing mirrored (side = -1) or not (side = 1), clipped to a shape where one is given.
   */
  void within(int side, Shape clip, Runnable drawing) {
    AffineTransform before = g.getTransform();
    Shape clipBefore = g.getClip();
    g.scale(side, 1);
    if (clip != null) {
      g.clip(clip);
    }
    drawing.run();
    g.setTransform(before);
    g.setClip(clipBefore);
  }

  /** A share from 0 to 1 for every place on the frontal plane. */
  interface Share {
    double at(double x, double y);
  }

  /** Mixes a matt grey into the map, place by place. */
  void blend(double grey, Share share) {
    for (int row = 0, i = 0; row < height; row++) {
      double y = HALF_HEIGHT - (row + 0.5) / k;
      for (int column = 0; column < width; column++, i++) {
        double a = share.at((column + 0.5) / k - HALF_WIDTH, y);
        int was = (texels[i] >> 16) & 0xff;
        int now = Math.clamp(Math.round(was + a * (255 * grey - was)), 0, 255);
        texels[i] = (texels[i] & 0xff00ffff) | now << 16;
      }
    }
  }

  /** Ends the drawing and frees its brush. */
  void finish() {
    g.dispose();
  }

  static Path2D path(double x, double y) {
    Path2D path = new Path2D.Double();
    path.moveTo(x, y);
    return path;
  }

  static Ellipse2D disc(double x, double y, double rx, double ry) {
    return new Ellipse2D.Double(x - rx, y - ry, 2 * rx, 2 * ry);
  }

  @Override
  public float grey(float u, float v) {
    return sample(u, v, 16);
  }

  @Override
  public float gloss(float u, float v) {
    return sample(u, v, 8);
  }

  /** One channel between the four nearest texels; beyond the rim the rim goes on. */
  private float sample(float u, float v, int shift) {
    float x = Math.clamp((float) ((u + HALF_WIDTH) * k - 0.5), 0, width - 1.001f);
    float y = Math.clamp((float) ((HALF_HEIGHT - v) * k - 0.5), 0, height - 1.001f);
    int x0 = (int) x;
    int y0 = (int) y;
    float fx = x - x0;
    float fy = y - y0;
    int i = y0 * width + x0;
    float top = mix((texels[i] >> shift) & 0xff, (texels[i + 1] >> shift) & 0xff, fx);
    int j = i + width;
    float bottom = mix((texels[j] >> shift) & 0xff, (texels[j + 1] >> shift) & 0xff, fx);
    return mix(top, bottom, fy) / 255f;
  }

  private static float mix(float a, float b, float t) {
    return a + (b - a) * t;
  }

  private static Color colour(double grey, double gloss, double alpha) {
    return new Color(
        (float) Math.clamp(grey, 0, 1),
        (float) Math.clamp(gloss, 0, 1),
        0f,
        (float) Math.clamp(alpha, 0, 1));
  }
}
