package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.FaceMap.disc;
import static dev.drsn.trainer.synth.FaceMap.path;
import static dev.drsn.trainer.synth.HeadShape.BROW_LINE;
import static dev.drsn.trainer.synth.HeadShape.EYE_LINE;
import static dev.drsn.trainer.synth.HeadShape.MOUTH_LINE;
import static dev.drsn.trainer.synth.HeadShape.NOSE_LINE;
import static dev.drsn.trainer.synth.Noise.smoothstep;

import java.awt.geom.Path2D;
import java.util.SplittableRandom;

/**
 * Draws skin, eyes, brows, nose, mouth and beard of a subject at a moment onto a {@link FaceMap}.
 * All curves are cubic Bezier: with both controls at height h between ends at height e, the middle
 * is at e/4 + 3h/4.
 */
final class FaceDrawing {
  private final Subject subject;
  private final Muscles m;
  private final FaceMap map;
  private final double skin;

  private FaceDrawing(Subject subject, Muscles muscles, double k) {
    this.subject = subject;
    this.m = muscles;
    this.skin = subject.skin().grey();
    this.map = new FaceMap(k, skin);
  }

  /** The whole face as a material, with k texels a head unit, behind a face mask or not. */
  static FaceMap draw(Subject subject, Muscles muscles, boolean masked, double k) {
    FaceDrawing drawing = new FaceDrawing(subject, muscles, k);
    drawing.complexion();
    drawing.beard();
    drawing.nose();
    drawing.lines();
    drawing.mouth();
    for (int side = -1; side <= 1; side += 2) {
      int s = side;
      drawing.map.within(side, null, () -> drawing.eye(s));
      drawing.map.within(side, null, () -> drawing.brow(s));
    }
    if (masked) {
      drawing.mask();
    }
    drawing.map.finish();
    return drawing.map;
  }

  private void complexion() {
    double eyeX = subject.eyes().spacing();
    double age = subject.skin().age();
    for (int side = -1; side <= 1; side += 2) {
      map.soften(side * (eyeX - 0.02), EYE_LINE + 0.05, 0.3, 0.22, 0.6, 0.38);
      map.soften(side * 0.12, EYE_LINE + 0.04, 0.11, 0.22, 0.6, 0.25);
      map.soften(side * eyeX, EYE_LINE - 0.15, 0.2, 0.08, 0.62, 0.15 + 0.35 * age);
      map.soften(side * 0.5, -0.24, 0.25, 0.2, 0.86, 0.3);
      map.soften(side * 0.44, -0.1, 0.2, 0.14, 1.12, 0.25);
    }
    map.soften(0, 0.7, 0.5, 0.25, 1.08, 0.3);
    if (subject.skin().freckles() > 0) {
      SplittableRandom r = new SplittableRandom(subject.hair().pattern());
      for (int i = 0; i < 40; i++) {
        double x = Streams.between(r, -0.6, 0.6);
        double y = Streams.between(r, -0.35, 0.08);
        double size = Streams.between(r, 0.008, 0.018);
        map.fill(disc(x, y, size, size), skin * 0.62, 0.5 * subject.skin().freckles());
      }
    }
  }

  private void beard() {
    double b = subject.skin().beard();
    if (b < 0.15) {
      return;
    }
    double grey = Math.min(subject.hair().grey() * 0.9 + 0.02, skin * 0.8);
    int pattern = subject.hair().pattern();
    map.blend(
        grey,
        (x, y) -> {
          double side = Math.abs(x);
          // The edge runs from the ear down to the cheek and up again to the moustache.
          double edge = side > 0.42 ? -0.5 + 0.7 * (side - 0.42) : -0.34 - 0.9 * side * side;
          double covered = smoothstep(edge + 0.05, edge - 0.14, y);
          double chin = Math.hypot(x / 0.2, (y - MOUTH_LINE + 0.02) / 0.1);
          covered *= 0.35 + 0.65 * smoothstep(0.8, 1.4, chin);
          return covered * b * (0.6 + 0.35 * Noise.at(pattern, x * 40, y * 25));
        });
  }

