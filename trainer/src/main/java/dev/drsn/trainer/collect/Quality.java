package dev.drsn.trainer.collect;

import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Landmarks;

/**
 * How good a picture of a face is. Over the 64 x 64 pixels p (0 to 1) of the crop:
 *
 * <pre>
 *   brightness = mean(p),  contrast = std(p)
 *   sharpness = std(p(x-1, y) + p(x+1, y) + p(x, y-1) + p(x, y+1) - 4 p(x, y)) / std(p)
 * </pre>
 *
 * <p>The division makes sharpness a property of the focus (and of the face's size: what was grown
 * from few pixels is not sharp) and not of the light.
 *
 * @param roll degrees by which the head is tilted, NaN where nobody knows
 * @param turn of the head, see {@link Landmarks#turn}, NaN where nobody knows
 */
record Quality(double sharpness, double brightness, double contrast, double roll, double turn) {

  /** Below it there is nothing to see, in the dark or in the glare. */
  static final double LEAST_CONTRAST = 0.04;

  private static final int SIDE = Hog.SIDE;

  static Quality of(Image crop, Face face) {
    byte[] pixels = Hog.prepare(crop).pixels();
    Moments values = new Moments();
    Moments edges = new Moments();
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double p = at(pixels, x, y);
        values.add(p);
        if (x > 0 && y > 0 && x < SIDE - 1 && y < SIDE - 1) {
          double around =
              at(pixels, x - 1, y)
                  + at(pixels, x + 1, y)
                  + at(pixels, x, y - 1)
                  + at(pixels, x, y + 1);
          edges.add(around - 4 * p);
        }
      }
    }
    double contrast = values.deviation();
    Landmarks marks = face.landmarks();
    return new Quality(
        contrast == 0 ? 0 : edges.deviation() / contrast,
        values.mean(),
        contrast,
        marks == null ? Double.NaN : Math.toDegrees(marks.roll()),
        marks == null ? Double.NaN : marks.turn());
  }

  /** Whether an annotator has something to look at. */
  boolean suffices(double leastSharpness) {
    return sharpness >= leastSharpness && contrast >= LEAST_CONTRAST;
  }

  private static double at(byte[] pixels, int x, int y) {
    return (pixels[y * SIDE + x] & 0xFF) / 255.0;
  }

  private static final class Moments {
    private double sum;
    private double squares;
    private int n;

    void add(double value) {
      sum += value;
      squares += value * value;
      n++;
    }

    double mean() {
      return sum / n;
    }

    double deviation() {
      return Math.sqrt(Math.max(0, squares / n - mean() * mean()));
    }
  }
}
