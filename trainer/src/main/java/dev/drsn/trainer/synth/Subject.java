package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Streams.between;

import dev.drsn.trainer.synth.Streams.Purpose;
import java.util.SplittableRandom;

/**
 * One invented student: everything about a face that stays from picture to picture. Lengths are in
 * head units (half a head's width is about 0.85), greys are as displayed, 0 black to 1 white.
 *
 * @param id number of the subject, from 0
 * @param skull shape of the head
 * @param eyes eyes and brows
 * @param nose shape of the nose
 * @param mouth shape of the mouth at rest
 * @param skin what the skin looks like
 * @param hair hair style and colour
 * @param outfit what is worn
 * @param expressivity how strongly this person shows what they feel, around 1
 */
public record Subject(
    int id,
    Skull skull,
    EyeShape eyes,
    Nose nose,
    MouthShape mouth,
    Skin skin,
    Hair hair,
    Outfit outfit,
    double expressivity) {

  /** Head shape: relative width and length, narrowing of the jaw, size of chin, cheeks and ears. */
  record Skull(
      double width,
      double length,
      double jaw,
      double chin,
      double cheeks,
      double ears,
      double neck) {}

  /** Eyes and brows; tilt raises the outer corners, spacing is nose to pupil, lash a thickness. */
  record EyeShape(
      double spacing,
      double size,
      double height,
      double tilt,
      double iris,
      double lash,
      double browHeight,
      double browThickness,
      double browArch) {}

  /** Nose: how far down, how wide, how far out. */
  record Nose(double length, double width, double height) {}

  /** Mouth at rest: half width, thickness of the lips, resting lift of the corners. */
  record MouthShape(double width, double lips, double corners) {}

  /** Skin: grey, darkness of the lips, age from 0 to 1 (lines, bags), freckles and beard 0 to 1. */
  record Skin(double grey, double lipDepth, double age, double freckles, double beard) {}

  /** Hair: style, grey, thickness of the shell, where it begins, where it is parted, its noise. */
  record Hair(HairStyle style, double grey, double volume, double line, double part, int pattern) {}

  /** Clothes and glasses: grey of the shirt, stripes (0 none), glasses, backdrop seed. */
  record Outfit(double shirt, double stripes, Glasses glasses, int room) {}

  /** Hair styles. */
  enum HairStyle {
    BALD,
    CROPPED,
    SHORT,
    FRINGE,
    CURLY,
    BOB,
    LONG,
    BUN,
    SCARF;

    /** Whether hair or cloth hangs down beside the face. */
    boolean hangs() {
      return this == BOB || this == LONG || this == SCARF;
    }
  }

  /** Glasses. */
  enum Glasses {
    NONE,
    ROUND,
    SQUARE
  }

  /**
   * Draws a subject.
   *
   * @param seed the data set's seed
   * @param id number of the subject
   */
  public static Subject draw(long seed, int id) {
    SplittableRandom r = Streams.of(seed, Purpose.SUBJECT, id);
    double skin = Math.sqrt(between(r, 0.15, 0.78));
    double age = Math.pow(r.nextDouble(), 2);
    HairStyle style = hairStyle(r);
    boolean beardless = style.hangs() || style == HairStyle.BUN || r.nextDouble() < 0.5;
    return new Subject(
        id,
        new Skull(
            between(r, 0.93, 1.06),
            between(r, 0.95, 1.06),
            between(r, 0.02, 0.2),
            between(r, 0.5, 1.3),
            between(r, 0.3, 1.2),
            between(r, 0.85, 1.15),
            between(r, 0.85, 1.15)),
        new EyeShape(
            between(r, 0.335, 0.385),
            between(r, 0.92, 1.12),
            between(r, 0.85, 1.12),
            between(r, -0.01, 0.035),
            0.06 + 0.4 * Math.pow(r.nextDouble(), 2.2),
            between(r, 0.018, 0.034),
            between(r, -0.025, 0.03),
            between(r, 0.7, 1.4),
            between(r, 0.5, 1.4)),
        new Nose(between(r, -0.03, 0.04), between(r, 0.85, 1.25), between(r, 0.8, 1.25)),
        new MouthShape(between(r, 0.25, 0.31), between(r, 0.7, 1.4), between(r, -0.015, 0.02)),
        new Skin(
            skin,
            between(r, 0.18, 0.4),
            age,
            r.nextDouble() < 0.15 ? between(r, 0.4, 1.0) : 0.0,
            beardless ? 0.0 : Math.pow(r.nextDouble(), 1.5)),
        new Hair(
            style,
            style == HairStyle.SCARF ? between(r, 0.2, 0.9) : hairGrey(r, skin, age),
            between(r, 0.7, 1.3),
            between(r, -0.06, 0.08),
            between(r, -1.0, 1.0),
            r.nextInt()),
        new Outfit(
            between(r, 0.12, 0.95),
            r.nextDouble() < 0.35 ? between(r, 4, 9) : 0.0,
            r.nextDouble() < 0.72
                ? Glasses.NONE
                : (r.nextBoolean() ? Glasses.ROUND : Glasses.SQUARE),
            r.nextInt()),
        between(r, 0.85, 1.15));
  }

  private static HairStyle hairStyle(SplittableRandom r) {
    double u = r.nextDouble();
    HairStyle[] styles = HairStyle.values();
    double[] shares = {0.04, 0.12, 0.2, 0.14, 0.1, 0.14, 0.14, 0.07, 0.05};
    int i = 0;
    while (i < styles.length - 1 && u >= shares[i]) {
      u -= shares[i++];
    }
    return styles[i];
  }

  /** Dark hair mostly; light hair only on light skin, grey hair only with age. */
  private static double hairGrey(SplittableRandom r, double skin, double age) {
    double dark = between(r, 0.08, 0.3);
    double light = between(r, 0.35, 0.68);
    boolean blond = r.nextDouble() < 0.35 && skin > 0.7;
    boolean greyed = r.nextDouble() < age - 0.3;
    return blond || greyed ? light : dark;
  }
}
