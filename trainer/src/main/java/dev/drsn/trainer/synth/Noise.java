package dev.drsn.trainer.synth;

/**
 * Value noise on the plane: a hashed number in [0, 1] at every lattice point, blended with
 * smoothstep in between. It gives hair its strands, skin its blotches and hairlines their
 * raggedness.
 */
final class Noise {
  private Noise() {}

  /** A smooth number in [0, 1] at (x, y), the same for the same seed. */
  static double at(int seed, double x, double y) {
    int x0 = (int) Math.floor(x);
    int y0 = (int) Math.floor(y);
    double fx = smooth(x - x0);
    double fy = smooth(y - y0);
    double low = lerp(lattice(seed, x0, y0), lattice(seed, x0 + 1, y0), fx);
    double high = lerp(lattice(seed, x0, y0 + 1), lattice(seed, x0 + 1, y0 + 1), fx);
    return lerp(low, high, fy);
  }

  /** 0 below {@code from}, 1 above {@code to}, smooth between; runs downwards when from > to. */
  static double smoothstep(double from, double to, double value) {
    return smooth(Math.clamp((value - from) / (to - from), 0.0, 1.0));
  }

  static double lerp(double a, double b, double t) {
    return a + (b - a) * t;
  }

  private static double smooth(double t) {
    return t * t * (3 - 2 * t);
  }

  private static double lattice(int seed, int x, int y) {
    int h = seed * 0x27D4EB2F + x * 0x165667B1 + y * 0x9E3779B1;
    h = (h ^ (h >>> 15)) * 0x85EBCA77;
    h = (h ^ (h >>> 13)) * 0xC2B2AE3D;
    return ((h ^ (h >>> 16)) >>> 8) / (double) (1 << 24);
  }
}
