package dev.drsn.engine.image;

import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * A picture as detectors search it: shrunk first, since the time goes with the area, but never so
 * far that the smallest face wanted falls below what the detector can see.
 *
 * @param mat 8 bits, grey or BGR
 * @param scale of the reduced picture, at most 1
 * @param minFace the side of the smallest face wanted, in its pixels
 */
record Reduced(Mat mat, double scale, int minFace) implements AutoCloseable {

  /**
   * Shrinks a picture.
   *
   * @param longSide to which pixels across or down a picture may be shrunk
   * @param minFace in the picture's pixels; 0 where that does not matter
   * @param smallest side of a face that the detector can see
   */
  static Reduced of(Image image, double longSide, int minFace, int smallest) {
    double scale = longSide / Math.max(image.width(), image.height());
    if (minFace > 0) {
      scale = Math.max(scale, (double) smallest / minFace);
    }
    scale = Math.min(1, scale);
    int minSide = Math.max(smallest, (int) Math.round(minFace * scale));
    Mat whole = image.toMat();
    if (scale == 1) {
      return new Reduced(whole, 1, minSide);
    }
    Mat small = new Mat();
    int width = Math.max(1, (int) Math.round(image.width() * scale));
    int height = Math.max(1, (int) Math.round(image.height() * scale));
    try (whole;
        Size size = new Size(width, height)) {
      opencv_imgproc.resize(whole, small, size, 0, 0, opencv_imgproc.INTER_AREA);
    }
    return new Reduced(small, scale, minSide);
  }

  /** A square of the reduced picture around a middle, in pixels of the whole one. */
  Box square(double middleX, double middleY, double side) {
    int whole = Math.max(1, (int) Math.round(side / scale));
    int x = (int) Math.round((middleX - side / 2) / scale);
    int y = (int) Math.round((middleY - side / 2) / scale);
    return new Box(x, y, whole, whole);
  }

  @Override
  public void close() {
    mat.close();
  }
}
