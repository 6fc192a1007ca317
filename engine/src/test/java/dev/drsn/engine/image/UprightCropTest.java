package dev.drsn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UprightCropTest {
  private static final int SIDE = 200;
  private static final Box BOX = new Box(50, 50, 100, 100);

  /** White but for two dark eyes and a nose, turned around (100, 89) by so many degrees. */
  private static Image face(double degrees) {
    byte[] pixels = new byte[SIDE * SIDE];
    Arrays.fill(pixels, (byte) 255);
    for (double[] point : points(degrees)) {
      for (int y = -4; y <= 4; y++) {
        for (int x = -4; x <= 4; x++) {
          int at = ((int) Math.floor(point[1]) + y) * SIDE + (int) Math.floor(point[0]) + x;
          pixels[at] = 0;
        }
      }
    }
    return new Image(SIDE, SIDE, 1, pixels);
  }

  private static double[][] points(double degrees) {
    double cos = Math.cos(Math.toRadians(degrees));
    double sin = Math.sin(Math.toRadians(degrees));
    double[][] upright = {{-18, 0}, {18, 0}, {0, 22}};
    double[][] points = new double[3][];
    for (int i = 0; i < 3; i++) {
      double x = upright[i][0];
      double y = upright[i][1];
      points[i] = new double[] {100 + x * cos - y * sin, 89 + x * sin + y * cos};
    }
    return points;
  }

  private static Landmarks marks(double degrees) {
    double[][] p = points(degrees);
    return new Landmarks(p[0][0], p[0][1], p[1][0], p[1][1], p[2][0], p[2][1]);
  }

  /** The middle of what is dark in a part of a crop. */
  private static double[] dark(Image crop, int fromX, int toX, int fromY, int toY) {
    double x = 0;
    double y = 0;
    double weight = 0;
    for (int j = fromY; j < toY; j++) {
      for (int i = fromX; i < toX; i++) {
        double w = 255 - (crop.pixels()[j * crop.width() + i] & 0xFF);
        x += w * (i + 0.5);
        y += w * (j + 0.5);
        weight += w;
      }
    }
    return new double[] {x / weight, y / weight};
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 17, -31, 44})
  void eyesAreLevelAndInOnePlaceHoweverTheHeadIsTilted(double degrees) {
    Image crop = new UprightCrop(100, 0).cut(face(degrees), new Face(BOX, 1, marks(degrees)));
    double[] left = dark(crop, 0, 50, 20, 50);
    double[] right = dark(crop, 50, 100, 20, 50);
    double[] nose = dark(crop, 30, 70, 50, 75);
    assertThat(left).containsExactly(new double[] {32, 39}, within(0.8));
    assertThat(right).containsExactly(new double[] {68, 39}, within(0.8));
    assertThat(nose).containsExactly(new double[] {50, 61}, within(0.8));
  }

  @Test
  void aMarginShrinksTheFaceAndASizeScalesIt() {
    Face face = new Face(BOX, 1, marks(20));
    double[] left = dark(new UprightCrop(64, 0.25).cut(face(20), face), 0, 32, 0, 32);
    // Half of the box's side more: 36 pixels between the eyes are 36 * 64 / 150.
    assertThat(left[0]).isCloseTo(32 - 18 * 64 / 150.0, within(0.6));
    assertThat(left[1]).isCloseTo(32 - 11 * 64 / 150.0, within(0.6));
  }

  @Test
  void withoutEyesTheBoxIsCutAsForNetworks() {
    Image image = face(20);
    Image expected = Preprocess.fixed(1, 48).withMargin(0.1).crop(image, BOX);
    UprightCrop crop = new UprightCrop(48, 0.1);
    assertThat(crop.cut(image, new Face(BOX, 1))).isEqualTo(expected);
    assertThat(crop.cut(image, new Face(BOX, 1, marks(80)))).isEqualTo(expected);
  }

  @Test
  void beyondThePictureItsEdgeGoesOn() {
    Image white = new Image(10, 10, 3, filled());
    Landmarks marks = new Landmarks(0, 1, 8, 3, 4, 6);
    Image crop = new UprightCrop(32, 1).cut(white, new Face(new Box(-5, -5, 20, 20), 1, marks));
    assertThat(crop.channels()).isEqualTo(1);
    assertThat(crop.pixels()).containsOnly((byte) 200);
  }

  private static byte[] filled() {
    byte[] pixels = new byte[300];
    Arrays.fill(pixels, (byte) 200);
    return pixels;
  }

  @Test
  void rollAndTurnAreTold() {
    assertThat(Math.toDegrees(marks(30).roll())).isCloseTo(30, within(1e-9));
    assertThat(marks(30).turn()).isCloseTo(0, within(1e-9));
    assertThat(new Landmarks(0, 0, 10, 0, 8, 5).turn()).isCloseTo(0.3, within(1e-9));
    assertThat(new Landmarks(3, 3, 3, 3, 8, 5).turn()).isZero();
  }
}
