package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Noise.lerp;
import static dev.drsn.trainer.synth.Noise.smoothstep;

import dev.drsn.trainer.synth.Subject.Glasses;
import dev.drsn.trainer.synth.Subject.HairStyle;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@link Surface}s of one person: head, ears, hair, glasses, neck and shoulders, in the pose of
 * the moment. Head, hair and glasses turn together; the shoulders stay.
 */
final class Bust {
  private static final float HOLE = -1;

  private final Subject subject;
  private final HeadShape shape;
  private final Surface.Material face;
  private final List<Surface> surfaces = new ArrayList<>();

  private Bust(Subject subject, Muscles muscles, Surface.Material face) {
    this.subject = subject;
    this.shape = new HeadShape(subject, muscles);
    this.face = face;
  }

  /** All sheets of a person whose face is painted with the given material. */
  static List<Surface> of(Subject subject, Muscles muscles, Surface.Material face) {
    Bust bust = new Bust(subject, muscles, face);
    bust.head();
    bust.ears();
    bust.neckAndShoulders();
    bust.hair();
    if (subject.outfit().glasses() != Glasses.NONE) {
      bust.glasses();
    }
    return bust.surfaces;
  }

  private void add(int rows, int cols, Surface.Shape s, Surface.Material material) {
    surfaces.add(new Surface(rows, cols, s, material, shape::turn));
  }

  /** Longitude for s in [0, 1]: once around, with most points where the face is. */
  private static double longitude(double s) {
    double q = 2 * s - 1;
    return Math.PI * (0.5 * q + 0.5 * q * q * q);
  }

  private void head() {
    add(84, 76, (s, t, p) -> shape.face(longitude(s), Math.PI * (0.5 - t), p), face);
  }

  private void ears() {
    if (subject.hair().style().hangs()) {
      return;
    }
    double size = subject.skull().ears();
    float skin = (float) subject.skin().grey();
    for (int side = -1; side <= 1; side += 2) {
      double at = side * (0.87 * subject.skull().width());
      double out = side;
      add(
          14,
          18,
          (s, t, p) -> {
            double theta = Math.PI * (2 * s - 1);
            double phi = Math.PI * (0.5 - t);
            double y = Math.sin(phi);
            double z = Math.cos(theta) * Math.cos(phi);
            p[0] = at + 0.1 * size * Math.sin(theta) * Math.cos(phi) + out * (0.05 * y - 0.06 * z);
            p[1] = 0.03 + 0.24 * size * y;
            p[2] = -0.08 + 0.14 * size * z - 0.04 * y;
            p[3] = z;
            p[4] = y;
          },
          (u, v) -> u > -0.2f && u * u + v * v < 0.5f ? skin * 0.72f : skin * 0.96f);
    }
  }

  private void neckAndShoulders() {
    float skin = (float) subject.skin().grey() * 0.95f;
    double width = 0.44 * subject.skull().neck();
    Surface.Shape neck =
        (s, t, p) -> {
          double theta = longitude(s);
          double y = -0.55 - 1.35 * t;
          double w = width * (1 + 0.25 * smoothstep(-1.4, -1.8, y));
          p[0] = w * Math.sin(theta);
          p[1] = y;
          p[2] = -0.28 + 0.95 * w * Math.cos(theta) - 0.1 * t;
          p[3] = theta;
          p[4] = y;
        };
    boolean scarf = subject.hair().style() == HairStyle.SCARF;
    float cloth = (float) subject.hair().grey() * 0.92f;
    surfaces.add(new Surface(14, 30, neck, (u, v) -> scarf ? cloth : skin, shape::turnNeck));

    double[] ys = {-1.42, -1.56, -1.72, -1.95, -2.35, -3.0, -5.0};
    double[] ws = {0.44, 0.58, 0.92, 1.35, 1.68, 1.8, 1.85};
    double[] ds = {0.42, 0.48, 0.55, 0.62, 0.68, 0.75, 0.8};
    Surface.Shape torso =
        (s, t, p) -> {
          double theta = longitude(s);
          p[0] = between(ws, t) * Math.sin(theta);
          p[1] = between(ys, t) - 0.16 * Math.max(0, Math.cos(theta)) * (1 - t);
          p[2] = -0.4 + between(ds, t) * Math.cos(theta);
          p[3] = p[0];
          p[4] = p[1];
        };
    float shirt = (float) subject.outfit().shirt();
    double stripes = subject.outfit().stripes();
    Surface.Material clothes =
        (u, v) -> {
          if (v > -1.62 - 0.24 * smoothstep(0.4, 0, Math.abs(u)) && Math.abs(u) < 0.52) {
            return scarf ? cloth : skin;
          }
          boolean dark = stripes > 0 && Math.sin(v * stripes * Math.PI) > 0.2;
          return dark ? shirt * 0.6f : shirt;
        };
    surfaces.add(new Surface(26, 34, torso, clothes, p -> {}));
  }

