package dev.drsn.engine.cpu;

import java.util.Arrays;

/**
 * {@code G w G^T} of a correlation's 3x3 weights, a block of input channels times a block of output
 * channels at a time: first brought into the order [i][tap][o] in runs that are contiguous in w,
 * then transformed, a vector of o at once.
 */
final class WeightTransform {

  private static final int L = Lanes.COUNT;
  private static final int TAPS = 9;

  private final Correlation.Taps taps;
  private final int inputs;
  private final int outputs;
  private final Winograd winograd;

  /** Whether the taps of neighbouring i are neighbours in w; otherwise those of neighbouring o. */
  private final boolean alongInputs;

  /** Where the scalars of a run go, from the place of its first channel on. */
  private final int[] places = new int[L * TAPS];

  /** For so many channels. */
  WeightTransform(Correlation.Taps taps, int inputs, int outputs, Winograd winograd) {
    this.taps = taps;
    this.inputs = inputs;
    this.outputs = outputs;
    this.winograd = winograd;
    alongInputs = taps.in() == TAPS;
    for (int c = 0; c < L; c++) {
      for (int tap = 0; tap < TAPS; tap++) {
        int e = c * TAPS + taps.first() + tap / 3 * taps.row() + tap % 3 * taps.column();
        places[e] = alongInputs ? (c * TAPS + tap) * L : tap * L + c;
      }
    }
  }

  /** Scalars that {@link #run} wants to work with. */
  int freeSize() {
    return (L * TAPS + winograd.a * winograd.a) * L;
  }

  /**
   * Transforms the weights between two blocks.
   *
   * @param to gets for each of the input channels, {@code next} scalars apart, a a vectors, {@code
   *     step} scalars apart
   * @param free {@link #freeSize} scalars from freeBase on that nobody else uses meanwhile
   */
  void run(
      float[] weight,
      int base,
      int inBlock,
      int outBlock,
      float[] to,
      int target,
      int next,
      int step,
      float[] free,
      int freeBase) {
    int ins = Math.min(L, inputs - inBlock * L);
    int outs = Math.min(L, outputs - outBlock * L);
    int from = base + inBlock * L * taps.in() + outBlock * L * taps.out();
    if (outs < L) {
      Arrays.fill(free, freeBase, freeBase + L * TAPS * L, 0);
    }
    if (alongInputs) {
      for (int o = 0; o < outs; o++) {
        spread(weight, from + o * taps.out(), ins * TAPS, free, freeBase + o);
      }
    } else {
      for (int i = 0; i < ins; i++) {
        spread(weight, from + i * taps.in(), outs * TAPS, free, freeBase + i * TAPS * L);
      }
    }
    int buffer = freeBase + L * TAPS * L;
    for (int i = 0; i < ins; i++) {
      int square = freeBase + i * TAPS * L;
      winograd.weight.run(
          free, square, 3 * L, L, to, target + i * next, winograd.a * step, step, free, buffer);
    }
  }

  private void spread(float[] weight, int from, int count, float[] free, int at) {
    for (int e = 0; e < count; e++) {
      free[at + places[e]] = weight[from + e];
    }
  }
}
