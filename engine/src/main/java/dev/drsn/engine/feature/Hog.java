package dev.drsn.engine.feature;

import dev.drsn.engine.cpu.Lanes;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Histograms of oriented gradients (Dalal and Triggs 2005) with the paper's parameters: 64 x 64
 * grey pixels, 8 x 8 cells of 8 x 8 pixels, 9 bins over 180 degrees, 7 x 7 overlapping blocks of 2
 * x 2 cells: 1764 numbers.
 *
 * <pre>
 *   I = p^0.5                                                  (1)
 *   gx(x, y) = I(x+1, y) - I(x-1, y),  gy likewise             (2, 3); 0 at the picture's edge
 *   m = sqrt(gx^2 + gy^2),  theta = atan(gy / gx) in [0, 180)  (4, 5)
 *   a = theta / 20 - 1/2,  vote for bin b: m max(0, 1 - d(a, b)),  d around the circle of 9
 *   histogram of a cell: sum of w(x, y) vote over the pixels of its block
 * </pre>
 *
 * <p>The numbers lie block by block, row by row; in a block cell by cell, row by row.
 *
 * @param voting which pixels count for a cell
 * @param norm how a block's 36 numbers are normalised
 */
public record Hog(Voting voting, Norm norm) {

  /** Weights w of pixels. */
  public enum Voting {
    /** A pixel counts for the cell it lies in: the paper's step 3, as scikit-image has it. */
    CELLS,
    /**
     * Bilinear between the centres of cells, times a Gaussian of 4 pixels around the middle of the
     * block: Dalal and Triggs', as OpenCV has it.
     */
    INTERPOLATED
  }

  /** What a block is divided by. */
  public enum Norm {
    /** Its largest number: formula 6. */
    BLOCK_MAX,
    /** The largest number of all blocks. */
    WHOLE_MAX,
    /** Euclidean length, cut at 0.2, length again; with OpenCV's constants against zero. */
    L2_HYS
  }

  /** Pixels of a side of the picture. */
  public static final int SIDE = 64;

  /** Bins of a histogram. */
  public static final int BINS = 9;

  /** Cells of a side of the picture. */
  public static final int CELLS = 8;

  /** Numbers of a descriptor. */
  public static final int SIZE = 7 * 7 * 4 * BINS;

  private static final int CELL = SIDE / CELLS;
  private static final int BLOCK = 2 * CELL;
  private static final int BLOCKS = CELLS - 1;
  private static final int PER_BLOCK = 4 * BINS;
  private static final double SIGMA = 4;
  private static final float CUT = 0.2f;
  private static final VectorSpecies<Float> LANES = Lanes.SPECIES;
  private static final Preprocess CROP = Preprocess.fixed(1, SIDE);
  private static final float[] ROOTS = new float[256];

  static {
    for (int p = 0; p < 256; p++) {
      ROOTS[p] = (float) Math.sqrt(p);
    }
  }

  /** The paper's: plain cells, divided by the block's largest number. */
  public static Hog paper() {
    return new Hog(Voting.CELLS, Norm.BLOCK_MAX);
  }

  /** The picture as it is described: its centre square in 64 x 64 grey pixels. */
  public static Image prepare(Image image) {
    return CROP.crop(image, null).toGrey();
  }

  /** The 1764 numbers of a picture. */
  public float[] describe(Image image) {
    float[] votes = votes(prepare(image).pixels());
    float[] weights = weights(voting);
    float[] y = new float[SIZE];
    for (int block = 0; block < BLOCKS * BLOCKS; block++) {
      int corner = block / BLOCKS * CELL * SIDE + block % BLOCKS * CELL;
      for (int cell = 0; cell < 4; cell++) {
        for (int b = 0; b < BINS; b++) {
          y[block * PER_BLOCK + cell * BINS + b] =
              weighted(votes, b * SIDE * SIDE + corner, weights, cell * BLOCK * BLOCK);
        }
      }
    }
    normalise(y);
    return y;
  }

  /**
   * Histograms of the cells before blocks are made of them, for pictures: [8, 8, 9], every pixel
   * counting for its cell.
   */
  public static float[] cells(Image image) {
    float[] votes = votes(prepare(image).pixels());
    float[] y = new float[CELLS * CELLS * BINS];
    for (int b = 0; b < BINS; b++) {
      for (int i = 0; i < SIDE * SIDE; i++) {
        int cell = i / SIDE / CELL * CELLS + i % SIDE / CELL;
        y[cell * BINS + b] += votes[b * SIDE * SIDE + i];
      }
    }
    return y;
  }

