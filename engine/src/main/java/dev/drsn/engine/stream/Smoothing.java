package dev.drsn.engine.stream;

import java.util.HashMap;
import java.util.Map;

/**
 * Averages a face's probabilities over the last moments of its track, with weights that fade:
 *
 * <pre>
 *   s = s + (1 - exp(-dt / tau)) (p - s)
 * </pre>
 *
 * <p>The first result of a track is taken as it is. Sums stay 1.
 */
final class Smoothing {

  private final double tau;
  private final Map<String, State> states = new HashMap<>();

  private record State(float[] probabilities, long nanos) {}

  /**
   * @param tauSeconds after which an old result weighs 1/e; above 0
   */
  Smoothing(double tauSeconds) {
    this.tau = tauSeconds;
  }

  /** Smooths in place. Results of a track come in their order. */
  void apply(String track, float[] probabilities, long nanos) {
    State earlier = states.get(track);
    if (earlier != null) {
      float weight = (float) -Math.expm1(-Math.max(0, nanos - earlier.nanos) / 1e9 / tau);
      for (int k = 0; k < probabilities.length; k++) {
        float s = earlier.probabilities[k];
        probabilities[k] = s + weight * (probabilities[k] - s);
      }
    }
    states.put(track, new State(probabilities.clone(), nanos));
  }

  /** Forgets the tracks that have had no result for so long. */
  void forget(long before) {
    states.values().removeIf(state -> state.nanos - before < 0);
  }

  /** How many tracks it remembers. */
  int size() {
    return states.size();
  }
}
