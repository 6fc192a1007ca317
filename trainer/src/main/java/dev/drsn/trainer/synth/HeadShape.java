package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Noise.smoothstep;

/**
 * The form of a head: an ellipsoid that narrows towards the jaw, with a relief (nose, brow ridge,
 * eye sockets, cheeks, lips, chin) raised on its front as bell curves over the frontal plane (x,
 * y). The crown is at y = 1.26, the chin near -1.2, the sides near x = +-0.86, the nose points
 * along z.
 */
final class HeadShape {
  /** Heights of the features on the frontal plane; {@link FaceMap} paints at the same places. */
  static final double CROWN = 1.26;

  static final double EYE_LINE = 0.16;

  static final double BROW_LINE = 0.41;
  static final double NOSE_LINE = -0.2;
  static final double MOUTH_LINE = -0.56;

  /** The joint at the top of the neck about which a head turns. */
  private static final double PIVOT_Y = -0.75;

  private static final double PIVOT_Z = -0.3;

  private final Subject subject;
  private final Muscles muscles;
  private final double[] rotation;

  HeadShape(Subject subject, Muscles muscles) {
    this.subject = subject;
    this.muscles = muscles;
    this.rotation = rotation(muscles.yaw(), muscles.pitch(), muscles.roll());
  }

  /**
   * The bare ellipsoid at longitude theta (0 the nose, positive to the right) and latitude phi,
   * larger by {@code grow}: sets x, y, z.
   */
  void skull(double theta, double phi, double grow, double[] p) {
    double ring = Math.pow(Math.max(0, Math.cos(phi)), phi < 0 ? 0.78 : 0.86);
    double front = Math.cos(theta) * ring;
    double y = Math.sin(phi);
    y *= y > 0 ? CROWN : 1.2 * subject.skull().length();
    double narrow = 1 - subject.skull().jaw() * smoothstep(0.15, -1.05, y);
    p[0] = (0.86 * subject.skull().width() * narrow + grow) * Math.sin(theta) * ring;
    p[1] = y * (1 + grow / 1.2);
    p[2] = front > 0 ? (0.9 + grow) * Math.pow(front, 0.75) : (1.0 + grow) * front;
  }

  /** The face: skull with relief and dropped jaw; u, v are the place on the frontal plane. */
  void face(double theta, double phi, double[] p) {
    skull(theta, phi, 0, p);
    double x = p[0];
    double y = p[1];
    double front = smoothstep(0.0, 0.35, Math.cos(theta) * Math.cos(phi));
    // The back of the head is skin without features: it shows the map's rim.
    p[3] = p[2] < 0 ? Math.copySign(2, x) : x;
    p[4] = y;
    if (front > 0) {
      p[2] += front * relief(x, y);
    }
    double jaw = smoothstep(MOUTH_LINE + 0.06, MOUTH_LINE - 0.16, y);
    p[1] -= muscles.jawDrop() * jaw;
    p[2] -= 0.35 * muscles.jawDrop() * jaw;
  }

  private double relief(double x, double y) {
    Subject.Skull skull = subject.skull();
    Subject.Nose nose = subject.nose();
    double tip = NOSE_LINE - nose.length();
    double side = Math.abs(x);
    double eyeX = subject.eyes().spacing();

    double down = Math.clamp((0.3 - y) / (0.3 - tip), 0.0, 1.0);
    double ridge = 0.05 + 0.21 * Math.pow(down, 1.4);
    ridge *= smoothstep(0.5, 0.2, y) * smoothstep(tip - 0.12, tip - 0.01, y);
    double ridgeWidth = (0.085 + 0.055 * down) * nose.width();
    double z = nose.height() * ridge * Math.exp(-square(x / ridgeWidth));
    z += 0.1 * bell(side - 0.125 * nose.width(), 0.055, y - tip + 0.01, 0.06);

    z += 0.05 * bell(side - 0.36, 0.3, y - BROW_LINE - 0.02, 0.1);
    z -= 0.1 * bell(side - eyeX + 0.04, 0.17, y - EYE_LINE - 0.03, 0.13);
    z += 0.055 * bell(side - eyeX, 0.12, y - EYE_LINE, 0.08);

    double smile = Math.max(0, muscles.cornerLift());
    double cheeks = 0.05 * skull.cheeks() + 0.5 * smile;
    z += cheeks * bell(side - 0.46, 0.17, y + 0.2 - 0.5 * smile, 0.16);
    z -= (0.02 + 0.22 * smile) * bell(side - 0.36, 0.05, y + 0.45, 0.14);

    double lips = subject.mouth().lips();
    z += 0.09 * bell(x, 0.34, y - MOUTH_LINE, 0.2);
    z += 0.045 * lips * bell(x, 0.16, y - MOUTH_LINE - 0.05, 0.04);
    z += 0.05 * lips * bell(x, 0.14, y - MOUTH_LINE + 0.065, 0.05);
    z -= 0.04 * bell(x, 0.16, y - MOUTH_LINE + 0.17, 0.05);
    z += (0.16 + 0.12 * skull.chin()) * bell(x, 0.3, y + 0.98, 0.2);
    return z;
  }

  /** Turns a point with the head. */
  void turn(double[] p) {
    double x = p[0];
    double y = p[1] - PIVOT_Y;
    double z = p[2] - PIVOT_Z;
    p[0] = rotation[0] * x + rotation[1] * y + rotation[2] * z;
    p[1] = rotation[3] * x + rotation[4] * y + rotation[5] * z + PIVOT_Y;
    p[2] = rotation[6] * x + rotation[7] * y + rotation[8] * z + PIVOT_Z;
  }

  /** Turns a point of the neck: fully at the jaw, not at all at the collar. */
  void turnNeck(double[] p) {
    double x = p[0];
    double y = p[1];
    double z = p[2];
    double weight = smoothstep(-1.75, -0.7, y);
    turn(p);
    p[0] = Noise.lerp(x, p[0], weight);
    p[1] = Noise.lerp(y, p[1], weight);
    p[2] = Noise.lerp(z, p[2], weight);
  }

  /** Pitch about x (up positive), then yaw about y (right positive), then roll about z. */
  private static double[] rotation(double yaw, double pitch, double roll) {
    double sy = Math.sin(yaw);
    double cy = Math.cos(yaw);
    double sp = Math.sin(pitch);
    double cp = Math.cos(pitch);
    double sr = Math.sin(roll);
    double cr = Math.cos(roll);
    // Yaw x pitch.
    double[] a = {cy, -sy * sp, sy * cp, 0, cp, sp, -sy, -cy * sp, cy * cp};
    // Clockwise in the picture for a positive roll.
    double[] m = new double[9];
    for (int c = 0; c < 3; c++) {
      m[c] = cr * a[c] + sr * a[3 + c];
      m[3 + c] = -sr * a[c] + cr * a[3 + c];
      m[6 + c] = a[6 + c];
    }
    return m;
  }

  private static double bell(double dx, double sx, double dy, double sy) {
    return Math.exp(-square(dx / sx) - square(dy / sy));
  }

  private static double square(double a) {
    return a * a;
  }
}