  private void nose() {
    Subject.Nose nose = subject.nose();
    double tip = NOSE_LINE - nose.length();
    double w = nose.width();
    map.soften(0, tip + 0.06, 0.08, 0.1, 1.15, 0.3);
    map.soften(0, 0.1, 0.05, 0.26, 1.1, 0.3);
    map.soften(0, tip - 0.1, 0.2 * w, 0.08, 0.5, 0.4);
    for (int side = -1; side <= 1; side += 2) {
      map.within(
          side,
          null,
          () -> {
            map.glow(0.065 * w, tip - 0.065, 0.05 * w, 0.032, 0.1 * skin, 0.95);
            Path2D wing = path(0.15 * w, tip + 0.06);
            wing.curveTo(0.21 * w, tip + 0.02, 0.2 * w, tip - 0.08, 0.13 * w, tip - 0.075);
            map.stroke(wing, 0.026, skin * 0.5, 0.4);
          });
    }
  }

  /** Lines of age and of the moment: forehead, frown, nose to mouth, outer eye. */
  private void lines() {
    double age = subject.skin().age();
    double raised = Math.max(0, m.browLift()) / 0.15;
    double smile = Math.max(0, m.cornerLift()) / 0.1;
    double forehead = Math.min(0.65, 0.3 * age + 0.5 * raised);
    for (int i = 0; i < 3; i++) {
      double y = 0.62 + 0.085 * i + 0.3 * Math.max(0, m.browLift());
      double half = 0.42 - 0.06 * i;
      Path2D line = path(-half, y);
      line.curveTo(-half / 2, y + 0.035, half / 2, y + 0.035, half, y);
      map.stroke(line, 0.022, skin * 0.62, forehead * 0.8);
    }
    for (int side = -1; side <= 1; side += 2) {
      map.within(
          side,
          null,
          () -> {
            if (m.browFrown() > 0) {
              Path2D crease = path(0.06, BROW_LINE + 0.14);
              crease.curveTo(0.045, BROW_LINE + 0.06, 0.05, BROW_LINE, 0.075, BROW_LINE - 0.07);
              map.stroke(crease, 0.075, skin * 0.6, 0.3 * m.browFrown());
              map.stroke(crease, 0.028, skin * 0.45, 0.45 * m.browFrown());
              map.soften(0.1, BROW_LINE - 0.06, 0.12, 0.14, 0.5, 0.4 * m.browFrown());
            }
            double fold = Math.min(0.75, 0.12 + 0.3 * age + 0.5 * smile);
            double out = 0.06 * smile;
            Path2D line = path(0.19, NOSE_LINE - 0.03);
            line.curveTo(
                0.27 + out, -0.28, 0.34 + 1.4 * out, -0.4, 0.36 + 1.5 * out, -0.55 + 0.4 * out);
            map.stroke(line, 0.05, skin * 0.72, fold * 0.45);
            map.stroke(line, 0.02, skin * 0.55, fold * 0.7);
            double droop = Math.max(0, -m.cornerLift()) / 0.1;
            if (droop > 0) {
              Path2D sag = path(0.31, MOUTH_LINE - 0.1);
              sag.curveTo(0.34, -0.72, 0.35, -0.76, 0.34, -0.82);
              map.stroke(sag, 0.035, skin * 0.6, 0.4 * droop);
            }
          });
    }
  }

