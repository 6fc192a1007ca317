package dev.drsn.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.feature.Hog.Norm;
import dev.drsn.engine.feature.Hog.Voting;
import dev.drsn.engine.image.Image;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.javacpp.indexer.UByteIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.HOGDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HOG against OpenCV's, and against sums that a reader can follow. */
class HogTest {

  private static final int SIDE = 64;

  /** Waves, an edge and noise: every direction, strong and weak. */
  private static Image picture() {
    SplittableRandom random = new SplittableRandom(3);
    byte[] pixels = new byte[SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double wave = 60 * Math.sin(0.02 * (x - 30) * (y - 20)) + (x + 2 * y > 90 ? 50 : 0);
        pixels[y * SIDE + x] =
            (byte) Math.clamp((int) (100 + wave + 8 * random.nextGaussian()), 0, 255);
      }
    }
    return new Image(SIDE, SIDE, 1, pixels);
  }

  private static HOGDescriptor descriptor() {
    HOGDescriptor hog = new HOGDescriptor();
    hog.winSize(new Size(SIDE, SIDE));
    hog.blockSize(new Size(16, 16));
    hog.blockStride(new Size(8, 8));
    hog.cellSize(new Size(8, 8));
    hog.nbins(9);
    hog.gammaCorrection(true);
    return hog;
  }

  private static Mat mat(Image image) {
    try (BytePointer pixels = new BytePointer(image.pixels());
        Mat view = new Mat(SIDE, SIDE, opencv_core.CV_8UC1, pixels)) {
      return view.clone();
    }
  }

  /** OpenCV's numbers in our order: its blocks, and the cells in them, go column by column. */
  private static float[] openCv(Image image) {
    float[] theirs = new float[Hog.SIZE];
    try (HOGDescriptor hog = descriptor();
        Mat mat = mat(image);
        FloatPointer found = new FloatPointer()) {
      hog.compute(mat, found);
      assertThat(found.limit()).isEqualTo(Hog.SIZE);
      found.get(theirs);
    }
    float[] ours = new float[Hog.SIZE];
    for (int i = 0; i < ours.length; i++) {
      int block = i / 36;
      int cell = i / 9 % 4;
      int theirBlock = block % 7 * 7 + block / 7;
      int theirCell = cell % 2 * 2 + cell / 2;
      ours[i] = theirs[theirBlock * 36 + theirCell * 9 + i % 9];
    }
    return ours;
  }

  private static void near(float[] ours, float[] theirs, double tolerance) {
    assertThat(ours).hasSameSizeAs(theirs);
    for (int i = 0; i < ours.length; i++) {
      assertThat(ours[i]).as("number %d", i).isCloseTo(theirs[i], offset((float) tolerance));
    }
  }

  @Test
  void interpolatedWithL2HysIsOpenCvs() {
    // OpenCV's angles are good to 0.3 degrees, a 67th of a bin.
    float[] ours = new Hog(Voting.INTERPOLATED, Norm.L2_HYS).describe(picture());
    near(ours, openCv(picture()), 2e-3);
    assertThat(ours).hasSize(1764);
  }

  /**
   * What OpenCV has not cut differs from the raw sums by a factor only. (Its cut cannot be turned
   * off for one test: the first one in a process stays.)
   */
  @Test
  void dividedByTheLargestItHasOpenCvsProportions() {
    float[] theirs = openCv(picture());
    float[] ours = new Hog(Voting.INTERPOLATED, Norm.BLOCK_MAX).describe(picture());
    int compared = 0;
    for (int at = 0; at < theirs.length; at += 36) {
      float most = 0;
      float cut = 0;
      for (int i = at; i < at + 36; i++) {
        most = Math.max(most, ours[i]);
        cut = Math.max(cut, theirs[i]);
      }
      assertThat(most).isEqualTo(1);
      int largest = -1;
      for (int i = at; i < at + 36; i++) {
        boolean whole = theirs[i] < 0.999 * cut;
        if (whole && (largest < 0 || theirs[i] > theirs[largest])) {
          largest = i;
        }
      }
      for (int i = at; i < at + 36; i++) {
        if (theirs[i] < 0.999 * cut) {
          float expected = theirs[i] / theirs[largest] * ours[largest];
          assertThat(ours[i]).isCloseTo(expected, offset(2e-3f));
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThan(Hog.SIZE / 2);
  }

  /** Gradients and votes of OpenCV, summed up cell by cell as the paper has it. */
  @Test
  void plainCellsAreSumsOfOpenCvsVotes() {
    double[] cells = new double[8 * 8 * 9];
    try (HOGDescriptor hog = descriptor();
        Mat mat = mat(picture());
        Mat votes = new Mat();
        Mat bins = new Mat()) {
      hog.computeGradient(mat, votes, bins);
      try (FloatIndexer vote = votes.createIndexer();
          UByteIndexer bin = bins.createIndexer()) {
        for (int y = 0; y < SIDE; y++) {
          for (int x = 0; x < SIDE; x++) {
            for (int side = 0; side < 2; side++) {
              int cell = y / 8 * 8 + x / 8;
              cells[cell * 9 + bin.get(y, x, side)] += vote.get(y, x, side);
            }
          }
        }
      }
    }
    float[] ours = Hog.cells(picture());
    double most = 0;
    for (double each : cells) {
      most = Math.max(most, each);
    }
    for (int i = 0; i < cells.length; i++) {
      assertThat((double) ours[i]).isCloseTo(cells[i], offset(2e-3 * most));
    }
    float[] blocks = new Hog(Voting.CELLS, Norm.WHOLE_MAX).describe(picture());
    // Block (2, 3), its lower left cell: cell (3, 3) of the picture.
    for (int b = 0; b < 9; b++) {
      double expected = cells[(3 * 8 + 3) * 9 + b] / most;
      assertThat((double) blocks[(2 * 7 + 3) * 36 + 2 * 9 + b]).isCloseTo(expected, offset(3e-3));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CELLS,BLOCK_MAX",
    "CELLS,WHOLE_MAX",
    "CELLS,L2_HYS",
    "INTERPOLATED,BLOCK_MAX",
    "INTERPOLATED,WHOLE_MAX",
    "INTERPOLATED,L2_HYS"
  })
  void vectorsGiveWhatPlainSumsGive(Voting voting, Norm norm) {
    float[] judge = ScalarHog.describe(picture(), voting, norm);
    near(new Hog(voting, norm).describe(picture()), judge, 2e-5);
  }

  @Test
  void aPictureWithoutGradientsIsZero() {
    for (Norm norm : Norm.values()) {
      Image flat = Image.black(SIDE, SIDE, 1);
      assertThat(new Hog(Voting.CELLS, norm).describe(flat)).containsOnly(0);
    }
  }

  @Test
  void anUprightEdgeVotesForItsTwoBins() {
    byte[] pixels = new byte[SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i % SIDE < 20 ? 0 : 100);
    }
    float[] cells = Hog.cells(new Image(SIDE, SIDE, 1, pixels));
    // theta = 0 lies between the last bin (170 degrees) and the first (10): half a vote each. In
    // cell (4, 2), columns 16 to 23, columns 19 and 20 have a gradient of sqrt(100) in 8 rows.
    int at = (4 * 8 + 2) * 9;
    assertThat(cells[at]).isCloseTo(80, offset(1e-3f));
    assertThat(cells[at + 8]).isCloseTo(80, offset(1e-3f));
    for (int b = 1; b < 8; b++) {
      assertThat(cells[at + b]).isZero();
    }
  }
}
