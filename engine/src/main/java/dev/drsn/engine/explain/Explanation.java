package dev.drsn.engine.explain;

import java.util.List;

/**
 * Why a network says what it says of one face.
 *
 * @param probabilities one a class
 * @param label the likeliest class
 * @param explained the class whose map this is
 * @param map where the network sees it
 * @param gates its shrinkage gates in execution order; empty where it has none
 */
public record Explanation(
    List<Float> probabilities, int label, int explained, GradCam map, List<GateReading> gates) {

  public Explanation {
    probabilities = List.copyOf(probabilities);
    gates = List.copyOf(gates);
  }
}
