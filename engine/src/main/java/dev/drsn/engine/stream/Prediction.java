package dev.drsn.engine.stream;

import dev.drsn.engine.image.Face;
import java.util.List;

/**
 * What a model says of one face.
 *
 * @param face where it is in the picture
 * @param label the likeliest class, an index of the model's labels
 * @param probabilities one a class, in the model's order; they add up to 1
 */
public record Prediction(Face face, int label, List<Float> probabilities) {

  public Prediction {
    probabilities = List.copyOf(probabilities);
  }

  /** The likeliest class's probability. */
  public float probability() {
    return probabilities.get(label);
  }
}
