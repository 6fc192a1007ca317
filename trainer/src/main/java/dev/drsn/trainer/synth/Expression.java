package dev.drsn.trainer.synth;

/**
 * One facial expression in the five features of the paper's Table 1, and how strongly it shows.
 * Left and right are the picture's left and right, as the observer sees them.
 *
 * @param mouth mouth feature
 * @param eyes eye feature
 * @param brows eyebrow feature
 * @param head head orientation
 * @param gaze gaze direction, in the room (not relative to the head)
 * @param intensity how strongly mouth, eyes and brows show, from 0 (not at all) to 1 (fully)
 */
public record Expression(
    Mouth mouth, Eyes eyes, Brows brows, Head head, Gaze gaze, double intensity) {

  /** Mouth features. */
  public enum Mouth {
    CLOSED,
    OPEN,
    CORNERS_RAISED,
    SMILING,
    CORNERS_DOWN,
    YAWNING
  }

  /** Eye features. */
  public enum Eyes {
    OPEN,
    WIDENED,
    NARROW,
    CLOSED
  }

  /** Eyebrow features. */
  public enum Brows {
    NATURAL,
    RAISED,
    FROWNING,
    LOWERED
  }

  /** Head orientation. */
  public enum Head {
    AHEAD,
    LEFT,
    RIGHT,
    UP,
    DOWN;

    /** The gaze of someone who looks where the head points. */
    Gaze following() {
      return switch (this) {
        case AHEAD -> Gaze.SCREEN;
        case LEFT -> Gaze.LEFT;
        case RIGHT -> Gaze.RIGHT;
        case UP -> Gaze.UP;
        case DOWN -> Gaze.DOWN;
      };
    }
  }

  /** Gaze direction. */
  public enum Gaze {
    SCREEN,
    LEFT,
    RIGHT,
    UP,
    DOWN
  }
}
