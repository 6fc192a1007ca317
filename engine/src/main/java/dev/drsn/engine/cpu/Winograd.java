package dev.drsn.engine.cpu;

import dev.drsn.engine.op.Window;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Winograd's minimal filtering F(m x m, 3 x 3) (Winograd 1980; Lavin and Gray 2016): m x m outputs
 * of a 3 x 3 window from a square of a = m + 2 inputs with a a products instead of 9 m m:
 *
 * <pre>
 * Y = A^T [(G w G^T) * (B^T X B)] A
 * dw = G^T [(A dY A^T) * (B^T X B)] G
 * </pre>
 *
 * where * multiplies element by element, for all tiles and channels at once as a a matrix products.
 * m = 4 saves the most where it divides the image (4 of 4.0 products), m = 3 fits images of 3 and 6
 * pixels without waste (3.2), m = 2 the rest (2.25).
 *
 * <p>The matrices are those of Toom and Cook: multiplication of polynomials by their values at the
 * points 0, 1, -1, 2, -2 (as many as needed) and infinity. The larger m, the larger the rounding
 * error.
 */
final class Winograd {

  private static final double[] POINTS = {0, 1, -1, 2, -2};
  private static final int TAPS = 3;

  /** Below this many tiles the weights, which are a a instead of 9 to read, are not worth it. */
  private static final int FEWEST_TILES = 32;

  /** Products per element of a square for dw from its transform: to the dense order, mainly. */
  private static final double TO_WEIGHTS = 10;

  /** Scalars of transformed weights from which on they are not kept. */
  private static final int LARGE_WEIGHTS = 1 << 20;

  private static final Winograd[] BY_M = new Winograd[5];

  /** Outputs of a tile along one axis. */
  final int m;

  /** Inputs of a tile along one axis. */
  final int a;

  /** {@code B^T X B}. */
  final Transform input;

  /** {@code G w G^T}. */
  final Transform weight;

  /** {@code A^T Z A}. */
  final Transform output;

  /** The same, then ReLU. */
  final Transform rectifiedOutput;

  /**
   * Which of the a a products counts once in each output: that of the point 1 in both directions. A
   * bias is added there.
   */
  final int once;

  /** {@code A dY A^T}. */
  final Transform outputGradient;

  /** {@code G^T Z G}. */
  final Transform weightGradient;

  private Winograd(int m) {
    this.m = m;
    a = m + TAPS - 1;
    double[][] transposedA = new double[m][a];
    double[][] g = new double[a][TAPS];
    double[][] transposedB = new double[a][];
    for (int j = 0; j < a - 1; j++) {
      double scale = 1;
      for (int i = 0; i < a - 1; i++) {
        scale *= i == j ? 1 : POINTS[j] - POINTS[i];
      }
      // A factor may stand in G or in B^T: positive leading terms of B^T make its products
      // additions.
      for (int i = 0; i < m; i++) {
        transposedA[i][j] = Math.pow(POINTS[j], i);
      }
      for (int i = 0; i < TAPS; i++) {
        g[j][i] = Math.pow(POINTS[j], i) / scale;
      }
      transposedB[j] = roots(j);
    }
    transposedA[m - 1][a - 1] = 1;
    g[a - 1][TAPS - 1] = 1;
    transposedB[a - 1] = roots(a - 1);
    input = Transform.of("Input" + m, transposedB);
    weight = Transform.of("Weight" + m, g);
    output = Transform.of("Output" + m, transposedA);
    rectifiedOutput = Transform.rectified("RectifiedOutput" + m, transposedA);
    once = a + 1;
    outputGradient = Transform.of("OutputGradient" + m, transposed(transposedA));
    weightGradient = Transform.of("WeightGradient" + m, transposed(g));
  }

  /** Coefficients, constant first, of the product of (x - point) over the finite points but one. */
  private double[] roots(int without) {
    double[] product = new double[a];
    product[0] = 1;
    for (int i = 0; i < a - 1; i++) {
      if (i != without) {
        for (int k = a - 1; k >= 0; k--) {
          product[k] = (k > 0 ? product[k - 1] : 0) - POINTS[i] * product[k];
        }
      }
    }
    return product;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] t = new double[matrix[0].length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = matrix[i][j];
      }
    }
    return t;
  }

  private static synchronized Winograd of(int m) {
    if (BY_M[m] == null) {
      BY_M[m] = new Winograd(m);
    }
    return BY_M[m];
  }

  /** Tiles that cover a sample. */
  int tiles(int rows, int columns) {
    return ((rows + m - 1) / m) * ((columns + m - 1) / m);
  }

  /** Those that may compute a correlation. */
  static List<Winograd> suitable(Algorithm algorithm, Blocked in, Correlation.Sweep sweep) {
    boolean plain =
        sweep.height() == TAPS
            && sweep.width() == TAPS
            && sweep.inStepH() == 1
            && sweep.inStepW() == 1
            && sweep.outStepH() == 1
            && sweep.outStepW() == 1;
    return plain && in.lanes() == Lanes.COUNT ? suitable(algorithm) : List.of();
  }

  /** Those that may compute a weight gradient. */
  static List<Winograd> suitable(Algorithm algorithm, Blocked in, Blocked out, Window window) {
    boolean plain =
        window.height() == TAPS
            && window.width() == TAPS
            && window.strideH() == 1
            && window.strideW() == 1;
    boolean vectors = in.lanes() == Lanes.COUNT && out.lanes() == Lanes.COUNT;
    return plain && vectors ? suitable(algorithm) : List.of();
  }

  /** Those that may compute windows of 3 x 3 and stride 1. */
  static List<Winograd> suitable(Algorithm algorithm) {
    return IntStream.of(4, 3, 2).filter(algorithm::allowsWinograd).mapToObj(Winograd::of).toList();
  }

  /**
   * Estimated products a sample for blocks of channels of both sides and an output of rows x
   * columns, additions of the transforms among them.
   */
  double work(int n, int inBlocks, int outBlocks, int rows, int columns) {
    double products = (double) inBlocks * Lanes.COUNT * outBlocks;
    int tiles = tiles(rows, columns);
    // A transformed vector costs about six instructions, in and out.
    double work = tiles * a * a * (1.1 * products + 6.0 * (inBlocks + outBlocks));
    return n * tiles >= FEWEST_TILES ? work : work + directWork(inBlocks, outBlocks, rows, columns);
  }

  /** Whether transformed weights are too large to stay near a core. */
  boolean hasLargeWeights(int inBlocks, int outBlocks) {
    return (long) a * a * inBlocks * outBlocks * Lanes.COUNT * Lanes.COUNT > LARGE_WEIGHTS;
  }

  /** The same for a weight gradient, whose transforms go through the last level of the cache. */
  double gradientWork(int n, int inBlocks, int outBlocks, int rows, int columns) {
    double products = (double) inBlocks * Lanes.COUNT * outBlocks;
    int tiles = tiles(rows, columns);
    double transforms = 12.0 * (inBlocks + outBlocks);
    return a * a * (tiles * (1.1 * products + transforms) + TO_WEIGHTS * products / n);
  }

  /** The same for direct sums. */
  static double directWork(int inBlocks, int outBlocks, int rows, int columns) {
    return (double) TAPS * TAPS * rows * columns * inBlocks * Lanes.COUNT * outBlocks;
  }
}
