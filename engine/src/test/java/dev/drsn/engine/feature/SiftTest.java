package dev.drsn.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.image.Image;
import org.junit.jupiter.api.Test;

/** SIFT by OpenCV: what it promises about blobs whose place and size are known. */
class SiftTest {

  private static final int SIDE = 128;

  /** Bright round blobs on grey, each of a scale of its own, turned by quarters if asked. */
  private static Image blobs(boolean turned) {
    int[][] blobs = {{30, 40, 4}, {90, 32, 6}, {64, 96, 9}};
    byte[] pixels = new byte[SIDE * SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double value = 80;
        for (int[] b : blobs) {
          int bx = turned ? SIDE - 1 - b[1] : b[0];
          int by = turned ? b[0] : b[1];
          double r2 = Math.pow(x - bx, 2) + Math.pow(y - by, 2);
          value += 120 * Math.exp(-r2 / (2.0 * b[2] * b[2]));
        }
        pixels[y * SIDE + x] = (byte) (int) value;
      }
    }
    return new Image(SIDE, SIDE, 1, pixels);
  }

  private static int nearest(Sift.Keypoints found, double x, double y) {
    int best = 0;
    for (int i = 0; i < found.count(); i++) {
      if (Math.hypot(found.x()[i] - x, found.y()[i] - y)
          < Math.hypot(found.x()[best] - x, found.y()[best] - y)) {
        best = i;
      }
    }
    return best;
  }

  @Test
  void findsBlobsWhereTheyAreAndAsLargeAsTheyAre() {
    try (Sift sift = new Sift(Sift.Options.sparse())) {
      Sift.Keypoints found = sift.describe(blobs(false));
      assertThat(found.count()).isGreaterThanOrEqualTo(3);
      double[] sizes = new double[3];
      int[][] places = {{30, 40}, {90, 32}, {64, 96}};
      for (int b = 0; b < 3; b++) {
        int i = nearest(found, places[b][0], places[b][1]);
        assertThat(found.x()[i]).isCloseTo(places[b][0], offset(1f));
        assertThat(found.y()[i]).isCloseTo(places[b][1], offset(1f));
        sizes[b] = found.diameter()[i];
      }
      // Differences of Gaussians are largest near a blob's own scale.
      assertThat(sizes[1] / sizes[0]).isCloseTo(6 / 4.0, offset(0.25));
      assertThat(sizes[2] / sizes[0]).isCloseTo(9 / 4.0, offset(0.4));
      assertThat(found.descriptors()).hasSize(found.count() * Sift.SIZE);
    }
  }

  @Test
  void turningThePictureMovesTheKeypointsAlong() {
    try (Sift sift = new Sift(Sift.Options.sparse())) {
      Sift.Keypoints upright = sift.describe(blobs(false));
      Sift.Keypoints turned = sift.describe(blobs(true));
      for (int i = 0; i < upright.count(); i++) {
        double x = SIDE - 1 - upright.y()[i];
        double y = upright.x()[i];
        int j = nearest(turned, x, y);
        assertThat(Math.hypot(turned.x()[j] - x, turned.y()[j] - y)).isLessThan(1.5);
      }
    }
  }

  @Test
  void denseSiftHasAGridWhateverThePicture() {
    try (Sift sift = new Sift(Sift.Options.dense())) {
      assertThat(sift.describe(blobs(false)).count()).isEqualTo(16 * 16);
      assertThat(sift.describe(Image.black(48, 48, 3)).count()).isEqualTo(16 * 16);
    }
  }

  @Test
  void aFlatPictureHasNoKeypoints() {
    try (Sift sift = new Sift(Sift.Options.sparse())) {
      assertThat(sift.describe(Image.black(48, 48, 1)).count()).isZero();
      assertThat(sift.describe(Image.black(48, 48, 1)).descriptors()).isEmpty();
    }
  }
}
