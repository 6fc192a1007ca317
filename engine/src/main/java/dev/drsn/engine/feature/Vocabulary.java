package dev.drsn.engine.feature;

/**
 * Visual words: makes one vector of a picture's descriptors, however many there are.
 *
 * <pre>
 *   BAG   y[j] = share of the descriptors whose nearest centre is j              (Csurka et al. 2004)
 *   VLAD  y[j] = sum over those of x - c[j]; then sign(y) sqrt|y|, then y / |y|  (Jegou et al. 2010)
 * </pre>
 *
 * <p>A picture without descriptors is all zeros. A vocabulary is fitted on training pictures only.
 *
 * @param means the words
 */
public record Vocabulary(Encoding encoding, KMeans means) {

  /** How descriptors are summed up. */
  public enum Encoding {
    BAG,
    VLAD
  }

  /** Iterations after which words are good enough. */
  private static final int ITERATIONS = 20;

  /**
   * Finds the words.
   *
   * @param descriptors [n, d]
   */
  public static Vocabulary fit(
      Encoding encoding, float[] descriptors, int d, int words, long seed) {
    return new Vocabulary(encoding, KMeans.fit(descriptors, d, words, ITERATIONS, seed));
  }

  /** Numbers of an encoded picture. */
  public int size() {
    return encoding == Encoding.BAG ? means.k() : means.centres().length;
  }

  /**
   * One picture's vector.
   *
   * @param descriptors [n, d], n may be 0
   */
  public float[] encode(float[] descriptors) {
    int d = means.d();
    int[] words = means.nearest(descriptors);
    float[] y = new float[size()];
    for (int i = 0; i < words.length; i++) {
      switch (encoding) {
        case BAG -> y[words[i]] += 1f / words.length;
        case VLAD -> {
          for (int t = 0; t < d; t++) {
            y[words[i] * d + t] += descriptors[i * d + t] - means.centres()[words[i] * d + t];
          }
        }
      }
    }
    if (encoding == Encoding.VLAD) {
      double squares = 0;
      for (int i = 0; i < y.length; i++) {
        y[i] = (float) (Math.signum(y[i]) * Math.sqrt(Math.abs(y[i])));
        squares += y[i] * y[i];
      }
      float length = (float) Math.sqrt(squares);
      for (int i = 0; i < y.length && length > 0; i++) {
        y[i] /= length;
      }
    }
    return y;
  }
}
