package dev.drsn.engine.image;

/**
 * A face that was found.
 *
 * @param box a square around it, from the eyebrows to the chin and about as far to each side,
 *     whichever detector found it; it may reach over the picture's edge
 * @param score how sure the detector is; each has a scale of its own
 * @param landmarks eyes and nose, or null where the detector does not look for them
 */
public record Face(Box box, float score, Landmarks landmarks) {

  /** A face of which the box is all that is known. */
  public Face(Box box, float score) {
    this(box, score, null);
  }
}
