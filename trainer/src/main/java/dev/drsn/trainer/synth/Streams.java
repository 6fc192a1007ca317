package dev.drsn.trainer.synth;

import java.util.SplittableRandom;

/**
 * Independent random streams: one for each (seed, purpose, index). Every part of a picture reads a
 * stream of its own, so that raising one level (say, noise) leaves everything else in the picture
 * as it was, and pictures can be drawn in any order.
 */
final class Streams {
  /** What a stream is for; its number is part of the stream's key. */
  enum Purpose {
    SUBJECT(1),
    EXPRESSION(2),
    FACE(3),
    POSE(4),
    LIGHTING(5),
    OCCLUSION(6),
    CAMERA(7),
    BACKDROP(8),
    SPLIT(9),
    FRAME(10);

    private final int number;

    Purpose(int number) {
      this.number = number;
    }
  }

  private Streams() {}

  /** A fresh generator for the given key; equal keys give equal streams. */
  static SplittableRandom of(long seed, Purpose purpose, long index) {
    long key = mix(seed + 0x9E3779B97F4A7C15L * purpose.number);
    return new SplittableRandom(mix(key ^ mix(index + 0x632BE59BD9B4E019L)));
  }

  /** A number in [low, high). */
  static double between(SplittableRandom random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /**
   * The finaliser of MurmurHash3 in 64 bits: a bijection in which every bit depends on every bit.
   */
  static long mix(long z) {
    z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
    z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return z ^ (z >>> 33);
  }
}