  /** Votes of every pixel: [9, 64, 64]. */
  private static float[] votes(byte[] pixels) {
    float[] root = new float[SIDE * SIDE];
    for (int i = 0; i < root.length; i++) {
      root[i] = ROOTS[pixels[i] & 0xFF];
    }
    float[] gx = new float[SIDE * SIDE];
    float[] gy = new float[SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 1; x < SIDE - 1; x++) {
        gx[y * SIDE + x] = root[y * SIDE + x + 1] - root[y * SIDE + x - 1];
      }
    }
    for (int i = SIDE; i < SIDE * (SIDE - 1); i++) {
      gy[i] = root[i + SIDE] - root[i - SIDE];
    }
    float[] votes = new float[BINS * SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i += LANES.length()) {
      FloatVector dx = FloatVector.fromArray(LANES, gx, i);
      FloatVector dy = FloatVector.fromArray(LANES, gy, i);
      FloatVector m = dx.mul(dx).add(dy.mul(dy)).sqrt();
      FloatVector theta = dy.lanewise(VectorOperators.ATAN2, dx);
      VectorMask<Float> below = theta.lt(0);
      FloatVector a = theta.add((float) Math.PI, below).mul((float) (BINS / Math.PI)).sub(0.5f);
      for (int b = 0; b < BINS; b++) {
        FloatVector d = a.sub(b).abs();
        d = d.min(d.neg().add(BINS));
        m.mul(d.neg().add(1).max(0)).intoArray(votes, b * SIDE * SIDE + i);
      }
    }
    return votes;
  }

  private static float weighted(float[] votes, int at, float[] weights, int weightsAt) {
    FloatVector sum = FloatVector.zero(LANES);
    for (int row = 0; row < BLOCK; row++) {
      for (int x = 0; x < BLOCK; x += LANES.length()) {
        FloatVector w = FloatVector.fromArray(LANES, weights, weightsAt + row * BLOCK + x);
        sum = FloatVector.fromArray(LANES, votes, at + row * SIDE + x).fma(w, sum);
      }
    }
    return Rows.sum(sum);
  }

  /** What a block's pixels count for each of its cells: [4, 16, 16]. */
  static float[] weights(Voting voting) {
    float[] w = new float[4 * BLOCK * BLOCK];
    for (int i = 0; i < w.length; i++) {
      int cell = i / (BLOCK * BLOCK);
      int y = i / BLOCK % BLOCK;
      int x = i % BLOCK;
      w[i] =
          switch (voting) {
            case CELLS -> y / CELL == cell / 2 && x / CELL == cell % 2 ? 1 : 0;
            case INTERPOLATED ->
                (float) (near(y, cell / 2) * near(x, cell % 2) * gauss(y) * gauss(x));
          };
    }
    return w;
  }

  private static double near(int pixel, int cell) {
    return Math.max(0, 1 - Math.abs((pixel + 0.5) / CELL - 0.5 - cell));
  }

  private static double gauss(int pixel) {
    double d = pixel - BLOCK / 2.0;
    return Math.exp(-d * d / (2 * SIGMA * SIGMA));
  }

  private void normalise(float[] y) {
    switch (norm) {
      case WHOLE_MAX -> divide(y, 0, SIZE, max(y, 0, SIZE));
      case BLOCK_MAX -> {
        for (int at = 0; at < SIZE; at += PER_BLOCK) {
          divide(y, at, PER_BLOCK, max(y, at, PER_BLOCK));
        }
      }
      case L2_HYS -> {
        for (int at = 0; at < SIZE; at += PER_BLOCK) {
          divide(y, at, PER_BLOCK, length(y, at) + 0.1f * PER_BLOCK);
          for (int i = at; i < at + PER_BLOCK; i++) {
            y[i] = Math.min(y[i], CUT);
          }
          divide(y, at, PER_BLOCK, length(y, at) + 1e-3f);
        }
      }
    }
  }

  private static float max(float[] y, int at, int n) {
    float max = 0;
    for (int i = at; i < at + n; i++) {
      max = Math.max(max, y[i]);
    }
    return max;
  }

  private static float length(float[] y, int at) {
    return (float) Math.sqrt(Rows.dot(y, at, y, at, PER_BLOCK));
  }

  /** Without any gradient there is nothing to divide. */
  private static void divide(float[] y, int at, int n, float by) {
    for (int i = at; i < at + n && by > 0; i++) {
      y[i] /= by;
    }
  }
}