  private static double between(double[] values, double t) {
    double at = t * (values.length - 1);
    int i = Math.min(values.length - 2, (int) at);
    return lerp(values[i], values[i + 1], at - i);
  }

  private void hair() {
    HairStyle style = subject.hair().style();
    double volume = subject.hair().volume();
    int pattern = subject.hair().pattern();
    boolean curly = style == HairStyle.CURLY;
    double grow =
        switch (style) {
          case BALD -> 0.025;
          case CROPPED -> 0.04;
          case SCARF -> 0.09;
          case BUN -> 0.06;
          case CURLY -> 0.2 * volume;
          case SHORT, FRINGE, BOB, LONG -> 0.1 * volume;
        };
    Strands strands = new Strands(subject.hair());
    add(
        56,
        72,
        (s, t, p) -> {
          double theta = longitude(s);
          double phi = Math.PI * (0.5 - t);
          double lump = curly ? 0.09 * (Noise.at(pattern, theta * 5, phi * 8) - 0.4) : 0.0;
          double crown = 1 + 0.6 * Math.max(0, Math.sin(phi));
          shape.skull(theta, phi, grow * crown + lump, p);
          p[3] = theta;
          p[4] = p[1] / (1 + grow / 1.2);
        },
        strands);
    if (style.hangs()) {
      curtain(style, strands);
    }
    if (style == HairStyle.BUN) {
      add(
          20,
          24,
          (s, t, p) -> {
            double theta = Math.PI * (2 * s - 1);
            double phi = Math.PI * (0.5 - t);
            p[0] = 0.36 * volume * Math.sin(theta) * Math.cos(phi);
            p[1] = 1.28 + 0.3 * volume * Math.sin(phi);
            p[2] = -0.3 + 0.34 * volume * Math.cos(theta) * Math.cos(phi);
            p[3] = Math.PI;
            p[4] = p[0] * 3;
          },
          strands);
    }
  }

  /** Hair or cloth that hangs down at the sides and the back, open towards the face. */
  private void curtain(HairStyle style, Strands strands) {
    double volume = 0.12 * subject.hair().volume();
    double from = Math.toRadians(style == HairStyle.SCARF ? 70 : 64);
    double end =
        switch (style) {
          case BOB -> -0.95;
          case SCARF -> -1.75;
          default -> -2.2;
        };
    double tuck = style == HairStyle.BOB ? -0.12 : 0.1;
    int pattern = subject.hair().pattern();
    add(
        26,
        48,
        (s, t, p) -> {
          double theta = lerp(from, 2 * Math.PI - from, s);
          double ragged = 0.14 * Noise.at(pattern, theta * 9, 0) * smoothstep(0.6, 1, t);
          double y = lerp(0.75, end, t) + (style == HairStyle.SCARF ? 0 : ragged);
          double flare = (1 + tuck * t * t) * (0.8 + 0.2 * smoothstep(0, 0.3, t));
          p[0] = (0.87 * subject.skull().width() + volume) * Math.sin(theta) * flare;
          p[1] = y;
          p[2] = -0.02 + (0.92 + volume) * Math.cos(theta) * flare;
          p[3] = theta - Math.PI;
          p[4] = 3 + y;
        },
        strands.hanging());
    if (style == HairStyle.SCARF) {
      add(
          16,
          40,
          (s, t, p) -> {
            double theta = longitude(s);
            double w = lerp(0.72, 0.8, t);
            p[0] = w * Math.sin(theta);
            p[1] = lerp(-0.98, -1.9, t) - 0.12 * Math.cos(theta);
            p[2] = -0.2 + w * Math.cos(theta);
            p[3] = theta;
            p[4] = p[1] * 2;
          },
          strands.hanging());
    }
  }