  private void eye(int side) {
    Subject.EyeShape shape = subject.eyes();
    double ex = shape.spacing();
    double half = 0.205 * shape.size();
    double shift = 0.05 * Math.sin(m.eyePitch());
    double ey = EYE_LINE + shift;
    double open = m.eyeOpen() * (1 + 0.9 * Math.min(0.2, m.eyePitch()));
    double lower = ey - 0.06 * shape.size() * (m.eyeOpen() < 0.1 ? 0.9 : 1);
    double upper = ey + 0.112 * shape.size() * shape.height() * open;
    if (m.eyeOpen() < 0.1) {
      upper = lower + 0.004;
    }
    double in = ex - half;
    double out = ex + half;
    double inY = ey - 0.02;
    double outY = ey + shape.tilt() - 0.035 * Math.max(0, 1 - m.eyeOpen());

    Path2D lids = path(in, inY);
    curve(lids, in, inY, out, outY, upper, -0.2);
    curve(lids, out, outY, in, inY, lower, 0);
    lids.closePath();

    // The lid's own bulge, then its crease a little above the opening.
    map.soften(ex, upper + 0.05, 0.2, 0.09, 1.06, 0.35);
    Path2D crease = path(in + 0.015, inY + 0.05);
    double fold = Math.max(upper, ey + 0.03) + 0.06;
    curve(crease, in + 0.015, inY + 0.05, out + 0.01, outY + 0.02, fold, -0.2);
    boolean closed = m.eyeOpen() < 0.1;
    map.stroke(crease, 0.02, skin * 0.55, closed ? 0.25 : 0.6);

    if (!closed) {
      // The clip is not anti-aliased: the lid lines drawn afterwards cover its edge.
      map.fill(lids, 0.84, 0.05, 1);
      double reach = 0.25 * shape.size();
      double ix = ex + side * reach * Math.sin(m.eyeYaw());
      double iy = EYE_LINE + 0.022 + reach * Math.sin(m.eyePitch());
      double r = 0.1 * shape.size();
      double lid = upper;
      map.within(
          1,
          lids,
          () -> {
            map.fill(disc(ix, iy, r, r), shape.iris() * 0.5, 0.05, 1);
            map.fill(disc(ix, iy, r * 0.84, r * 0.84), shape.iris(), 0.05, 1);
            map.fill(disc(ix, iy, r * 0.46, r * 0.46), 0.02, 0.05, 1);
            map.glow(ex, lid + 0.015, half, 0.075, 0.1 * skin, 0.7);
            map.fill(disc(ix - side * 0.035, iy + 0.04, 0.024, 0.024), 1.0, 0.1, 0.95);
          });
    }
    Path2D lash = path(in, inY);
    curve(lash, in, inY, out + 0.02, outY - 0.005, upper, -0.2);
    map.stroke(lash, shape.lash() + (closed ? 0.012 : 0), Math.min(0.12, skin * 0.25), 0.95);
    Path2D rim = path(out, outY);
    curve(rim, out, outY, in, inY, lower, 0);
    map.stroke(rim, 0.014, skin * 0.45, closed ? 0 : 0.6);
    map.fill(disc(in + 0.01, inY, 0.02, 0.014), skin * 0.75, 0.6);
  }

  private void brow(int side) {
    Subject.EyeShape shape = subject.eyes();
    double f = m.browFrown();
    double y = BROW_LINE + shape.browHeight() + m.browLift() + side * m.browSkew();
    double arch = 0.035 * shape.browArch() + 0.25 * Math.max(0, m.browLift());
    double in = 0.14 - 0.065 * f;
    double relaxed = Math.max(0, 1 - m.eyeOpen());
    double inY = y - 0.02 - 0.085 * f + 0.02 * relaxed;
    double midX = 0.37;
    double midY = y + arch - 0.035 * f;
    double out = 0.585;
    // Seen from above, the curve of the forehead lifts the outer ends of any brow.
    double outY = y - 0.045 + 0.01 * f + 0.16 * Math.min(0, Math.sin(m.pitch())) - 0.03 * relaxed;
    double thick = 0.05 * shape.browThickness();
    Path2D brow = path(in, inY - 0.5 * thick);
    brow.quadTo(in - 0.015, inY, in + 0.005, inY + 0.5 * thick);
    brow.curveTo(
        in + 0.1,
        inY + 0.6 * thick + 0.03,
        midX - 0.06,
        midY + 0.55 * thick,
        midX,
        midY + 0.5 * thick);
    brow.quadTo(midX + 0.13, midY + 0.3 * thick, out, outY);
    brow.quadTo(midX + 0.12, midY - 0.45 * thick, midX, midY - 0.5 * thick);
    brow.curveTo(
        midX - 0.07, midY - 0.5 * thick, in + 0.1, inY - 0.3 * thick + 0.02, in, inY - 0.5 * thick);
    brow.closePath();
    double hair =
        subject.hair().style() == Subject.HairStyle.SCARF ? 0.14 : subject.hair().grey() * 0.85;
    double grey = Math.min(hair, skin * 0.62);
    map.stroke(brow, 0.02, grey, 0.35);
    map.fill(brow, grey, 0.05, 0.9);
  }

