package dev.drsn.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each corruption does what its strength says, no more, and the same each time. */
class CorruptionTest {

  private static final int SIZE = 64;

  /** A smooth picture with an edge, neither black nor white. */
  private static byte[] picture() {
    byte[] pixels = new byte[SIZE * SIZE];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        pixels[y * SIZE + x] = (byte) (60 + x + (y > 30 ? 70 : 0));
      }
    }
    return pixels;
  }

  private static byte[] apply(Corruption corruption, byte[] pixels, int level) {
    return corruption.apply(pixels, SIZE, 1, level, new Chance(1, level));
  }

  private static double difference(byte[] a, byte[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((a[i] & 0xFF) - (b[i] & 0xFF));
    }
    return sum / a.length;
  }

  @ParameterizedTest
  @EnumSource
  void everyLevelIsWorseThanTheOneBefore(Corruption corruption) {
    byte[] pixels = picture();
    double before = 0;
    for (int level = 1; level <= Corruption.LEVELS; level++) {
      // The mean of several pictures: a grey square may fall on its own grey.
      double sum = 0;
      for (int i = 0; i < 40; i++) {
        Chance chance = new Chance(i, 0);
        sum += difference(pixels, corruption.apply(pixels, SIZE, 1, level, chance));
      }
      assertThat(sum).isGreaterThan(before);
      before = sum;
    }
    assertThat(pixels).isEqualTo(picture());
  }

  @Test
  void gaussianNoiseHasItsDeviation() {
    byte[] grey = new byte[SIZE * SIZE];
    Arrays.fill(grey, (byte) 128);
    byte[] spoilt = apply(Corruption.GAUSSIAN, grey, 2);
    double squares = 0;
    for (byte pixel : spoilt) {
      squares += Math.pow((pixel & 0xFF) - 128, 2);
    }
    assertThat(Math.sqrt(squares / grey.length)).isCloseTo(0.08 * 255, offset(0.8));
  }

  @Test
  void saltAndPepperTakeTheirShareInEqualParts() {
    byte[] pixels = picture();
    byte[] spoilt = apply(Corruption.SALT_AND_PEPPER, pixels, 4);
    int black = 0;
    int white = 0;
    for (int i = 0; i < pixels.length; i++) {
      black += spoilt[i] == 0 ? 1 : 0;
      white += spoilt[i] == (byte) 255 ? 1 : 0;
      assertThat(spoilt[i]).isIn((byte) 0, (byte) 255, pixels[i]);
    }
    assertThat(black / (double) pixels.length).isCloseTo(0.1, offset(0.02));
    assertThat(white / (double) pixels.length).isCloseTo(0.1, offset(0.02));
  }

  @Test
  void anOcclusionIsOneSquareOfItsArea() {
    byte[] pixels = new byte[SIZE * SIZE];
    for (int seed = 0; seed < 20; seed++) {
      byte[] spoilt = Corruption.OCCLUSION.apply(pixels, SIZE, 1, 4, new Chance(seed, 0));
      int[] covered = {0, SIZE, -1, SIZE, -1};
      for (int i = 0; i < spoilt.length; i++) {
        if (spoilt[i] != 0) {
          covered[0]++;
          covered[1] = Math.min(covered[1], i % SIZE);
          covered[2] = Math.max(covered[2], i % SIZE);
          covered[3] = Math.min(covered[3], i / SIZE);
          covered[4] = Math.max(covered[4], i / SIZE);
        }
      }
      // Black on black cannot be seen.
      if (covered[0] > 0) {
        assertThat(covered[0]).isEqualTo(35 * 35);
        assertThat(covered[2] - covered[1]).isEqualTo(34);
        assertThat(covered[4] - covered[3]).isEqualTo(34);
      }
    }
  }

  @Test
  void blurSpreadsADotByItsDeviationAndKeepsTheLight() {
    byte[] pixels = new byte[SIZE * SIZE];
    pixels[32 * SIZE + 32] = (byte) 255;
    // Level 2 is a deviation of one pixel here; below 255 / 2 a dot's faint rim is rounded away.
    byte[] spoilt = apply(Corruption.BLUR, pixels, 2);
    assertThat(spoilt[32 * SIZE + 32] & 0xFF).isEqualTo(Math.round(255 * 0.15924f));
    assertThat(spoilt[32 * SIZE + 33] & 0xFF).isEqualTo(Math.round(255 * 0.15924f * 0.60653f));
    assertThat(spoilt[33 * SIZE + 33] & 0xFF).isEqualTo(Math.round(255 * 0.15924f * 0.36788f));
    byte[] grey = new byte[SIZE * SIZE];
    Arrays.fill(grey, (byte) 77);
    assertThat(apply(Corruption.BLUR, grey, 5)).isEqualTo(grey);
  }

  @Test
  void darknessLeavesItsShareOfEveryPixel() {
    byte[] pixels = picture();
    byte[] spoilt = apply(Corruption.DARKNESS, pixels, 2);
    for (int i = 0; i < pixels.length; i++) {
      assertThat(spoilt[i] & 0xFF).isEqualTo(Math.round(0.5f * (pixels[i] & 0xFF)));
    }
  }

  @Test
  void allModelsGetTheSamePicturesAndEachPictureItsOwnNoise() {
    Image image = new Image(SIZE, SIZE, 1, picture());
    ImageSource source = new ImageSource.InMemory(image);
    List<Sample> samples =
        List.of(
            Sample.of("a", source, 0, 2, "", Part.NONE),
            Sample.of("b", source, 1, 2, "", Part.NONE));
    Crops crops =
        Crops.read(
            new DataSet("two", List.of("x", "y"), samples),
            Preprocess.fixed(1, SIZE),
            true,
            1,
            _ -> {});
    Crops once = crops.corrupted(Corruption.GAUSSIAN, 3, 5);
    Crops again = crops.corrupted(Corruption.GAUSSIAN, 3, 5);
    assertThat(once.pixels(1)).isEqualTo(again.pixels(1)).isNotEqualTo(once.pixels(0));
    assertThat(crops.pixels(0)).isEqualTo(picture());
    assertThat(once.data()).isEqualTo(crops.data());
  }
}
