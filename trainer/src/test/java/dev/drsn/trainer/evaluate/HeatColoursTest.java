package dev.drsn.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import org.junit.jupiter.api.Test;

/** Equal steps look equal: measured back in L*a*b*. */
class HeatColoursTest {

  private static final int STEPS = 16;

  private static double linear(int value) {
    double c = value / 255.0;
    return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
  }

  private static double f(double t) {
    double d = 6 / 29.0;
    return t > d * d * d ? Math.cbrt(t) : t / (3 * d * d) + 4 / 29.0;
  }

  private static double[] lab(Color colour) {
    double r = linear(colour.getRed());
    double g = linear(colour.getGreen());
    double b = linear(colour.getBlue());
    double x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    double y = f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    double z = f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
  }

  @Test
  void stepsAreEqualAndGetLighter() {
    // A helix's chord: lightness 70 / 16, and 10 degrees on a circle of radius 54.
    double chord = Math.hypot(70.0 / STEPS, 2 * 54 * Math.sin(Math.toRadians(5)));
    for (int i = 0; i < STEPS; i++) {
      double[] here = lab(HeatColours.at(i / (double) STEPS));
      double[] next = lab(HeatColours.at((i + 1) / (double) STEPS));
      double across = Math.hypot(next[1] - here[1], next[2] - here[2]);
      assertThat(Math.hypot(next[0] - here[0], across))
          .as("step %d", i)
          .isCloseTo(chord, within(1.2));
      assertThat(next[0] - here[0]).isCloseTo(70.0 / STEPS, within(0.6));
    }
  }
}
