package dev.drsn.trainer.synth;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.synth.Streams.Purpose;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A grey frame as a webcam would send it: one to four students side by side in a room, and where
 * their faces are.
 *
 * @param image the frame, 8-bit grey
 * @param faces who is in it, from left to right
 */
public record WebcamFrame(BufferedImage image, List<Face> faces) {
  /** The most people in a frame. */
  public static final int MOST = 4;

  /** Subjects of frames are numbered from here: they are in no data set. */
  private static final int STRANGERS = 1_000_000;

  /**
   * A face in a frame.
   *
   * @param label what it shows
   * @param expression the features that show it
   * @param x left edge of the square around it, in pixels; it may lie a little outside the frame
   * @param y upper edge
   * @param side side of the square, which frames the face as the data set's pictures do
   */
  public record Face(LearningExpression label, Expression expression, int x, int y, int side) {}

  /**
   * Draws a frame of people who are in no data set of this seed.
   *
   * @param seed seed of everything
   * @param index number of the frame
   * @param width pixels across, at least 64
   * @param height pixels down, at least 64
   * @param labels what the one to four people show, from left to right
   * @param levels how hard the picture is
   */
  public static WebcamFrame draw(
      long seed, int index, int width, int height, List<LearningExpression> labels, Levels levels) {
    int people = labels.size();
    if (people < 1 || people > MOST) {
      throw new DrsnException(people + " faces do not fit into a frame: ask for 1 to " + MOST);
    }
    if (width < 64 || height < 64) {
      throw new DrsnException(
          "a frame of " + width + " x " + height + " is too small: ask for at least 64 x 64");
    }
    SplittableRandom random = Streams.of(seed, Purpose.FRAME, index);
    Canvas canvas = new Canvas(width, height);
    Light light = Light.draw(levels.lighting(), Streams.of(seed, Purpose.LIGHTING, -1L - index));
    Backdrop.paint(canvas, random.nextInt(), 0, 0.006, light);
    double column = width / (double) people;
    double side = Math.min(0.66 * height, 1.1 * column);
    List<Face> faces = new ArrayList<>();
    for (int i = 0; i < people; i++) {
      long key = -1L - ((long) index * MOST + i);
      Subject subject = Subject.draw(seed, STRANGERS + index * MOST + i);
      Expression expression = labels.get(i).draw(Streams.of(seed, Purpose.EXPRESSION, key));
      double near = side * Streams.between(random, 0.85, 1.0);
      double cx = column * (i + 0.5 + Streams.between(random, -0.05, 0.05));
      double cy = height * Streams.between(random, 0.42, 0.5);
      Person.posed(subject, expression, levels, seed, key, near, cx, cy).paint(canvas, light);
      faces.add(
          new Face(
              labels.get(i),
              expression,
              (int) Math.round(cx - near / 2),
              (int) Math.round(cy - near / 2),
              (int) Math.round(near)));
    }
    byte[] pixels =
        Camera.develop(
            canvas,
            levels.noise(),
            light.haze(),
            side / 64,
            Streams.of(seed, Purpose.CAMERA, -1L - index));
    return new WebcamFrame(Png.grey(pixels, width, height), List.copyOf(faces));
  }
}
