package dev.drsn.engine.image;

/**
 * Points of a face in pixels of the picture; left and right are the viewer's.
 *
 * @param leftX middle of the eye that is left in the picture of an upright face
 * @param leftY the same, downwards
 * @param rightX middle of the other eye
 * @param rightY the same, downwards
 * @param noseX tip of the nose
 * @param noseY the same, downwards
 */
public record Landmarks(
    double leftX, double leftY, double rightX, double rightY, double noseX, double noseY) {

  /** How far the head is tilted: 0 where the eyes are level, clockwise positive, in radians. */
  public double roll() {
    return Math.atan2(rightY - leftY, rightX - leftX);
  }

  /**
   * How far the head is turned: the nose's distance from the middle of the eyes, along the line
   * through them, in distances between the eyes. About 0 from the front, beyond half from aside.
   */
  public double turn() {
    double dx = rightX - leftX;
    double dy = rightY - leftY;
    double square = dx * dx + dy * dy;
    if (square == 0) {
      return 0;
    }
    return ((noseX - (leftX + rightX) / 2) * dx + (noseY - (leftY + rightY) / 2) * dy) / square;
  }
}
