package dev.drsn.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Classifiers on cases whose answers are known. */
class ClassifierTest {

  /** Three round clouds in 20 dimensions: nearest mean is the best rule there is. */
  @ParameterizedTest
  @EnumSource(Classifier.class)
  void cloudsAreToldApartAsWellAsTheBestRuleDoes(Classifier classifier) {
    SplittableRandom random = new SplittableRandom(4);
    List<float[]> rows = new ArrayList<>();
    int[] labels = new int[900];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 3;
      float[] row = new float[20];
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) (0.5 + 0.1 * random.nextGaussian() + (j % 3 == labels[i] ? 0.12 : 0));
      }
      rows.add(row);
    }
    int[] known = Arrays.copyOf(labels, 600);
    Classifier.Fitted fitted = classifier.fit(rows.subList(0, 600), known, 3);
    int right = 0;
    int best = 0;
    for (int i = 600; i < 900; i++) {
      right += fitted.predict(rows.get(i)) == labels[i] ? 1 : 0;
      best += nearestMean(rows.get(i)) == labels[i] ? 1 : 0;
    }
    assertThat(best).isBetween(270, 300);
    assertThat(right).isGreaterThan(best - 18);
  }

  private static int nearestMean(float[] row) {
    double[] score = new double[3];
    for (int j = 0; j < row.length; j++) {
      score[j % 3] += row[j] - 0.56;
    }
    return score[0] > score[1] ? (score[0] > score[2] ? 0 : 2) : (score[1] > score[2] ? 1 : 2);
  }

  /** Exclusive or: no line divides it, a round kernel does. */
  @Test
  void exclusiveOr() {
    SplittableRandom random = new SplittableRandom(6);
    List<float[]> rows = new ArrayList<>();
    int[] labels = new int[200];
    for (int i = 0; i < labels.length; i++) {
      int a = i & 1;
      int b = i >> 1 & 1;
      labels[i] = a ^ b;
      rows.add(
          new float[] {
            (float) (a + 0.08 * random.nextGaussian()), (float) (b + 0.08 * random.nextGaussian())
          });
    }
    assertThat(right(Classifier.RBF.fit(rows, labels, 2), rows, labels)).isGreaterThan(196);
    assertThat(right(Classifier.LINEAR.fit(rows, labels, 2), rows, labels)).isLessThan(160);
    assertThat(right(Classifier.SOFTMAX.fit(rows, labels, 2), rows, labels)).isLessThan(160);
  }

  private static int right(Classifier.Fitted fitted, List<float[]> rows, int[] labels) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += fitted.predict(rows.get(i)) == labels[i] ? 1 : 0;
    }
    return right;
  }

  /** Given the kernel's values libsvm says what it says when it computes them itself. */
  @Test
  void rbfIsLibsvmsOwn() {
    SplittableRandom random = new SplittableRandom(8);
    int d = 7;
    List<float[]> rows = new ArrayList<>();
    int[] labels = new int[120];
    for (int i = 0; i < labels.length; i++) {
      float[] row = new float[d];
      for (int j = 0; j < d; j++) {
        row[j] = random.nextFloat();
      }
      labels[i] = (int) (3 * (row[0] * row[1] + 0.3 * row[2]) / 1.3) % 3;
      rows.add(row);
    }
    double n = 80.0 * d;
    svm_problem problem = new svm_problem();
    problem.l = 80;
    problem.y = new double[80];
    problem.x = new svm_node[80][];
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 80; i++) {
      problem.y[i] = labels[i];
      problem.x[i] = nodes(rows.get(i));
      for (float x : rows.get(i)) {
        sum += x;
        squares += x * x;
      }
    }
    svm_parameter parameter = new svm_parameter();
    parameter.svm_type = svm_parameter.C_SVC;
    parameter.kernel_type = svm_parameter.RBF;
    parameter.gamma = 1 / (d * (squares / n - sum / n * sum / n));
    parameter.C = 1;
    parameter.eps = 1e-3;
    parameter.cache_size = 10;
    parameter.shrinking = 1;
    svm_model theirs = svm.svm_train(problem, parameter);
    Classifier.Fitted ours = Classifier.RBF.fit(rows.subList(0, 80), Arrays.copyOf(labels, 80), 3);
    int differ = 0;
    for (float[] row : rows) {
      differ += ours.predict(row) == (int) svm.svm_predict(theirs, nodes(row)) ? 0 : 1;
    }
    // Rounding may move a row that lies on a border.
    assertThat(differ).isLessThanOrEqualTo(1);
  }

  private static svm_node[] nodes(float[] row) {
    svm_node[] nodes = new svm_node[row.length];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = new svm_node();
      nodes[i].index = i + 1;
      nodes[i].value = row[i];
    }
    return nodes;
  }

  @Test
  void unknownNamesAreSaid() {
    assertThatThrownBy(() -> Classifier.of("forest"))
        .hasMessageContaining("no classifier forest; choose linear, rbf or softmax");
  }
}
