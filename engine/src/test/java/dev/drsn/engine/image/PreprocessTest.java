package dev.drsn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Preprocess.Crop;
import dev.drsn.engine.image.Preprocess.Normalise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a network reads of a picture, to the bit. */
class PreprocessTest {

  private static Image random(int height, int width, int channels) {
    Image image = Image.black(height, width, channels);
    new Random(height * 31 + width).nextBytes(image.pixels());
    return image;
  }

  @Test
  void aPictureOfTheRightSizeIsCopied() {
    Image image = random(48, 48, 1);
    assertThat(Preprocess.perImage(1, 48).crop(image, null)).isEqualTo(image);
    assertThat(Preprocess.fixed(1, 48).crop(image, Box.of(image))).isEqualTo(image);
  }

  @Test
  void shrinkingAveragesTheAreaUnderEachPixel() {
    Image image = new Image(2, 4, 1, new byte[] {10, 20, 30, 50, 30, 40, 50, 71});
    Preprocess stretch = stretch(2);
    assertThat(stretch.crop(image, null).pixels())
        .as("columns halve, rows stay")
        .containsExactly(15, 40, 35, 61);
    Image three = new Image(3, 3, 1, new byte[] {90, 0, 0, 0, 0, 0, 0, 0, 90});
    // Each new pixel covers 1.5 x 1.5 old ones: 1 of 2.25 whole, the rest in part.
    assertThat(stretch.crop(three, null).pixels()).containsExactly(40, 0, 0, 40);
  }

  @Test
  void growingInterpolatesBetweenPixelCentres() {
    Image image = new Image(1, 2, 1, new byte[] {0, 100});
    assertThat(stretch(4).crop(image, null).pixels())
        .containsExactly(0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100, 0, 25, 75, 100);
  }

  @Test
  void aConstantPictureStaysConstantAtEverySize() {
    Image image = Image.black(37, 61, 3);
    java.util.Arrays.fill(image.pixels(), (byte) 255);
    for (int size = 1; size < 90; size += 7) {
      Image crop = Preprocess.imageNet(size).crop(image, new Box(-5, 3, 40, 50));
      assertThat(crop.pixels()).containsOnly(255);
    }
  }

  @Test
  void aFaceIsGrownToASquareAroundItsMiddleAndEdgesAreRepeated() {
    Image image = ImageTest.gradient(100, 100, 1);
    Preprocess plain = Preprocess.fixed(1, 20);
    Image expected = plain.crop(image, new Box(30, 20, 20, 20));
    assertThat(plain.crop(image, new Box(35, 20, 10, 20))).isEqualTo(expected);
    assertThat(plain.withMargin(0.5).crop(image, new Box(35, 25, 10, 10))).isEqualTo(expected);
    Image over = plain.crop(image, new Box(-10, 0, 20, 20));
    assertThat(over.pixels()[0]).isZero();
    assertThat(over.pixels()[9]).isZero();
    assertThat(over.pixels()[12]).isEqualTo(image.pixels()[2]);
  }

  @Test
  void theWholePictureIsItsCentreSquareWithoutMargin() {
    Image image = random(30, 50, 3);
    Preprocess settings = Preprocess.imageNet(30).withMargin(0.4);
    Image whole = settings.crop(image, null);
    assertThat(whole).isEqualTo(settings.crop(image, Box.of(image)));
    assertThat(whole.pixels()[1]).isEqualTo(image.pixels()[31]);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 48, 71})
  void aColourPictureInGreyIsTheGreyPicture(int size) {
    Image image = random(48, 48, 3);
    Preprocess grey = Preprocess.perImage(1, size);
    assertThat(grey.crop(image, null)).isEqualTo(grey.crop(image.toGrey(), null));
    Preprocess colour = Preprocess.imageNet(size);
    Image fromGrey = colour.crop(image.toGrey(), null);
    assertThat(fromGrey).isEqualTo(grey.crop(image, null).toRgb());
  }

  @Test
  void fixedNormalisationIsPerChannelAndPlanar() {
    Image image = new Image(1, 1, 3, new byte[] {0, 51, (byte) 255});
    float[] x = new float[5];
    Preprocess.imageNet(1).apply(image, null, x, 1);
    assertThat(x)
        .containsExactly(0, -0.485f / 0.229f, (0.2f - 0.456f) / 0.224f, (1 - 0.406f) / 0.225f, 0);
  }

  @Test
  void perImageNormalisationGivesZeroMeanAndUnitVarianceButNoNoiseOfFlatPictures() {
    float[] x = new float[3 * 400];
    Preprocess settings =
        new Preprocess(3, 20, Crop.SQUARE, 0, Normalise.IMAGE, List.of(), List.of());
    settings.apply(random(40, 40, 3), null, x, 0);
    double mean = 0;
    double squares = 0;
    for (float v : x) {
      mean += v / x.length;
      squares += v * v / x.length;
    }
    assertThat(mean).isCloseTo(0, within(1e-5));
    assertThat(squares).isCloseTo(1, within(1e-4));
    Image flat = Image.black(20, 20, 3);
    flat.pixels()[0] = 1;
    settings.apply(flat, null, x, 0);
    assertThat(x[0]).isCloseTo(64 / 255f, within(1e-3f));
  }

  @Test
  void theSecondStepAloneGivesTheSameBits() {
    for (Preprocess settings : List.of(Preprocess.imageNet(24), Preprocess.perImage(3, 24))) {
      Image crop = settings.crop(random(50, 40, 3), new Box(3, 5, 20, 20));
      float[] together = new float[settings.elements()];
      settings.normalise(crop.pixels(), 0, together, 0);
      float[] apart = new float[settings.elements()];
      for (int c = 0; c < 3; c++) {
        for (int i = 0; i < 576; i++) {
          apart[c * 576 + i] = (crop.pixels()[i * 3 + c] & 0xFF) / 255f;
        }
      }
      settings.normalise(apart, 0);
      assertThat(apart).isEqualTo(together);
    }
  }

  @Test
  void metadataCarryEverySetting() {
    Preprocess odd =
        new Preprocess(1, 64, Crop.STRETCH, 0.125, Normalise.FIXED, List.of(.1f), List.of(.7f));
    for (Preprocess settings : List.of(odd, Preprocess.imageNet(224), Preprocess.perImage(1, 48))) {
      Map<String, String> metadata = new HashMap<>(settings.toMetadata());
      metadata.put("network", "drsn18-cw");
      assertThat(Preprocess.fromMetadata(metadata)).isEqualTo(settings);
    }
  }

  @Test
  void badMetadataAreNamed() {
    fails("preprocess.size", null, "no entry preprocess.size");
    fails("preprocess.size", "0", "input size");
    fails("preprocess.channels", "two", "not a number: two");
    fails("preprocess.channels", "2", "1 or 3 channels");
    fails("preprocess.crop", "round", "unknown: round");
    fails("preprocess.margin", "NaN", "margin");
    fails("preprocess.mean", "1,2", "number a channel");
    fails("preprocess.std", "0,0,0", "std above zero");
    fails("preprocess.sharpen", "1", "[sharpen]");
  }

  private static void fails(String key, String value, String expected) {
    Map<String, String> metadata = new HashMap<>(Preprocess.imageNet(224).toMetadata());
    metadata.put(key, value);
    metadata.values().removeIf(v -> v == null);
    assertThatThrownBy(() -> Preprocess.fromMetadata(metadata))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining(expected);
  }

  private static Preprocess stretch(int size) {
    return new Preprocess(1, size, Crop.STRETCH, 0, Normalise.IMAGE, List.of(), List.of());
  }
}
