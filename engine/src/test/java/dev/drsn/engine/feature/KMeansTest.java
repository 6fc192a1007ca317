package dev.drsn.engine.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.feature.Vocabulary.Encoding;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** k-means on cases whose answers are known, and what is made of its centres. */
class KMeansTest {

  /** The textbook's nine numbers (Dunham, Data Mining): two clusters with means 7 and 25. */
  @Test
  void dunhamsExample() {
    float[] points = {2, 4, 10, 12, 3, 20, 30, 11, 25};
    KMeans means = KMeans.fit(points, 1, 2, 100, 1);
    float[] centres = means.centres().clone();
    Arrays.sort(centres);
    assertThat(centres).containsExactly(7, 25);
    // 25+9+9+25+16+16 around 7, 25+25+0 around 25.
    assertThat(means.inertia(points)).isCloseTo(150, offset(1e-6));
  }

  @Test
  void farClustersAreFoundWhateverTheSeed() {
    int k = 12;
    int d = 19;
    SplittableRandom random = new SplittableRandom(5);
    float[] centres = new float[k * d];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = (float) (20 * random.nextGaussian());
    }
    float[] points = new float[50 * k * d];
    for (int i = 0; i < points.length; i++) {
      points[i] = (float) (centres[i % (k * d)] + 0.1 * random.nextGaussian());
    }
    for (int seed = 0; seed < 5; seed++) {
      KMeans means = KMeans.fit(points, d, k, 100, seed);
      // The variance of the noise, 0.01, for each of d numbers.
      assertThat(means.inertia(points) / (50 * k)).isCloseTo(0.01 * d, offset(0.02));
      assertThat(Arrays.stream(means.nearest(points)).distinct().count()).isEqualTo(k);
    }
  }

  @Test
  void pointsGoToTheNearestCentre() {
    SplittableRandom random = new SplittableRandom(7);
    int d = 37;
    float[] points = new float[200 * d];
    for (int i = 0; i < points.length; i++) {
      points[i] = (float) random.nextGaussian();
    }
    KMeans means = KMeans.fit(points, d, 9, 3, 1);
    int[] nearest = means.nearest(points);
    for (int i = 0; i < nearest.length; i++) {
      for (int j = 0; j < 9; j++) {
        assertThat(squared(points, i, means.centres(), nearest[i], d))
            .isLessThanOrEqualTo(squared(points, i, means.centres(), j, d) + 1e-4);
      }
    }
  }

  private static double squared(float[] a, int i, float[] b, int j, int d) {
    double sum = 0;
    for (int t = 0; t < d; t++) {
      sum += Math.pow(a[i * d + t] - b[j * d + t], 2);
    }
    return sum;
  }

  @Test
  void equalPointsLeaveNoCentreWithoutAPlace() {
    float[] points = new float[30];
    points[29] = 5;
    float[] centres = KMeans.fit(points, 1, 3, 10, 2).centres();
    assertThat(centres).contains(0, 5).doesNotContain(Float.NaN);
  }

  @Test
  void fewerPointsThanCentresIsSaid() {
    assertThatThrownBy(() -> KMeans.fit(new float[6], 2, 4, 10, 1))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("3 points cannot have 4 centres");
  }

  @Test
  void bagCountsAndVladSumsByHand() {
    KMeans words = new KMeans(2, new float[] {0, 0, 10, 0});
    float[] descriptors = {1, 0, 0, 2, 9, 0};
    Vocabulary bag = new Vocabulary(Encoding.BAG, words);
    assertThat(bag.encode(descriptors)).containsExactly(2 / 3f, 1 / 3f);
    // Residues (1, 2) and (-1, 0); signed roots 1, 1.414, -1, 0; length 2.
    float[] vlad = new Vocabulary(Encoding.VLAD, words).encode(descriptors);
    float[] expected = {0.5f, (float) Math.sqrt(0.5), -0.5f, 0};
    for (int i = 0; i < 4; i++) {
      assertThat(vlad[i]).isCloseTo(expected[i], offset(1e-6f));
    }
    assertThat(bag.encode(new float[0])).containsOnly(0);
    assertThat(new Vocabulary(Encoding.VLAD, words).encode(new float[0])).containsOnly(0);
  }

  @Test
  void minMaxIsFormula7OfTheRowsItWasFittedTo() {
    MinMax fitted = MinMax.fit(List.of(new float[] {1, 5, 3}, new float[] {3, 5, -1}));
    assertThat(fitted.apply(new float[] {2, 5, 3})).containsExactly(0.5f, 0, 1);
    // Outside of what it was fitted to, and a number that was constant there.
    assertThat(fitted.apply(new float[] {5, 9, -3})).containsExactly(2, 0, -0.5f);
  }

  @Test
  void dotIsTheSumOfProductsAtAnyLength() {
    float[] a = new float[100];
    float[] b = new float[100];
    for (int i = 0; i < 100; i++) {
      a[i] = i - 50;
      b[i] = 3 * i % 7;
    }
    for (int n = 0; n < 90; n++) {
      double expected = 0;
      for (int i = 0; i < n; i++) {
        expected += a[3 + i] * b[5 + i];
      }
      assertThat((double) Rows.dot(a, 3, b, 5, n)).isEqualTo(expected);
    }
  }
}
