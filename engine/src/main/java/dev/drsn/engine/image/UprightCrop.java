package dev.drsn.engine.image;

/**
 * Cuts faces out the way data sets keep them: grey, square, the eyes level and in one place.
 *
 * <p>With landmarks: m is the middle of the eyes, theta the angle between them, s the side of the
 * face's box and e = 0.39 the height at which eyes lie in a box,
 *
 * <pre>
 *   right = (cos theta, sin theta)   down = (-sin theta, cos theta)   c = m + (1/2 - e) s down
 *   crop(u, v) = picture(c + (1 + 2 margin) s (u right + v down)),  u and v from -1/2 to 1/2
 * </pre>
 *
 * <p>The scale comes from the box and not from the distance between the eyes, which shrinks when a
 * head turns: a face from aside would grow. YuNet's eyes follow a tilt in part (docs/datasets.md
 * has figures), so strong tilts become weaker and do not vanish. Without landmarks, or where the
 * eyes say that the head lies on its side (beyond 45 degrees: then they are seldom eyes), the crop
 * is the box with its margin as {@link Preprocess} cuts it: tilted heads stay tilted.
 *
 * @param size pixels of a side
 * @param margin of a box's side, added on every side of it; 0 to 2
 */
public record UprightCrop(int size, double margin) {

  /** Where eyes lie in a box, from its top: the median over webcam frames that YuNet finds. */
  static final double EYES = 0.39;

  private static final double MOST_ROLL = Math.PI / 4;

  /** Checks the extents. */
  public UprightCrop {
    Preprocess.fixed(1, size).withMargin(margin);
  }

  /** The face as {@code size x size} grey pixels; beyond the picture its edge is repeated. */
  public Image cut(Image image, Face face) {
    Landmarks marks = face.landmarks();
    if (marks == null || Math.abs(marks.roll()) > MOST_ROLL) {
      return Preprocess.fixed(1, size).withMargin(margin).crop(image, face.box());
    }
    double box = Math.max(face.box().width(), face.box().height());
    double side = (1 + 2 * margin) * box;
    double cos = Math.cos(marks.roll());
    double sin = Math.sin(marks.roll());
    double lower = (0.5 - EYES) * box;
    double x = (marks.leftX() + marks.rightX()) / 2 - lower * sin;
    double y = (marks.leftY() + marks.rightY()) / 2 + lower * cos;
    // Turned at the picture's own scale and shrunk after that, so that fine patterns do not alias.
    int n = Math.max(size, (int) Math.ceil(side));
    Image grey = image.toGrey();
    byte[] pixels = new byte[n * n];
    for (int j = 0; j < n; j++) {
      double v = ((j + 0.5) / n - 0.5) * side;
      for (int i = 0; i < n; i++) {
        double u = ((i + 0.5) / n - 0.5) * side;
        pixels[j * n + i] = at(grey, x + u * cos - v * sin, y + u * sin + v * cos);
      }
    }
    return Resize.resize(new Image(n, n, 1, pixels), 0, 0, n, n, size, 1);
  }

  /** Between the four pixels whose middles are around this point. */
  private static byte at(Image grey, double x, double y) {
    int left = (int) Math.floor(x - 0.5);
    int top = (int) Math.floor(y - 0.5);
    double right = x - 0.5 - left;
    double below = y - 0.5 - top;
    double upper = pixel(grey, left, top) * (1 - right) + pixel(grey, left + 1, top) * right;
    double lower =
        pixel(grey, left, top + 1) * (1 - right) + pixel(grey, left + 1, top + 1) * right;
    return (byte) Math.round(upper * (1 - below) + lower * below);
  }

  private static int pixel(Image grey, int x, int y) {
    int column = Math.clamp(x, 0, grey.width() - 1);
    int row = Math.clamp(y, 0, grey.height() - 1);
    return grey.pixels()[row * grey.width() + column] & 0xFF;
  }
}
