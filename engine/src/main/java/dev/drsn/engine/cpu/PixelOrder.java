package dev.drsn.engine.cpu;

import jdk.incubator.vector.FloatVector;

/**
 * Brings pixels of dy into the order in which weight gradients read them: [group of k][pixel][k],
 * pixels counted through the rows and samples.
 */
final class PixelOrder {

  private static final int L = Lanes.COUNT;

  private final Blocked layout;
  private final int most;
  private final int blocks;
  private final int[] groups;
  private final int[] firstBlock;

  /**
   * @param most how many pixels at once
   */
  PixelOrder(Blocked layout, int most) {
    this.layout = layout;
    this.most = most;
    blocks = (layout.shape().c() + L - 1) / L;
    groups = MicroKernel.pairs(blocks);
    firstBlock = new int[groups.length];
    for (int g = 1; g < groups.length; g++) {
      firstBlock[g] = firstBlock[g - 1] + groups[g - 1];
    }
  }

  /** How many vectors of k each group has. */
  int[] groups() {
    return groups;
  }

  /** The first block of each group. */
  int[] firstBlock() {
    return firstBlock;
  }

  /** Scalars for all groups. */
  int size() {
    return most * blocks * L;
  }

  /** Where a group begins. */
  int at(int g) {
    return firstBlock[g] * L * most;
  }

  /** Copies these pixels. */
  void run(float[] from, int base, int pixel, int pixels, float[] to, int target) {
    int wide = layout.shape().w();
    int area = layout.shape().area();
    int many;
    for (int at = pixel; at < pixel + pixels; at += many) {
      many = Math.min(wide - at % wide, pixel + pixels - at);
      int source =
          base
              + at / area * layout.sampleStride()
              + layout.origin()
              + at % area / wide * layout.rowStride()
              + at % wide * L;
      for (int g = 0; g < groups.length; g++) {
        int step = groups[g] * L;
        int first = target + at(g) + (at - pixel) * step;
        for (int k = 0; k < groups[g]; k++) {
          int block = firstBlock[g] + k;
          vectors(from, source + block * layout.blockStride(), to, first + k * L, step, many);
        }
      }
    }
  }

  private static void vectors(
      float[] from, int source, float[] to, int target, int step, int many) {
    for (int i = 0; i < many; i++) {
      FloatVector.fromArray(Lanes.SPECIES, from, source + i * L).intoArray(to, target + i * step);
    }
  }
}
