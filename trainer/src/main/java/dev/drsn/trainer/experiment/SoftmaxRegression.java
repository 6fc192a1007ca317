package dev.drsn.trainer.experiment;

import dev.drsn.engine.cpu.CpuBackend;
import dev.drsn.engine.network.Network;
import dev.drsn.engine.network.NetworkBuilder;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.op.Optimizer;
import dev.drsn.engine.plan.Softmax;
import dev.drsn.engine.plan.TrainingOptions;
import dev.drsn.engine.plan.TrainingPlan;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.weights.Initialisation;
import dev.drsn.engine.weights.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A network of one linear layer, trained by AdamW on the engine's own plan. */
final class SoftmaxRegression {

  private static final int EPOCHS = 60;
  private static final int BATCH = 64;
  private static final double RATE = 2e-3;
  private static final double DECAY = 0.01;

  private SoftmaxRegression() {}

  static Classifier.Fitted fit(List<float[]> rows, int[] labels, int classes) {
    int d = rows.getFirst().length;
    NetworkBuilder builder = new NetworkBuilder();
    int x = builder.input("input", Shape.of(1, d));
    Network network = builder.build(builder.add("fc", new Op.Linear(classes, true, false), x), x);
    TrainingOptions options =
        new TrainingOptions(
            Optimizer.Adam.standard(true), DECAY, name -> false, name -> 1, 0, false, 0);
    int batch = Math.min(BATCH, rows.size());
    SplittableRandom random = new SplittableRandom(1);
    int[] order = new int[rows.size()];
    try (CpuBackend backend = new CpuBackend(1);
        TrainingPlan plan =
            TrainingPlan.compile(network, Initialisation.of(network, 1), options, backend, batch)) {
      float[] images = new float[batch * d];
      float[] targets = new float[batch * classes];
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        shuffle(order, random);
        for (int first = 0; first < order.length; first += batch) {
          int n = Math.min(batch, order.length - first);
          Arrays.fill(targets, 0);
          for (int i = 0; i < n; i++) {
            System.arraycopy(rows.get(order[first + i]), 0, images, i * d, d);
            targets[i * classes + labels[order[first + i]]] = 1;
          }
          plan.step(images, targets, n, RATE * (1 - (double) epoch / EPOCHS));
        }
      }
      Weights fitted = plan.state().weights(network.parameters().sequencedKeySet());
      float[] w = fitted.get("fc.weight").data();
      float[] b = fitted.get("fc.bias").data();
      return row -> {
        float[] logits = b.clone();
        for (int k = 0; k < classes; k++) {
          for (int i = 0; i < d; i++) {
            logits[k] += w[k * d + i] * row[i];
          }
        }
        return Softmax.argmax(logits, 0, classes);
      };
    }
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
  }
}
