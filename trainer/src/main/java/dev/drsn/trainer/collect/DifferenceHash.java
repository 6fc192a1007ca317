package dev.drsn.trainer.collect;

import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import java.util.HexFormat;

/**
 * A picture's gist in 256 bits (a difference hash): the picture as 17 x 17 averages a(x, y),
 *
 * <pre>
 *   bit (x, y) = a(x + 1, y) > a(x, y),  x and y from 0 to 15
 * </pre>
 *
 * <p>Light, contrast and compression change few bits, so pictures whose hashes differ in a few are
 * taken for one. The lowest of the 17 rows, below the chin, only keeps the picture square.
 *
 * @param a rows 0 to 3, the lowest bit first
 * @param b rows 4 to 7
 * @param c rows 8 to 11
 * @param d rows 12 to 15
 */
record DifferenceHash(long a, long b, long c, long d) {

  private static final int SIDE = 16;
  private static final Preprocess SMALL = Preprocess.fixed(1, SIDE + 1);

  static DifferenceHash of(Image picture) {
    byte[] pixels = SMALL.crop(picture, null).toGrey().pixels();
    long[] words = new long[4];
    for (int i = 0; i < SIDE * SIDE; i++) {
      int at = i / SIDE * (SIDE + 1) + i % SIDE;
      if ((pixels[at + 1] & 0xFF) > (pixels[at] & 0xFF)) {
        words[i / 64] |= 1L << (i % 64);
      }
    }
    return new DifferenceHash(words[0], words[1], words[2], words[3]);
  }

  /** In how many bits two hashes differ. */
  int distance(DifferenceHash other) {
    return Long.bitCount(a ^ other.a)
        + Long.bitCount(b ^ other.b)
        + Long.bitCount(c ^ other.c)
        + Long.bitCount(d ^ other.d);
  }

  /** 64 hexadecimal digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(a) + hex.toHexDigits(b) + hex.toHexDigits(c) + hex.toHexDigits(d);
  }

  /**
   * The hash of such digits.
   *
   * @throws IllegalArgumentException where they are not
   */
  static DifferenceHash parse(String text) {
    if (text.length() != 64) {
      throw new IllegalArgumentException("a hash has 64 digits");
    }
    return new DifferenceHash(
        HexFormat.fromHexDigitsToLong(text, 0, 16),
        HexFormat.fromHexDigitsToLong(text, 16, 32),
        HexFormat.fromHexDigitsToLong(text, 32, 48),
        HexFormat.fromHexDigitsToLong(text, 48, 64));
  }
}
