package dev.drsn.engine.image;

/**
 * A face that was found.
 *
 * @param box a square around it, from the eyebrows to the chin and about as far to each side,
 *     whichever detector found it; it may reach over the picture's edge
 * @param score how sure the detector is; each has a scale of its own
 */
public record Face(Box box, float score) {}
