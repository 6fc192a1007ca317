package dev.drsn.trainer.evaluate;

import java.awt.Color;

/**
 * From nothing, dark violet, over red to all, light yellow, in steps that look equal: a helix in
 * CIE L*a*b* (D65), {@code L = 20 + 70 t}, chroma 54, hue 300 to 460 degrees. Lightness and hue go
 * on evenly and chroma stays, so equal steps of t are equal distances of colours, and grey print
 * keeps the order. No colour of it is outside of sRGB.
 */
public final class HeatColours {

  private static final double CHROMA = 54;

  private HeatColours() {}

  /**
   * The colour of a strength.
   *
   * @param t 0 to 1
   */
  public static Color at(double t) {
    double lightness = 20 + 70 * t;
    double hue = Math.toRadians(300 + 160 * t);
    return ofLab(lightness, CHROMA * Math.cos(hue), CHROMA * Math.sin(hue));
  }

  /** L*a*b* to XYZ of a white of 1, to linear sRGB, to sRGB (IEC 61966-2-1). */
  private static Color ofLab(double lightness, double a, double b) {
    double f = (lightness + 16) / 116;
    double x = 0.95047 * cube(f + a / 500);
    double y = cube(f);
    double z = 1.08883 * cube(f - b / 200);
    return new Color(
        (float) encode(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
        (float) encode(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
        (float) encode(0.0556434 * x - 0.2040259 * y + 1.0572252 * z));
  }

  private static double cube(double f) {
    double linear = 6 / 29.0;
    return f > linear ? f * f * f : 3 * linear * linear * (f - 4 / 29.0);
  }

  private static double encode(double c) {
    return c <= 0.0031308 ? 12.92 * c : 1.055 * Math.pow(c, 1 / 2.4) - 0.055;
  }
}
