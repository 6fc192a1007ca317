package dev.drsn.trainer.synth;

import static dev.drsn.trainer.synth.Streams.between;

import dev.drsn.trainer.synth.Streams.Purpose;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A subject at a moment, placed in a picture, with what is in front of the face.
 *
 * @param subject who
 * @param muscles the face and head of the moment
 * @param k pixels a head unit
 * @param x pixel column of the origin of the head
 * @param y pixel row of the origin of the head
 * @param occluders what is held before the face
 */
record Person(
    Subject subject, Muscles muscles, double k, double x, double y, List<Occluder> occluders) {
  /** Side of the square that frames a face, in head units: from the hair to below the chin. */
  static final double FRAME = 2.75;

  /** Samples a pixel, each way. */
  private static final int FINER = 2;

  /** How far shoulders and hair reach sideways and upwards from the origin, in head units. */
  private static final double REACH_SIDE = 2.4;

  private static final double REACH_UP = 2.2;

  /**
   * How far the frame follows a face that moves as the head turns: a detector's box does not quite.
   */
  private static final double FOLLOW = 0.65;

  /**
   * Poses a subject so that the face lies around the middle of a square.
   *
   * @param seed the data set's seed
   * @param index the picture's number: pose and occlusion depend on it
   * @param side pixels of the square
   * @param cx pixel column of its middle
   * @param cy pixel row of its middle
   */
  static Person posed(
      Subject subject,
      Expression expression,
      Levels levels,
      long seed,
      long index,
      double side,
      double cx,
      double cy) {
    SplittableRandom face = Streams.of(seed, Purpose.FACE, index);
    SplittableRandom stray = Streams.of(seed, Purpose.POSE, index);
    SplittableRandom things = Streams.of(seed, Purpose.OCCLUSION, index);
    Muscles muscles = Muscles.of(subject, expression, levels.pose(), face, stray);
    double k = side / FRAME * (1 + 0.025 * levels.pose() * between(stray, -1, 1));
    double left = 0.015 * levels.pose() * side * between(stray, -1, 1);
    double down = 0.015 * levels.pose() * side * between(stray, -1, 1);
    Person origin = new Person(subject, muscles, k, 0, 0, List.of());
    double[] middle = origin.project(0, -0.1, 0.8);
    double resting = -origin.project(0, -0.1, 0)[1];
    return new Person(
        subject,
        muscles,
        k,
        cx + left - FOLLOW * middle[0],
        cy + down - FOLLOW * middle[1] + (1 - FOLLOW) * resting,
        Occluder.draw(levels.occlusion(), subject, things));
  }

  /** Pixel column and row of a point of the head. */
  double[] project(double px, double py, double pz) {
    double[] p = {px, py, pz};
    new HeadShape(subject, muscles).turn(p);
    double near = Raster.DISTANCE / (Raster.DISTANCE - p[2]);
    return new double[] {x + k * p[0] * near, y - k * p[1] * near};
  }

  /** Draws the person, and what is in front, over what the canvas already shows. */
  void paint(Canvas canvas, Light light) {
    int x0 = Math.clamp((int) Math.floor(x - REACH_SIDE * k), 0, canvas.width);
    int x1 = Math.clamp((int) Math.ceil(x + REACH_SIDE * k), 0, canvas.width);
    int y0 = Math.clamp((int) Math.floor(y - REACH_UP * k), 0, canvas.height);
    if (x0 >= x1 || y0 >= canvas.height) {
      return;
    }
    Raster raster =
        new Raster(
            (x1 - x0) * FINER,
            (canvas.height - y0) * FINER,
            k * FINER,
            (x - x0) * FINER,
            (y - y0) * FINER);
    boolean masked = occluders.stream().anyMatch(o -> o.kind() == Occluder.Kind.MASK);
    FaceMap face = FaceDrawing.draw(subject, muscles, masked, Math.clamp(k * FINER, 24, 300));
    for (Surface surface : Bust.of(subject, muscles, face)) {
      raster.draw(surface);
    }
    blend(canvas, raster, light.shine(raster), x0, y0);
    for (Occluder occluder : occluders) {
      occluder.paint(canvas, this, light);
    }
  }

  /** Averages the samples of each pixel over the part of it that the person covers. */
  private static void blend(Canvas canvas, Raster raster, float[] lit, int x0, int y0) {
    int columns = raster.width / FINER;
    int rows = raster.height / FINER;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        float sum = 0;
        int covered = 0;
        for (int j = 0; j < FINER; j++) {
          int i = (row * FINER + j) * raster.width + column * FINER;
          for (int end = i + FINER; i < end; i++) {
            if (!Float.isNaN(lit[i])) {
              sum += lit[i];
              covered++;
            }
          }
        }
        int at = (y0 + row) * canvas.width + x0 + column;
        float free = 1 - covered / (float) (FINER * FINER);
        canvas.light[at] = canvas.light[at] * free + sum / (FINER * FINER);
      }
    }
  }
}
