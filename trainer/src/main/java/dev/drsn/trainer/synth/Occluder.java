package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Noise.lerp;
import static dev.drsn.trainer.synth.Streams.between;

import dev.drsn.trainer.synth.Subject.Glasses;
import dev.drsn.trainer.synth.Subject.HairStyle;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Something between the camera and a face. Drawn in head units with y upwards, about a point of the
 * head that the thing is held to; the sizes are those of level 3.
 *
 * @param kind what it is
 * @param side which side of the picture it comes from: -1 left, 1 right
 * @param size factor on its size
 * @param dx how far it is moved sideways, in head units
 * @param dy how far it is moved up, in head units
 * @param angle how far it is turned, in radians
 * @param grey grey of a thing that has no colour of its own
 */
record Occluder(Kind kind, int side, double size, double dx, double dy, double angle, double grey) {
  private static final double[] SHARE = {0, 0.15, 0.3, 0.5, 0.75, 0.95};

  /** Kinds of things. */
  enum Kind {
    HAND_AT_CHIN,
    HAND_AT_CHEEK,
    HAND_AT_BROW,
    STRAND,
    MUG,
    BOOK,
    MASK,
    REFLECTION
  }

  /** Draws what stands before one face: nothing, one thing or (from level 4 on) two. */
  static List<Occluder> draw(int level, Subject subject, SplittableRandom r) {
    boolean any = r.nextDouble() < SHARE[level];
    boolean second = r.nextDouble() < 0.2 * (level - 3);
    List<Occluder> things = new ArrayList<>();
    for (int i = 0; i < (second ? 2 : 1) && any; i++) {
      things.add(one(level, subject, r));
    }
    return things;
  }

  private static Occluder one(int level, Subject subject, SplittableRandom r) {
    Kind kind = Kind.values()[r.nextInt(Kind.values().length)];
    boolean rare = r.nextDouble() < 0.6;
    int side = r.nextBoolean() ? 1 : -1;
    return new Occluder(
        fitting(kind, rare && level < 4, subject),
        side,
        (0.58 + 0.15 * level) * between(r, 0.85, 1.15),
        between(r, -0.12, 0.12) - 0.05 * level * side,
        between(r, -0.1, 0.1),
        between(r, -0.3, 0.3),
        between(r, 0.2, 0.9));
  }

  /** Only glasses reflect, only loose hair falls, and a mask, which hides the mouth, is rarer. */
  private static Kind fitting(Kind kind, boolean rare, Subject subject) {
    HairStyle style = subject.hair().style();
    boolean loose =
        style != HairStyle.BALD && style != HairStyle.CROPPED && style != HairStyle.SCARF;
    boolean glasses = subject.outfit().glasses() != Glasses.NONE;
    return switch (kind) {
      case MASK -> rare ? Kind.HAND_AT_CHIN : kind;
      case REFLECTION -> glasses ? kind : Kind.BOOK;
      case STRAND -> loose ? kind : Kind.HAND_AT_CHEEK;
      default -> kind;
    };
  }

  /** Draws the thing over the canvas (a mask is painted with the face, not here). */
  void paint(Canvas canvas, Person person, Light light) {
    if (kind == Kind.MASK) {
      return;
    }
    BufferedImage layer =
        new BufferedImage(canvas.width, canvas.height, BufferedImage.TYPE_INT_ARGB);
    Graphics2D g = layer.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    double skin = person.subject().skin().grey();
    switch (kind) {
      case HAND_AT_CHIN -> hand(place(g, person, side * 0.42, -0.98, 0.8), skin, -0.35);
      case HAND_AT_CHEEK -> hand(place(g, person, side * 0.72, -0.35, 0.75), skin, 0.1);
      case HAND_AT_BROW -> hand(place(g, person, side * 0.62, 0.32, 0.9), skin, 0.5);
      case STRAND ->
          strand(place(g, person, side * 0.3, 0.75, 0.8), person.subject().hair().grey());
      case MUG -> mug(place(g, person, side * 0.25, -1.0, 1.2));
      case BOOK -> book(place(g, person, side * 0.9, -1.25, 1.3));
      case REFLECTION -> reflections(g, person);
      case MASK -> throw new AssertionError("painted with the face");
    }
    g.dispose();
    boolean glint = kind == Kind.REFLECTION;
    double frontal = Math.max(0, light.z()) * light.key() + light.ambient();
    canvas.overlay(layer, light.exposure() * (glint ? 1.3 : frontal));
  }

  /** Moves the brush to a point of the head, in head units, mirrored for the left side. */
  private Graphics2D place(Graphics2D g, Person person, double x, double y, double z) {
    double[] at = person.project(x, y, z);
    g.translate(at[0], at[1]);
    g.scale(person.k(), -person.k());
    g.translate(dx, dy);
    g.scale(side * size, size);
    g.rotate(angle);
    return g;
  }

