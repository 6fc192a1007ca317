package dev.drsn.trainer.evaluate;

import dev.drsn.engine.plan.Softmax;
import java.util.List;

/** Counts predictions while a data set runs through a model; allocates nothing on the way. */
public final class Tally {

  private final ConfusionMatrix confusion;
  private final Calibration calibration = Calibration.empty();
  private long inTopTwo;
  private double loss;

  /**
   * An empty count.
   *
   * @param labels the classes' names
   */
  public Tally(List<String> labels) {
    confusion = ConfusionMatrix.empty(labels);
  }

  /**
   * Counts one image.
   *
   * @param truth its class
   * @param probabilities [n, classes]
   * @param row the image's
   */
  public void add(int truth, float[] probabilities, int row) {
    int classes = confusion.classes();
    int start = row * classes;
    int best = Softmax.argmax(probabilities, row, classes);
    confusion.counts()[truth][best]++;
    calibration.add(probabilities[start + best], best == truth);
    float its = probabilities[start + truth];
    int above = 0;
    for (int k = 0; k < classes; k++) {
      float other = probabilities[start + k];
      // Of equals the first counts as the better one, as in the choice of the best.
      above += other > its || (other == its && k < truth) ? 1 : 0;
    }
    inTopTwo += above < 2 ? 1 : 0;
    // A probability that has underflowed counts as the least one there is.
    loss -= Math.log(Math.max(its, Float.MIN_VALUE));
  }

  /**
   * What was counted.
   *
   * @param seconds that it took
   */
  public Evaluation result(double seconds) {
    long images = Math.max(1, confusion.total());
    return new Evaluation(
        confusion,
        calibration,
        loss / images,
        (double) inTopTwo / images,
        seconds > 0 ? confusion.total() / seconds : 0);
  }
}
