package dev.drsn.trainer.annotate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FleissKappaTest {

  /** Rows of digits, a category each. */
  private static int[][] table(String rows) {
    return rows.lines()
        .map(row -> Arrays.stream(row.strip().split(" +")).mapToInt(Integer::parseInt).toArray())
        .toArray(int[][]::new);
  }

  /** Fleiss 1971, table 1: six psychiatrists' diagnoses of thirty patients, in five categories. */
  @Test
  void thePublishedExample() {
    FleissKappa kappa =
        FleissKappa.of(
            table(
                """
                0 0 0 6 0
                0 3 0 0 3
                0 1 4 0 1
                0 0 0 0 6
                0 3 0 3 0
                2 0 4 0 0
                0 0 4 0 2
                2 0 3 1 0
                2 0 0 4 0
                0 0 0 0 6
                1 0 0 5 0
                1 1 0 4 0
                0 3 3 0 0
                1 0 0 5 0
                0 2 0 3 1
                0 0 5 0 1
                3 0 0 1 2
                5 1 0 0 0
                0 2 0 4 0
                1 0 2 0 3
                0 0 0 0 6
                0 1 0 5 0
                0 2 0 1 3
                2 0 0 4 0
                1 0 0 4 1
                0 5 0 1 0
                4 0 0 0 2
                0 2 0 4 0
                1 0 5 0 0
                0 0 0 0 6
                """));
    assertThat(kappa.subjects()).isEqualTo(30);
    assertThat(kappa.judgements()).isEqualTo(6);
    // The paper prints 0.556, 0.220 and 0.430; R's irr 0.4302445 and these of the categories.
    assertThat(kappa.agreement()).isCloseTo(0.556, within(5e-4));
    assertThat(kappa.chance()).isCloseTo(0.220, within(5e-4));
    assertThat(kappa.kappa()).isCloseTo(0.4302445, within(5e-8));
    assertThat(kappa.ofCategory())
        .containsExactly(new double[] {0.245, 0.245, 0.520, 0.471, 0.566}, within(5e-4));
  }

  /** The worked example that many textbooks repeat: fourteen raters, ten subjects. */
  @Test
  void theTextbookExample() {
    FleissKappa kappa =
        FleissKappa.of(
            table(
                """
                0 0 0 0 14
                0 2 6 4 2
                0 0 3 5 6
                0 3 9 2 0
                2 2 8 1 1
                7 7 0 0 0
                3 2 6 3 0
                2 5 3 2 2
                6 5 2 1 0
                0 2 2 3 7
                """));
    assertThat(kappa.agreement()).isCloseTo(0.378, within(5e-4));
    assertThat(kappa.chance()).isCloseTo(0.213, within(5e-4));
    assertThat(kappa.kappa()).isCloseTo(0.210, within(5e-4));
  }

  @Test
  void fullAgreementIsOneAndOneCategoryAloneIsNotDefined() {
    assertThat(FleissKappa.of(new int[][] {{3, 0}, {0, 3}}).kappa()).isEqualTo(1);
    FleissKappa one = FleissKappa.of(new int[][] {{3, 0}, {3, 0}});
    assertThat(one.kappa()).isNaN();
    assertThat(one.ofCategory()).containsOnly(Double.NaN);
    // Two who always differ, in two categories: as far from agreement as can be.
    assertThat(FleissKappa.of(new int[][] {{1, 1}, {1, 1}}).kappa()).isEqualTo(-1);
  }

  @Test
  void unequalCountsAreRefused() {
    assertThatThrownBy(() -> FleissKappa.of(new int[][] {{3, 0}, {1, 1}}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FleissKappa.of(new int[][] {{1, 0}}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FleissKappa.of(new int[0][]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