  private void glasses() {
    double centre = subject.eyes().spacing() + 0.015;
    boolean round = subject.outfit().glasses() == Glasses.ROUND;
    double rx = round ? 0.26 : 0.29;
    double ry = round ? 0.25 : 0.2;
    double power = round ? 2 : 4;
    float frame = (float) Math.min(0.3, subject.outfit().shirt() * 0.4);
    Surface.Material rims =
        (u, v) -> {
          double dx = Math.abs(Math.abs(u) - centre) / rx;
          double dy = Math.abs(v - 0.14) / ry;
          double d = Math.pow(Math.pow(dx, power) + Math.pow(dy, power), 1 / power);
          boolean rim = Math.abs(d - 1) < 0.085;
          boolean bridge = Math.abs(u) < centre - rx && Math.abs(v - 0.2) < 0.022;
          return rim || bridge ? frame : HOLE;
        };
    add(
        2,
        30,
        (s, t, p) -> {
          p[3] = 0.72 * (2 * s - 1);
          p[4] = lerp(0.42, -0.14, t);
          p[0] = p[3];
          p[1] = p[4];
          p[2] = 1.02 - 0.42 * p[0] * p[0];
        },
        rims);
    double ear = 0.89 * subject.skull().width();
    for (int side = -1; side <= 1; side += 2) {
      double out = side;
      add(
          2,
          8,
          (s, t, p) -> {
            p[0] = out * lerp(centre + rx, ear, Math.sqrt(s));
            p[1] = lerp(0.22, 0.18, t);
            p[2] = lerp(1.02 - 0.42 * square(centre + rx), -0.1, s);
          },
          (u, v) -> frame);
    }
  }

  private static double square(double a) {
    return a * a;
  }

  /**
   * Hair as a material over longitude u and height v: a hole where no hair grows, strands
   * elsewhere.
   */
  private record Strands(Subject.Hair hair) implements Surface.Material {
    private static final double[] DEGREES = {0, 30, 52, 66, 80, 92, 105, 130, 180};
    private static final double[] SHORT = {0.84, 0.84, 0.74, 0.45, 0.2, -0.1, 0.2, -0.3, -0.5};
    private static final double[] FRINGE = {0.56, 0.54, 0.5, 0.3, -0.02, -0.15, 0.2, -0.3, -0.5};
    private static final double[] LOOSE = {0.95, 0.86, 0.66, 0.32, -0.2, -0.3, -0.4, -0.5, -0.6};
    private static final double[] BALD = {3, 3, 3, 0.4, 0.2, -0.05, 0.2, -0.3, -0.5};

    @Override
    public float grey(float u, float v) {
      if (hair.style() == Subject.HairStyle.SCARF) {
        double a = Math.toDegrees(u) / 61;
        double b = (v + 0.2) / 0.93;
        return a * a + b * b < 1 || v < -1.15 ? HOLE : cloth(u, v);
      }
      double side = Math.toDegrees(Math.abs(u));
      double[] line =
          switch (hair.style()) {
            case BALD -> BALD;
            case FRINGE -> FRINGE;
            case BOB, LONG -> LOOSE;
            default -> SHORT;
          };
      int i = 1;
      while (i < DEGREES.length - 1 && side > DEGREES[i]) {
        i++;
      }
      double t = (side - DEGREES[i - 1]) / (DEGREES[i] - DEGREES[i - 1]);
      double edge = lerp(line[i - 1], line[i], t) + hair.line();
      double ragged = hair.style() == Subject.HairStyle.FRINGE ? 0.16 : 0.08;
      edge += ragged * (Noise.at(hair.pattern(), u * 6, 7) - 0.5);
      edge += 0.05 * (Noise.at(hair.pattern(), u * 45, 3) - 0.5);
      // Parted hair rises on one side of the parting.
      edge += 0.14 * hair.part() * Math.sin(2.2 * u) * smoothstep(1.2, 0.6, Math.abs(u));
      boolean top = hair.style() == Subject.HairStyle.BALD && v > 0.5;
      return v < edge || top ? HOLE : strand(u, v);
    }

    private float strand(float u, float v) {
      boolean curls = hair.style() == Subject.HairStyle.CURLY;
      double fine =
          curls
              ? Noise.at(hair.pattern(), u * 9, v * 10)
              : Noise.at(hair.pattern(), u * 26 + 0.8 * v, v * 1.6);
      double coarse = Noise.at(hair.pattern() + 1, u * 7 + v, v * 1.1);
      return (float) (hair.grey() * (0.72 + 0.34 * fine + 0.24 * coarse));
    }

    private float cloth(float u, float v) {
      double fold = Noise.at(hair.pattern(), u * 3 + 1.5 * v, v * 2.5 - u);
      return (float) (hair.grey() * (0.86 + 0.18 * fold));
    }

    /** The same hair where it hangs: no hairline. */
    Surface.Material hanging() {
      boolean scarf = hair.style() == Subject.HairStyle.SCARF;
      return new Surface.Material() {
        @Override
        public float grey(float u, float v) {
          return scarf ? cloth(u, v) : strand(u, v);
        }

        @Override
        public float gloss(float u, float v) {
          return Strands.this.gloss(u, v);
        }
      };
    }

    @Override
    public float gloss(float u, float v) {
      return hair.style() == Subject.HairStyle.SCARF ? 0.05f : 0.22f;
    }
  }
}