  /** Four fingers that point inwards and up from a palm that comes from below at the outside. */
  private static void hand(Graphics2D g, double skin, double turn) {
    g.rotate(turn);
    Path2D back = new Path2D.Double();
    back.moveTo(0.02, -0.16);
    back.curveTo(0.1, 0.06, 0.5, 0.1, 0.62, -0.06);
    back.curveTo(0.74, -0.4, 0.72, -0.7, 0.78, -1.0);
    back.lineTo(1.2, -2.6);
    back.lineTo(0.55, -2.6);
    back.curveTo(0.3, -1.5, 0.28, -1.1, 0.2, -0.75);
    back.curveTo(0.1, -0.55, 0.0, -0.4, 0.02, -0.16);
    solid(g, back, skin * 0.93, 0.025);
    double[][] fingers = {
      {0.55, -0.1, 0.46, 0.36},
      {0.41, -0.06, 0.27, 0.5},
      {0.26, -0.06, 0.08, 0.48},
      {0.11, -0.14, -0.1, 0.33},
      {0.12, -0.4, -0.14, -0.1}
    };
    for (double[] f : fingers) {
      Line2D bone = new Line2D.Double(f[0], f[1], f[2], f[3]);
      Line2D tip = new Line2D.Double(lerp(f[0], f[2], 0.3), lerp(f[1], f[3], 0.3), f[2], f[3]);
      line(g, tip, 0.155, skin * 0.6);
      line(g, bone, 0.13, skin * 0.93);
      AffineTransform before = g.getTransform();
      g.translate(-0.015, 0.01);
      line(g, tip, 0.06, skin * 0.99);
      g.setTransform(before);
      double kx = lerp(f[0], f[2], 0.55);
      double ky = lerp(f[1], f[3], 0.55);
      line(g, new Line2D.Double(kx - 0.035, ky - 0.01, kx + 0.035, ky), 0.016, skin * 0.75);
    }
  }

  private static void strand(Graphics2D g, double hair) {
    for (int i = 0; i < 9; i++) {
      double root = 0.075 * i - 0.5;
      double tip = 0.035 * i - 0.1 + 0.03 * (i % 3);
      double end = -0.75 - 0.07 * i + 0.16 * (i % 4);
      Path2D lock = new Path2D.Double();
      lock.moveTo(root, 0.2);
      lock.curveTo(root + 0.2, 0.05, tip + 0.12, -0.35, tip, end);
      lock.curveTo(tip + 0.2, -0.35, root + 0.38, 0.05, root + 0.14, 0.25);
      lock.closePath();
      fill(g, lock, hair * (0.72 + 0.14 * (i % 3)), 1);
    }
  }

  private void mug(Graphics2D g) {
    g.setStroke(new BasicStroke(0.09f));
    g.setColor(colour(grey * 0.85, 1));
    g.draw(new Ellipse2D.Double(0.3, -0.45, 0.34, 0.42));
    solid(g, new RoundRectangle2D.Double(-0.4, -0.65, 0.8, 0.85, 0.12, 0.12), grey, 0.03);
    fill(
        g,
        new RoundRectangle2D.Double(-0.3, -0.6, 0.13, 0.74, 0.1, 0.1),
        Math.min(1, grey * 1.25),
        0.8);
    fill(g, new RoundRectangle2D.Double(0.2, -0.62, 0.18, 0.8, 0.1, 0.1), grey * 0.7, 0.7);
    fill(g, new Ellipse2D.Double(-0.4, 0.12, 0.8, 0.16), grey * 0.45, 1);
  }

  private void book(Graphics2D g) {
    solid(g, new RoundRectangle2D.Double(-0.75, -1.0, 1.9, 1.55, 0.06, 0.06), grey, 0.03);
    fill(
        g,
        new RoundRectangle2D.Double(-0.5, 0.05, 1.2, 0.14, 0.02, 0.02),
        grey > 0.5 ? 0.15 : 0.9,
        0.9);
    fill(
        g,
        new RoundRectangle2D.Double(-0.5, -0.2, 0.7, 0.08, 0.02, 0.02),
        grey > 0.5 ? 0.3 : 0.8,
        0.9);
  }

  private void reflections(Graphics2D g, Person person) {
    double eye = person.subject().eyes().spacing();
    AffineTransform before = g.getTransform();
    for (int lens = -1; lens <= 1; lens += 2) {
      place(g, person, lens * eye, 0.14, 0.98);
      Path2D glint = new Path2D.Double();
      glint.moveTo(-0.16, 0.17);
      glint.lineTo(0.06, 0.17);
      glint.lineTo(0.15, -0.14);
      glint.lineTo(-0.1, -0.14);
      glint.closePath();
      fill(g, glint, 1, 0.8);
      g.setTransform(before);
    }
  }

  private static void solid(Graphics2D g, Shape shape, double grey, double outline) {
    fill(g, shape, grey, 1);
    line(g, shape, outline, grey * 0.6);
  }

  private static void fill(Graphics2D g, Shape shape, double grey, double alpha) {
    g.setColor(colour(grey, alpha));
    g.fill(shape);
  }

  private static void line(Graphics2D g, Shape shape, double thickness, double grey) {
    g.setStroke(new BasicStroke((float) thickness, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    g.setColor(colour(grey, 1));
    g.draw(shape);
  }

  private static Color colour(double grey, double alpha) {
    float v = (float) Math.clamp(grey, 0, 1);
    return new Color(v, v, v, (float) alpha);
  }
}
