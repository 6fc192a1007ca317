package dev.drsn.engine.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds the faces in a picture. The same picture gives the same faces every time.
 *
 * <p>A detector holds native memory, which {@link #close()} frees, and serves one thread at a time.
 */
public sealed interface FaceDetector extends AutoCloseable
    permits WholeImage, HaarDetector, YuNetDetector {

  /** The faces, largest first, those of equal size from left to right. */
  default List<Face> detect(Image image) {
    return detect(image, 0);
  }

  /**
   * The same where only faces of some size matter, which may be found in a fraction of the time.
   *
   * @param smallest side in pixels below which faces may be missed; 0 for all that are wanted
   */
  List<Face> detect(Image image, int smallest);

  @Override
  void close();

  /** No search: the whole picture is the face. */
  static FaceDetector none() {
    return new WholeImage();
  }

  /**
   * The frontal cascade that comes with OpenCV.
   *
   * @param minFace side in pixels of the smallest face wanted; 0 for a twelfth of the picture's
   *     shorter side, since small patterns are often taken for faces
   */
  static FaceDetector haar(int minFace) {
    return new HaarDetector(minFace);
  }

  /**
   * The YuNet network (Wu, Peng, Yu: "YuNet: a tiny millisecond-level face detector", 2023), which
   * finds turned and tilted faces too.
   *
   * @param model its ONNX file, such as {@code face_detection_yunet_2023mar.onnx} of the OpenCV zoo
   * @param minFace side in pixels of the smallest face wanted; 0 for all that it sees
   * @throws dev.drsn.engine.DrsnException where the file is missing or is not such a network
   */
  static FaceDetector yuNet(Path model, int minFace) {
    return new YuNetDetector(model, minFace);
  }

  /** Loads what finds faces, if that has not happened yet; see {@link Image#prepare}. */
  static void prepare() {
    OpenCv.loadDetection();
  }

  /** Has each search take one processor: who searches many pictures at once shares them better. */
  static void oneThread() {
    OpenCv.oneThread();
  }

  /** The largest first; the rest of the order only has to be one. */
  static List<Face> sorted(List<Face> faces) {
    List<Face> sorted = new ArrayList<>(faces);
    sorted.sort(
        Comparator.comparingInt((Face f) -> -f.box().width())
            .thenComparingInt(f -> f.box().x())
            .thenComparingInt(f -> f.box().y())
            .thenComparingDouble(f -> -f.score()));
    return List.copyOf(sorted);
  }
}
