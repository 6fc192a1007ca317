package dev.drsn.trainer.experiment;

import dev.drsn.engine.DrsnException;
import java.util.List;
import java.util.Locale;

/**
 * What tells classes apart by rows of numbers.
 *
 * <p>Settings are scikit-learn's customary ones: C = 1, gamma = 1 / (D variance).
 */
public enum Classifier {
  /** One against the rest, squared hinge loss, L2: liblinear. */
  LINEAR,
  /** One against one, {@code exp(-gamma |a - b|^2)}: libsvm. */
  RBF,
  /** Multinomial logistic regression by the engine's own training plan. */
  SOFTMAX;

  /** A classifier that has been fitted. */
  @FunctionalInterface
  public interface Fitted {

    /** The class of a row. */
    int predict(float[] row);
  }

  /** The classifier of this name. */
  public static Classifier of(String name) {
    for (Classifier each : values()) {
      if (each.label().equals(name)) {
        return each;
      }
    }
    throw new DrsnException("there is no classifier " + name + "; choose linear, rbf or softmax");
  }

  /** As users name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Fits it.
   *
   * @param rows all of the same length
   * @param labels a class a row, from 0
   * @param classes how many there are
   */
  public Fitted fit(List<float[]> rows, int[] labels, int classes) {
    return switch (this) {
      case LINEAR -> Svm.linear(rows, labels);
      case RBF -> Svm.rbf(rows, labels);
      case SOFTMAX -> SoftmaxRegression.fit(rows, labels, classes);
    };
  }
}
