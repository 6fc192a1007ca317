package dev.drsn.engine.image;

import dev.drsn.engine.DrsnException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.FaceDetectorYN;

/**
 * The YuNet network, run by OpenCV. A face's score is the network's confidence, 0 to 1.
 *
 * <p>Its own boxes hug the face from forehead to chin. They are turned into the squares that the
 * Haar cascade draws, 0.93 of their height around the same middle (the median over webcam frames on
 * which both find the face), so that a model's margin fits either detector.
 */
final class YuNetDetector implements FaceDetector {
  private static final double HAAR_SIDE = 0.93;
  private static final double LONG_SIDE = 640;
  private static final int SMALLEST = 10;
  private static final int PROBE = 64;
  private static final float CONFIDENCE = 0.7f;
  private static final float OVERLAP = 0.3f;
  private static final int CANDIDATES = 5000;

  private final FaceDetectorYN network;
  private final int minFace;

  YuNetDetector(Path model, int minFace) {
    this.minFace = minFace;
    if (!Files.isRegularFile(model)) {
      throw new DrsnException("there is no face model " + model + "; is the path right?");
    }
    OpenCv.loadDetection();
    try (Size size = new Size(PROBE, PROBE);
        Mat black = Image.black(PROBE, PROBE, 3).toMat();
        Mat none = new Mat()) {
      network =
          FaceDetectorYN.create(model.toString(), "", size, CONFIDENCE, OVERLAP, CANDIDATES, 0, 0);
      // A network of another kind fails here, and not on the user's first picture.
      network.detect(black, none);
    } catch (RuntimeException e) {
      throw new DrsnException(model + " is not a YuNet face model in ONNX form", e);
    }
  }

  @Override
  public List<Face> detect(Image image, int smallest) {
    // Its time goes with the picture's area, and so does what it sees: the size changes nothing.
    try (Reduced reduced = Reduced.of(image.toRgb(), LONG_SIDE, minFace, SMALLEST);
        Size size = new Size(reduced.mat().cols(), reduced.mat().rows());
        Mat found = new Mat()) {
      network.setInputSize(size);
      network.detect(reduced.mat(), found);
      List<Face> faces = new ArrayList<>();
      for (int i = 0; i < found.rows(); i++) {
        // x, y, width, height, eyes, nose, corners of the mouth (as x, y), confidence
        FloatPointer face = new FloatPointer(found.ptr(i));
        float width = face.get(2);
        float height = face.get(3);
        double side = HAAR_SIDE * height;
        if (side >= reduced.minFace()) {
          double middleX = face.get(0) + width / 2;
          double middleY = face.get(1) + height / 2;
          Box box = reduced.square(middleX, middleY, side);
          faces.add(new Face(box, face.get(14), landmarks(face, reduced.scale())));
        }
      }
      return FaceDetector.sorted(faces);
    }
  }

  private static Landmarks landmarks(FloatPointer face, double scale) {
    return new Landmarks(
        face.get(4) / scale,
        face.get(5) / scale,
        face.get(6) / scale,
        face.get(7) / scale,
        face.get(8) / scale,
        face.get(9) / scale);
  }

  @Override
  public void close() {
    network.close();
  }
}
