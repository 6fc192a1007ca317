package dev.drsn.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {

  private static ConfusionMatrix of(int classes, int[] truth, int[] predicted) {
    List<String> labels =
        java.util.stream.IntStream.range(0, classes).mapToObj(k -> "class " + k).toList();
    ConfusionMatrix matrix = ConfusionMatrix.empty(labels);
    for (int i = 0; i < truth.length; i++) {
      matrix.counts()[truth[i]][predicted[i]]++;
    }
    return matrix;
  }

  /** The numbers that scikit-learn's documentation prints for its classification_report example. */
  @Test
  void agreesWithClassificationReport() {
    ConfusionMatrix matrix = of(3, new int[] {0, 1, 2, 2, 2}, new int[] {0, 0, 2, 2, 1});
    assertThat(matrix.total()).isEqualTo(5);
    assertThat(matrix.accuracy()).isCloseTo(0.6, within(1e-12));
    assertThat(matrix.precision(0)).isCloseTo(0.5, within(1e-12));
    assertThat(matrix.recall(0)).isCloseTo(1, within(1e-12));
    assertThat(matrix.f1(0)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(matrix.precision(1)).isZero();
    assertThat(matrix.recall(1)).isZero();
    assertThat(matrix.f1(1)).isZero();
    assertThat(matrix.precision(2)).isCloseTo(1, within(1e-12));
    assertThat(matrix.recall(2)).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(matrix.f1(2)).isCloseTo(0.8, within(1e-12));
    assertThat(matrix.support(2)).isEqualTo(3);
    assertThat(matrix.macroPrecision()).isCloseTo(0.5, within(1e-12));
    assertThat(matrix.macroRecall()).isCloseTo(5 / 9.0, within(1e-12));
    assertThat(matrix.macroF1()).isCloseTo(22 / 45.0, within(1e-12));
    assertThat(matrix.weightedF1()).isCloseTo((2 / 3.0 + 3 * 0.8) / 5, within(1e-12));
  }

  /** The example of scikit-learn's balanced_accuracy_score. */
  @Test
  void agreesWithBalancedAccuracyScore() {
    ConfusionMatrix matrix = of(2, new int[] {0, 1, 0, 0, 1, 0}, new int[] {0, 1, 0, 0, 0, 1});
    assertThat(matrix.balancedAccuracy()).isCloseTo(0.625, within(1e-12));
  }

  @Test
  void classesWithoutImagesCountWhereScikitLearnCountsThem() {
    // Class 2 occurs nowhere; class 3 is only predicted.
    ConfusionMatrix matrix = of(4, new int[] {0, 0, 1, 1}, new int[] {0, 3, 1, 1});
    assertThat(matrix.balancedAccuracy()).isCloseTo((0.5 + 1) / 2, within(1e-12));
    assertThat(matrix.macroRecall()).isCloseTo((0.5 + 1 + 0) / 3, within(1e-12));
    assertThat(matrix.macroF1()).isCloseTo((2 / 3.0 + 1 + 0) / 3, within(1e-12));
  }

  @Test
  void nothingCountedIsZeroEverywhere() {
    ConfusionMatrix matrix = ConfusionMatrix.empty(List.of("a", "b"));
    assertThat(matrix.accuracy()).isZero();
    assertThat(matrix.macroF1()).isZero();
    assertThat(matrix.weightedF1()).isZero();
    assertThat(matrix.balancedAccuracy()).isZero();
  }
}
