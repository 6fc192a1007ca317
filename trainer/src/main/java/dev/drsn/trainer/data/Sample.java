package dev.drsn.trainer.data;

/**
 * A picture and what is known of it.
 *
 * @param name unique in its data set: the path relative to the set's folder, {@code /} between
 *     parts
 * @param label index of the class that counts in evaluation
 * @param target a probability a class, summing to 1: one-hot, or the votes of several people
 * @param subject who is in the picture; empty where nobody knows
 */
public record Sample(
    String name, ImageSource source, int label, float[] target, String subject, Part part) {

  /** A sample whose label is certain. */
  public static Sample of(
      String name, ImageSource source, int label, int classes, String subject, Part part) {
    return new Sample(name, source, label, oneHot(label, classes), subject, part);
  }

  /** The same for another purpose. */
  public Sample withPart(Part part) {
    return new Sample(name, source, label, target, subject, part);
  }

  static float[] oneHot(int label, int classes) {
    float[] target = new float[classes];
    target[label] = 1;
    return target;
  }
}
