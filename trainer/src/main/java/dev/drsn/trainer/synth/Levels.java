package dev.drsn.trainer.synth;

import dev.drsn.engine.DrsnException;

/**
 * How hard the pictures are, in four levels from 0 (none) to 5 (extreme). Raising one level changes
 * nothing else: the same seed gives the same people, expressions and scenes.
 *
 * @param noise what the camera adds: sensor noise of about 0, 4, 8, 14, 22, 32 grey levels (more in
 *     the light than in the dark), defocus of up to 0.25 pixel a level at 64 pixels, and from level
 *     3 on dead pixels (0.5, 1 and 2 per cent)
 * @param occlusion how often something is in front of the face: in 0, 15, 30, 50, 75, 95 per cent
 *     of the pictures a hand, a strand of hair, a mug, a book, a face mask or a reflection on the
 *     glasses; larger at higher levels, and from level 4 on sometimes two things
 * @param lighting how uneven the light is: at 0 soft and frontal; a level turns the lamp by up to
 *     16 degrees to the side and 6 up or down, darkens the room, changes the exposure by up to 0.24
 *     stop and adds haze
 * @param pose how far the head strays from what the expression asks for and the face from the
 *     middle of the picture: a level adds up to 2.2 degrees of yaw, 1.6 of pitch, 3.2 of roll, 2.5
 *     per cent of scale and 1.5 per cent of the side in place
 */
public record Levels(int noise, int occlusion, int lighting, int pose) {
  /** The highest level. */
  public static final int HIGHEST = 5;

  /** Learnable but not trivial. */
  public static final Levels DEFAULT = new Levels(1, 1, 2, 2);

  /** Nothing but people and expressions. */
  public static final Levels CLEAN = new Levels(0, 0, 0, 0);

  /** Refuses levels out of range. */
  public Levels {
    check("--noise", noise);
    check("--occlusion", occlusion);
    check("--lighting", lighting);
    check("--pose", pose);
  }

  private static void check(String option, int level) {
    if (level < 0 || level > HIGHEST) {
      throw new DrsnException(
          option + " " + level + " is not a level: use 0 (none) to " + HIGHEST + " (extreme)");
    }
  }
}
