package dev.drsn.engine.feature;

import dev.drsn.engine.file.NativeLoading;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_features2d;
import org.bytedeco.opencv.opencv_core.KeyPoint;
import org.bytedeco.opencv.opencv_core.KeyPointVector;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_features2d.SIFT;

/**
 * SIFT (Lowe 2004) by OpenCV: keypoints of a face and a descriptor of 128 numbers each. The face is
 * resized first, so that pictures of any size are described at one scale. Owns native memory; not
 * for several threads at once.
 */
public final class Sift implements AutoCloseable {

  /** Numbers of a descriptor. */
  public static final int SIZE = 128;

  private static final int LAYERS = 3;
  private static final double EDGE = 10;
  private static final double SIGMA = 1.6;
  // Half of Lowe's: resized faces are smooth, and at 0.04 some have no keypoint.
  private static final double CONTRAST = 0.02;

  /**
   * Keypoints of one picture.
   *
   * @param x, y their places in pixels, [n]; likewise diameter and angle (degrees, clockwise)
   * @param descriptors [n, 128]
   */
  public record Keypoints(
      float[] x, float[] y, float[] diameter, float[] angle, float[] descriptors) {

    /** How many there are. */
    public int count() {
      return x.length;
    }
  }

  /**
   * What is described.
   *
   * @param side pixels of the picture's side after resizing
   * @param step 0: keypoints are found by SIFT; above: they lie on a grid of so many pixels, each
   *     as wide as two steps and upright (dense SIFT)
   */
  public record Options(int side, int step) {

    /** Keypoints found on 128 x 128 pixels. */
    public static Options sparse() {
      return new Options(128, 0);
    }

    /** A grid of 8 pixels on 128 x 128. */
    public static Options dense() {
      return new Options(128, 8);
    }
  }

  private final Options options;
  private final Preprocess crop;
  private final SIFT sift;

  public Sift(Options options) {
    this.options = options;
    crop = Preprocess.fixed(1, options.side());
    Image.prepare();
    NativeLoading.alone(() -> Loader.load(opencv_features2d.class));
    sift = SIFT.create(0, LAYERS, CONTRAST, EDGE, SIGMA, false);
  }

  /** The picture as it is described: its centre square, grey. */
  public Image prepare(Image image) {
    return crop.crop(image, null).toGrey();
  }

  /** The keypoints of a picture and what they look like. */
  public Keypoints describe(Image image) {
    Image grey = prepare(image);
    try (BytePointer pixels = new BytePointer(grey.pixels());
        Mat mat = new Mat(grey.height(), grey.width(), opencv_core.CV_8UC1, pixels);
        Mat none = new Mat();
        KeyPointVector found = new KeyPointVector();
        Mat descriptors = new Mat()) {
      if (options.step() == 0) {
        sift.detectAndCompute(mat, none, found, descriptors, false);
      } else {
        grid(found);
        sift.compute(mat, found, descriptors);
      }
      return keypoints(found, descriptors);
    }
  }

  private void grid(KeyPointVector found) {
    int step = options.step();
    for (int y = step / 2; y < options.side(); y += step) {
      for (int x = step / 2; x < options.side(); x += step) {
        try (KeyPoint point = new KeyPoint(x, y, 2f * step, 0, 1, 0, -1)) {
          found.push_back(point);
        }
      }
    }
  }

  private static Keypoints keypoints(KeyPointVector found, Mat descriptors) {
    int n = descriptors.empty() ? 0 : descriptors.rows();
    Keypoints all =
        new Keypoints(new float[n], new float[n], new float[n], new float[n], new float[n * SIZE]);
    for (int i = 0; i < n; i++) {
      try (KeyPoint point = found.get(i)) {
        all.x[i] = point.pt().x();
        all.y[i] = point.pt().y();
        all.diameter[i] = point.size();
        all.angle[i] = point.angle();
      }
    }
    if (n > 0) {
      try (FloatPointer data = new FloatPointer(descriptors.data())) {
        data.get(all.descriptors);
      }
    }
    return all;
  }

  @Override
  public void close() {
    sift.close();
  }
}
