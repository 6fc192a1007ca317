package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Streams.between;

import java.util.SplittableRandom;

/**
 * The face of one moment in numbers, as the painter wants it: what an {@link Expression} becomes on
 * a given {@link Subject}. Lengths in head units, angles in radians.
 *
 * @param browLift how far the brows are raised (negative: lowered)
 * @param browFrown how far their inner ends are drawn down and together
 * @param browSkew how much higher the brow at the right of the picture is
 * @param eyeOpen lid opening: 0 closed, 1 at rest, 1.5 widened
 * @param cornerLift how far the corners of the mouth are raised (negative: down)
 * @param mouthWiden relative widening of the mouth
 * @param gapUp how far the upper lip's inner edge is above the line of the mouth
 * @param gapDown how far the lower lip's inner edge is below it
 * @param jawDrop how far the jaw is dropped
 * @param teeth how much of the upper teeth shows, 0 to 1
 * @param yaw head turned towards the right of the picture
 * @param pitch head tipped up
 * @param roll head tilted towards the right of the picture
 * @param eyeYaw eyes turned towards the right of the picture, relative to the head
 * @param eyePitch eyes turned up, relative to the head
 */
record Muscles(
    double browLift,
    double browFrown,
    double browSkew,
    double eyeOpen,
    double cornerLift,
    double mouthWiden,
    double gapUp,
    double gapDown,
    double jawDrop,
    double teeth,
    double yaw,
    double pitch,
    double roll,
    double eyeYaw,
    double eyePitch) {

  /** How far eyes turn in their sockets. */
  private static final double EYE_REACH = Math.toRadians(32);

  /**
   * What the expression becomes on this subject.
   *
   * @param pose level 0 to 5: how far the head strays from the pose that the expression asks for
   * @param face stream for the variation within a feature
   * @param stray stream for the straying of the head
   */
  static Muscles of(
      Subject subject, Expression e, int pose, SplittableRandom face, SplittableRandom stray) {
    double a = Math.min(1.15, e.intensity() * subject.expressivity());
    double yaw = 0;
    double pitch = 0;
    switch (e.head()) {
      case AHEAD -> {}
      case LEFT -> yaw = -between(face, 24, 38);
      case RIGHT -> yaw = between(face, 24, 38);
      case UP -> pitch = between(face, 16, 25);
      case DOWN -> pitch = -between(face, 15, 25);
    }
    double gazeYaw = between(face, -3, 3);
    double gazePitch = between(face, -5, 1);
    switch (e.gaze()) {
      case SCREEN -> {}
      case LEFT -> gazeYaw = Math.min(yaw, -18) - between(face, 8, 22);
      case RIGHT -> gazeYaw = Math.max(yaw, 18) + between(face, 8, 22);
      case UP -> gazePitch = Math.max(pitch, 14) + between(face, 6, 16);
      case DOWN -> gazePitch = Math.min(pitch - 10, -12) - between(face, 6, 16);
    }
    yaw += pose * between(stray, -2.2, 2.2);
    pitch += pose * between(stray, -1.6, 1.6);
    double roll = pose * between(stray, -3.2, 3.2);

    double lift = between(face, -0.012, 0.012);
    double frown = 0;
    double skew = between(face, -0.006, 0.006);
    switch (e.brows()) {
      case NATURAL -> {}
      case RAISED -> lift += 0.15 * a;
      case FROWNING -> {
        frown = a;
        skew += between(face, -0.035, 0.035) * a;
      }
      case LOWERED -> lift -= 0.065 * a;
    }
    double open = between(face, 0.92, 1.06);
    switch (e.eyes()) {
      case OPEN -> {}
      case WIDENED -> open += 0.62 * a;
      case NARROW -> open = Math.max(0.24, open - 0.72 * a);
      case CLOSED -> open = 0;
    }
    double corners = subject.mouth().corners() + between(face, -0.006, 0.006);
    double widen = 0;
    double up = 0;
    double down = 0;
    double jaw = 0;
    double teeth = 0;
    switch (e.mouth()) {
      case CLOSED -> {}
      case OPEN -> {
        up = 0.03 * a;
        down = 0.055 * a;
        jaw = between(face, 0.05, 0.12) * a;
        widen = -0.14 * a;
        teeth = between(face, 0, 0.5);
      }
      case CORNERS_RAISED -> {
        corners += 0.1 * a;
        widen = 0.26 * a;
      }
      case SMILING -> {
        corners += 0.1 * a;
        widen = 0.34 * a;
        up = 0.012 * a;
        down = 0.115 * a;
        jaw = 0.035 * a;
        teeth = 1;
      }
      case CORNERS_DOWN -> {
        corners -= 0.1 * a;
        widen = -0.06 * a;
      }
      case YAWNING -> {
        up = 0.07 * a;
        down = 0.13 * a;
        jaw = between(face, 0.2, 0.32) * a;
        widen = -0.2 * a;
        teeth = 0.6;
      }
    }
    return new Muscles(
        lift,
        frown,
        skew,
        open,
        // Seen from above, the curve of the jaw lifts the corners of any mouth; lips hang against
        // it.
        corners + 0.13 * Math.sin(Math.toRadians(Math.min(0, pitch))),
        widen,
        up,
        down,
        jaw,
        teeth,
        Math.toRadians(yaw),
        Math.toRadians(pitch),
        Math.toRadians(roll),
        Math.clamp(Math.toRadians(gazeYaw - yaw), -EYE_REACH, EYE_REACH),
        Math.clamp(Math.toRadians(gazePitch - pitch), -EYE_REACH, EYE_REACH));
  }

  /** How far the mouth line is opened, from 0 (closed) upwards. */
  double mouthGap() {
    return gapUp + gapDown + jawDrop;
  }
}
