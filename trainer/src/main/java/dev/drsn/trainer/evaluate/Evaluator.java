package dev.drsn.trainer.evaluate;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.plan.InferencePlan;
import dev.drsn.engine.plan.Softmax;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.data.Batch;
import dev.drsn.trainer.data.Crops;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Loader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Runs a data set through a network as users will run it: folded, fused, batch by batch. */
public final class Evaluator {

  private Evaluator() {}

  /**
   * Reads a data set as a model wants it.
   *
   * @param strict whether a picture that cannot be read is an error
   * @param progress is told how many pictures are read, from any thread
   * @throws DrsnException where the data have a class that the model lacks
   */
  public static Crops read(
      Model model, DataSet data, boolean strict, int workers, IntConsumer progress) {
    List<String> unknown = new ArrayList<>(data.labels());
    unknown.removeAll(model.labels());
    if (!unknown.isEmpty()) {
      throw new DrsnException(
          data.source()
              + " has classes that the model does not know: "
              + String.join(", ", unknown)
              + "; the model knows "
              + String.join(", ", model.labels()));
    }
    return Crops.read(
        data.withLabels(model.labels()), model.preprocess(), strict, workers, progress);
  }

  /**
   * Evaluates a model on what {@link #read} read for it.
   *
   * @param batch images at a time
   * @param flip whether to average the probabilities of a picture and of its mirror image
   * @param workers loader threads
   */
  public static Evaluation evaluate(
      Model model, Crops crops, Backend backend, int batch, boolean flip, int workers) {
    if (!crops.data().labels().equals(model.labels())) {
      throw new IllegalArgumentException("these crops were not read for this model");
    }
    try (InferencePlan plan =
        InferencePlan.compile(model.network(), model.weights(), backend, batch)) {
      return evaluate(plan, crops, flip, workers);
    }
  }

  /**
   * Evaluates every crop once.
   *
   * @param plan of a network with as many outputs as the crops have classes
   * @param flip whether to average the probabilities of a picture and of its mirror image
   * @param workers loader threads
   */
  public static Evaluation evaluate(InferencePlan plan, Crops crops, boolean flip, int workers) {
    int classes = crops.data().classes();
    if (plan.outputs() != classes) {
      throw new IllegalArgumentException(
          "a network of " + plan.outputs() + " outputs on " + classes + " classes");
    }
    Tally tally = new Tally(crops.data().labels());
    float[] probabilities = new float[plan.batch() * classes];
    float[] mirrored = new float[flip ? probabilities.length : 0];
    long begin = System.nanoTime();
    try (Loader loader =
        new Loader(crops, Loader.Options.inOrder(plan.batch(), workers), Loader.Position.START)) {
      for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
        int n = batch.count();
        plan.run(batch.images(), n, probabilities);
        Softmax.rows(probabilities, n, classes);
        if (flip) {
          mirror(batch.images(), n * plan.input().c() * plan.input().h(), plan.input().w());
          plan.run(batch.images(), n, mirrored);
          Softmax.rows(mirrored, n, classes);
          for (int i = 0; i < n * classes; i++) {
            probabilities[i] = (probabilities[i] + mirrored[i]) / 2;
          }
        }
        for (int i = 0; i < n; i++) {
          tally.add(batch.labels()[i], probabilities, i);
        }
      }
    }
    return tally.result((System.nanoTime() - begin) / 1e9);
  }

  private static void mirror(float[] images, int rows, int width) {
    for (int row = 0; row < rows; row++) {
      for (int left = row * width, right = left + width - 1; left < right; left++, right--) {
        float kept = images[left];
        images[left] = images[right];
        images[right] = kept;
      }
    }
  }
}
