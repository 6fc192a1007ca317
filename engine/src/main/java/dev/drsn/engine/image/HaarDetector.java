package dev.drsn.engine.image;

import dev.drsn.engine.DrsnException;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RectVector;
import org.bytedeco.opencv.opencv_core.Size;
import org.bytedeco.opencv.opencv_objdetect.CascadeClassifier;

/**
 * A cascade of boosted Haar-like features (Viola and Jones 2001; Lienhart and Maydt 2002) over
 * windows of all sizes: upright frontal faces. A face's score is the number of windows that agree
 * on it; one with less than a quarter of the clearest face's score is dropped.
 */
final class HaarDetector implements FaceDetector {
  // The one of OpenCV's four frontal cascades that finds most faces per false one on webcam frames.
  private static final String CASCADE = "haarcascade_frontalface_alt2.xml";
  private static final int WINDOW = 24;
  // Known faces are followed by their squares, which are coarse at the window's own size.
  private static final int CLEAR = 36;
  private static final double STEP = 1.1;
  private static final int AGREEING = 5;
  // Next to a clear face, patterns of curtains and hair are taken for faces too, by few windows.
  private static final int DOUBTFUL = 4;

  private final CascadeClassifier cascade;
  private final int minFace;

  HaarDetector(int minFace) {
    this.minFace = minFace;
    OpenCv.loadDetection();
    String name =
        "/org/bytedeco/opencv/" + Loader.getPlatform() + "/share/opencv4/haarcascades/" + CASCADE;
    try {
      File file = Loader.cacheResource(CascadeClassifier.class, name);
      if (file == null) {
        throw new DrsnException(
            "the OpenCV jar has no " + name + "; use --face-model or --face none");
      }
      cascade = new CascadeClassifier(file.getPath());
      if (cascade.empty()) {
        throw new DrsnException(file + " is damaged; delete it, it is unpacked again");
      }
    } catch (IOException e) {
      throw new DrsnException("cannot unpack " + CASCADE + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<Face> detect(Image image, int smallest) {
    int wanted = minFace > 0 ? minFace : Math.max(1, Math.min(image.width(), image.height()) / 12);
    boolean all = smallest <= wanted;
    try (Reduced reduced =
            Reduced.of(image.toGrey(), 0, all ? wanted : smallest, all ? WINDOW : CLEAR);
        RectVector boxes = new RectVector();
        IntPointer agreeing = new IntPointer();
        Size least = new Size(reduced.minFace(), reduced.minFace());
        Size largest = new Size()) {
      cascade.detectMultiScale2(reduced.mat(), boxes, agreeing, STEP, AGREEING, 0, least, largest);
      int most = 0;
      for (int i = 0; i < boxes.size(); i++) {
        most = Math.max(most, agreeing.get(i));
      }
      List<Face> faces = new ArrayList<>();
      for (int i = 0; i < boxes.size(); i++) {
        if (agreeing.get(i) * DOUBTFUL < most) {
          continue;
        }
        try (Rect box = boxes.get(i)) {
          double middleX = box.x() + box.width() / 2.0;
          double middleY = box.y() + box.height() / 2.0;
          faces.add(new Face(reduced.square(middleX, middleY, box.width()), agreeing.get(i)));
        }
      }
      return FaceDetector.sorted(faces);
    }
  }

  @Override
  public void close() {
    cascade.close();
  }
}
