package dev.drsn.engine.stream;

import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Image;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Scalar;

/** Draws what was found into a copy of its frame. */
final class Annotation {

  private static final int HEIGHT = 18;
  private static final double SIZE = 0.5;

  static {
    Image.prepare();
  }

  private Annotation() {}

  /** The frame with a box and the likeliest class at each face. */
  static Image draw(StreamResult result, List<String> labels) {
    Image image = result.image().toRgb();
    byte[] pixels = image.pixels().clone();
    try (BytePointer data = new BytePointer(pixels);
        Mat mat = new Mat(image.height(), image.width(), opencv_core.CV_8UC3, data);
        Scalar amber = new Scalar(255, 176, 0, 0);
        Scalar black = new Scalar(0, 0, 0, 0)) {
      for (FaceResult face : result.faces()) {
        Prediction prediction = face.prediction();
        String text =
            String.format(
                Locale.ROOT,
                "%s %.0f %%",
                labels.get(prediction.label()),
                100 * prediction.probability());
        draw(mat, prediction.face().box(), text, amber, black);
      }
      data.get(pixels);
    }
    return new Image(image.height(), image.width(), 3, pixels);
  }

  private static void draw(Mat mat, Box box, String text, Scalar amber, Scalar black) {
    int top = Math.max(0, box.y() - HEIGHT);
    int wide = 9 * text.length();
    try (Point upper = new Point(box.x(), box.y());
        Point lower = new Point(box.x() + box.width(), box.y() + box.height());
        Point tag = new Point(box.x(), top);
        Point tagEnd = new Point(box.x() + wide, top + HEIGHT);
        Point base = new Point(box.x() + 3, top + HEIGHT - 5)) {
      opencv_imgproc.rectangle(mat, upper, lower, amber, 2, opencv_imgproc.LINE_AA, 0);
      opencv_imgproc.rectangle(mat, tag, tagEnd, amber, opencv_imgproc.FILLED, 0, 0);
      int font = opencv_imgproc.FONT_HERSHEY_SIMPLEX;
      opencv_imgproc.putText(mat, text, base, font, SIZE, black, 1, opencv_imgproc.LINE_AA, false);
    }
  }
}
