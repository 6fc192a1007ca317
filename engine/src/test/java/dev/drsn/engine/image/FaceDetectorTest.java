package dev.drsn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Drawn faces are found where they are, and nothing where there are none. */
class FaceDetectorTest {
  @TempDir Path dir;

  private static Image wall(int height, int width) {
    Image image = Image.black(height, width, 1);
    Arrays.fill(image.pixels(), (byte) 150);
    return image;
  }

  /** A face with the shades that a cascade looks for; its half width is s. */
  private static void draw(Image image, double x, double y, double s) {
    ellipse(image, x, y - 0.15 * s, 1.15 * s, 1.5 * s, 50, 0.1);
    ellipse(image, x, y + 0.1 * s, 0.95 * s, 1.25 * s, 190, 0.15);
    for (int side = -1; side <= 1; side += 2) {
      double eye = x + side * 0.42 * s;
      ellipse(image, eye, y - 0.2 * s, 0.3 * s, 0.17 * s, 110, 0.6);
      ellipse(image, eye, y - 0.2 * s, 0.17 * s, 0.1 * s, 40, 0.4);
      ellipse(image, eye, y - 0.45 * s, 0.32 * s, 0.07 * s, 70, 0.5);
    }
    ellipse(image, x, y + 0.15 * s, 0.1 * s, 0.35 * s, 215, 0.6);
    ellipse(image, x, y + 0.42 * s, 0.2 * s, 0.06 * s, 120, 0.7);
    ellipse(image, x, y + 0.75 * s, 0.38 * s, 0.1 * s, 90, 0.5);
  }

  private static void ellipse(
      Image image, double x, double y, double rx, double ry, int grey, double softness) {
    for (int v = 0; v < image.height(); v++) {
      for (int u = 0; u < image.width(); u++) {
        double distance = Math.hypot((u - x) / rx, (v - y) / ry);
        double alpha = Math.clamp((1 - distance) / softness + 0.5, 0, 1);
        int p = v * image.width() + u;
        int below = image.pixels()[p] & 0xFF;
        image.pixels()[p] = (byte) Math.round(below * (1 - alpha) + grey * alpha);
      }
    }
  }

  private static void isAt(Face face, double x, double y, double side) {
    Box box = face.box();
    assertThat(box.height()).isEqualTo(box.width());
    assertThat((double) box.width()).isCloseTo(side, within(0.2 * side));
    assertThat(box.x() + box.width() / 2.0).isCloseTo(x, within(0.1 * side));
    assertThat(box.y() + box.height() / 2.0).isCloseTo(y, within(0.1 * side));
  }

  private static void findsBoth(FaceDetector detector) {
    Image image = wall(240, 400);
    draw(image, 290, 130, 35);
    draw(image, 100, 120, 50);
    List<Face> faces = detector.detect(image);
    assertThat(faces).hasSize(2);
    isAt(faces.get(0), 100, 124, 117);
    isAt(faces.get(1), 290, 133, 85);
    assertThat(detector.detect(image.toRgb())).isEqualTo(faces);
    assertThat(detector.detect(wall(240, 400))).isEmpty();
    assertThat(detector.detect(wall(1, 1))).isEmpty();
  }

  @Test
  void theCascadeFindsFacesLargestFirst() {
    try (FaceDetector detector = FaceDetector.haar(0)) {
      findsBoth(detector);
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "drsn.test.faceModel", matches = ".+")
  void yuNetFindsTheSameSquares() {
    Path model = Path.of(System.getProperty("drsn.test.faceModel"));
    try (FaceDetector detector = FaceDetector.yuNet(model, 0)) {
      findsBoth(detector);
    }
    try (FaceDetector detector = FaceDetector.yuNet(model, 100)) {
      Image image = wall(240, 400);
      draw(image, 290, 130, 35);
      assertThat(detector.detect(image)).isEmpty();
    }
  }

  @Test
  void largePicturesAreSearchedReducedUnlessSmallFacesAreWanted() {
    Image image = wall(900, 1600);
    draw(image, 300, 500, 220);
    draw(image, 1200, 500, 16);
    try (FaceDetector coarse = FaceDetector.haar(0);
        FaceDetector fine = FaceDetector.haar(30)) {
      List<Face> large = coarse.detect(image);
      assertThat(large).hasSize(1);
      isAt(large.getFirst(), 300, 516, 530);
      List<Face> both = fine.detect(image);
      assertThat(both).hasSize(2);
      isAt(both.get(1), 1200, 501, 40);
    }
  }

  @Test
  void facesBelowTheSmallestWantedAreNotGiven() {
    Image image = wall(240, 400);
    draw(image, 290, 130, 35);
    draw(image, 100, 120, 50);
    try (FaceDetector detector = FaceDetector.haar(110)) {
      assertThat(detector.detect(image)).hasSize(1);
    }
  }

  @Test
  void facesBelowTheSizeOfTheMomentMayBeMissedAndLargerOnesStayWhereTheyAre() {
    Image image = wall(480, 640);
    draw(image, 450, 230, 30);
    draw(image, 200, 220, 110);
    try (FaceDetector detector = FaceDetector.haar(0)) {
      List<Face> all = detector.detect(image);
      assertThat(all).hasSize(2);
      List<Face> large = detector.detect(image, 150);
      assertThat(large).hasSize(1);
      Box known = all.getFirst().box();
      isAt(
          large.getFirst(),
          known.x() + known.width() / 2,
          known.y() + known.height() / 2,
          known.width());
      assertThat(detector.detect(image, 1)).isEqualTo(all);
    }
  }

  @Test
  void withoutADetectorThePictureIsTheFace() {
    try (FaceDetector none = FaceDetector.none()) {
      assertThat(none.detect(wall(20, 30))).containsExactly(new Face(new Box(0, 0, 30, 20), 1));
    }
  }

  @Test
  void aBadFaceModelIsNamedInOneLine() throws IOException {
    assertThatThrownBy(() -> FaceDetector.yuNet(dir.resolve("none.onnx"), 0))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("there is no face model")
        .hasMessageContaining("none.onnx");
    Path text = Files.writeString(dir.resolve("text.onnx"), "no network");
    assertThatThrownBy(() -> FaceDetector.yuNet(text, 0))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("text.onnx is not a YuNet face model")
        .message()
        .doesNotContain("\n");
  }
}
