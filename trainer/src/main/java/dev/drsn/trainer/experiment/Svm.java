package dev.drsn.trainer.experiment;

import de.bwaldvogel.liblinear.Feature;
import de.bwaldvogel.liblinear.FeatureNode;
import de.bwaldvogel.liblinear.Linear;
import de.bwaldvogel.liblinear.Model;
import de.bwaldvogel.liblinear.Parameter;
import de.bwaldvogel.liblinear.Problem;
import de.bwaldvogel.liblinear.SolverType;
import dev.drsn.engine.feature.Rows;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import libsvm.svm;
import libsvm.svm_model;
import libsvm.svm_node;
import libsvm.svm_parameter;
import libsvm.svm_problem;

/**
 * Support vector machines of two libraries. Libsvm is given the kernel's values instead of the
 * rows: its own sparse products take a minute for what dense ones do in a second.
 */
final class Svm {

  private static final double C = 1;
  private static final double TOLERANCE = 1e-2;

  static {
    Linear.disableDebugOutput();
    svm.svm_set_print_string_function(_ -> {});
  }

  private Svm() {}

  static Classifier.Fitted linear(List<float[]> rows, int[] labels) {
    Problem problem = new Problem();
    problem.l = rows.size();
    problem.n = rows.getFirst().length + 1;
    problem.bias = 1;
    problem.y = IntStream.of(labels).asDoubleStream().toArray();
    problem.x = rows.stream().map(Svm::features).toArray(Feature[][]::new);
    Parameter parameter = new Parameter(SolverType.L2R_L2LOSS_SVC_DUAL, C, TOLERANCE);
    parameter.setRandom(new Random(1));
    Model model = Linear.train(problem, parameter);
    return row -> (int) Linear.predict(model, features(row));
  }

  /** What is not zero, counted from 1, and the constant that carries the bias. */
  private static Feature[] features(float[] row) {
    int count = (int) IntStream.range(0, row.length).filter(i -> row[i] != 0).count();
    Feature[] features = new Feature[count + 1];
    int at = 0;
    for (int i = 0; i < row.length; i++) {
      if (row[i] != 0) {
        features[at++] = new FeatureNode(i + 1, row[i]);
      }
    }
    features[at] = new FeatureNode(row.length + 1, 1);
    return features;
  }

  static Classifier.Fitted rbf(List<float[]> rows, int[] labels) {
    double gamma = 1 / (rows.getFirst().length * Math.max(variance(rows), 1e-12));
    double[] squares = rows.stream().mapToDouble(row -> dot(row, row)).toArray();
    svm_problem problem = new svm_problem();
    problem.l = rows.size();
    problem.y = IntStream.of(labels).asDoubleStream().toArray();
    problem.x = new svm_node[rows.size()][];
    for (int i = 0; i < problem.l; i++) {
      problem.x[i] = kernel(rows.get(i), i, rows, squares, gamma);
    }
    svm_parameter parameter = new svm_parameter();
    parameter.svm_type = svm_parameter.C_SVC;
    parameter.kernel_type = svm_parameter.PRECOMPUTED;
    parameter.C = C;
    parameter.eps = 1e-3;
    parameter.cache_size = 100;
    parameter.shrinking = 1;
    svm_model model = svm.svm_train(problem, parameter);
    return row -> (int) svm.svm_predict(model, kernel(row, 0, rows, squares, gamma));
  }

  /** A row's kernel values with all training rows, as libsvm wants them: its number comes first. */
  private static svm_node[] kernel(
      float[] row, int index, List<float[]> rows, double[] squares, double gamma) {
    double square = dot(row, row);
    svm_node[] nodes = new svm_node[rows.size() + 1];
    for (int j = 0; j < nodes.length; j++) {
      nodes[j] = new svm_node();
      nodes[j].index = j;
      nodes[j].value =
          j == 0
              ? index + 1
              : Math.exp(
                  -gamma * Math.max(0, square + squares[j - 1] - 2 * dot(row, rows.get(j - 1))));
    }
    return nodes;
  }

  private static double dot(float[] a, float[] b) {
    return Rows.dot(a, 0, b, 0, a.length);
  }

  /** Of all numbers of all rows. */
  private static double variance(List<float[]> rows) {
    double sum = 0;
    double squares = 0;
    for (float[] row : rows) {
      for (float x : row) {
        sum += x;
        squares += (double) x * x;
      }
    }
    double n = (double) rows.size() * rows.getFirst().length;
    return squares / n - sum / n * (sum / n);
  }
}