  private void mouth() {
    Subject.MouthShape shape = subject.mouth();
    double half = shape.width() * (1 + m.mouthWiden());
    double corner = MOUTH_LINE + m.cornerLift();
    // Lifted corners pull the middle of the lips a little down, and lowered ones push it up.
    double middle = MOUTH_LINE - 0.3 * m.cornerLift();
    double gap = m.mouthGap();
    double top = middle + m.gapUp();
    double bottom = middle - m.gapDown() - (gap > 0.001 ? 0.004 : 0);
    double thin = 1 - 0.9 * Math.max(0, m.mouthWiden());
    double upperLip = 0.062 * shape.lips() * thin;
    double lowerLip = 0.085 * shape.lips() * thin;
    double lip = skin * (1 - subject.skin().lipDepth());

    map.soften(0, bottom - lowerLip - 0.07, 0.19, 0.06, 0.55, 0.4);
    map.soften(0, (top + NOSE_LINE) / 2 - 0.05, 0.05, 0.1, 0.8, 0.3);
    for (int side = -1; side <= 1; side += 2) {
      map.soften(side * (half + 0.02), corner, 0.07, 0.06, 0.5, 0.5);
    }

    double peak = top + upperLip;
    Path2D outer = path(-half, corner);
    outer.curveTo(-half * 0.6, (corner + peak) / 2 + 0.01, -0.12, peak + 0.012, -0.07, peak + 0.01);
    outer.quadTo(-0.03, peak + 0.005, 0, peak - 0.018);
    outer.quadTo(0.03, peak + 0.005, 0.07, peak + 0.01);
    outer.curveTo(0.12, peak + 0.012, half * 0.6, (corner + peak) / 2 + 0.01, half, corner);
    curve(outer, half, corner, -half, corner, bottom - lowerLip, 0);
    outer.closePath();
    map.fill(outer, lip, 0.3, 1);
    Path2D upper = path(-half, corner);
    curve(upper, -half, corner, half, corner, top, 0);
    map.soften(0, bottom - 0.5 * lowerLip, 0.12, 0.03, 1.15, 0.4);

    if (gap > 0.001) {
      Path2D hole = path(-half * 0.96, corner);
      curve(hole, -half * 0.96, corner, half * 0.96, corner, top, 0);
      curve(hole, half * 0.96, corner, -half * 0.96, corner, bottom, 0);
      hole.closePath();
      map.fill(hole, 0.1, 0, 1);
      map.within(1, hole, () -> insideMouth(half, top, bottom));
      map.stroke(hole, 0.014, lip * 0.5, 0.7);
    } else {
      map.stroke(upper, 0.026, skin * 0.25, 0.9);
    }
  }

  private void insideMouth(double half, double top, double bottom) {
    double height = top - bottom;
    map.glow(0, bottom - 0.02, 0.7 * half, 0.55 * height, 0.42, 0.8);
    if (m.teeth() > 0) {
      double teeth = Math.min(0.075, 0.6 * height) * m.teeth();
      Path2D row = path(-half * 0.86, top + 0.12);
      row.lineTo(half * 0.86, top + 0.12);
      row.lineTo(half * 0.86, top - teeth * 0.2 + 0.06);
      curve(
          row,
          half * 0.86,
          top - teeth * 0.2 + 0.06,
          -half * 0.86,
          top - teeth * 0.2 + 0.06,
          top - teeth,
          0);
      row.closePath();
      map.fill(row, 0.9, 0.5, 0.95);
    }
  }

  private void mask() {
    Path2D cloth = path(-0.95, -0.1);
    cloth.curveTo(-0.6, -0.12, -0.3, 0.0, 0, 0.02);
    cloth.curveTo(0.3, 0.0, 0.6, -0.12, 0.95, -0.1);
    cloth.lineTo(0.95, -0.16);
    cloth.curveTo(0.75, -0.2, 0.72, -0.7, 0.5, -1.12);
    cloth.curveTo(0.2, -1.24, -0.2, -1.24, -0.5, -1.12);
    cloth.curveTo(-0.72, -0.7, -0.75, -0.2, -0.95, -0.16);
    cloth.closePath();
    map.fill(cloth, 0.86, 0.02, 1);
    for (int i = 0; i < 3; i++) {
      double y = -0.3 - 0.22 * i;
      Path2D pleat = path(-0.66 + 0.03 * i, y + 0.05);
      pleat.curveTo(-0.3, y - 0.02, 0.3, y - 0.02, 0.66 - 0.03 * i, y + 0.05);
      map.stroke(pleat, 0.03, 0.68, 0.8);
    }
    map.stroke(cloth, 0.02, 0.66, 0.8);
  }

  /** Appends a curve between two points whose middle is at height {@code middle}. */
  private static void curve(
      Path2D path, double x0, double y0, double x1, double y1, double middle, double lean) {
    double h = (middle - (y0 + y1) / 8) / 0.75;
    double a = Noise.lerp(x0, x1, 0.25 + 0.1 * lean);
    double b = Noise.lerp(x0, x1, 0.75 + 0.1 * lean);
    path.curveTo(a, h, b, h, x1, y1);
  }
}
