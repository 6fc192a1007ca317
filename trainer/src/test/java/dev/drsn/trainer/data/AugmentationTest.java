package dev.drsn.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each change does what its name says and nothing else, and the draws have the promised spread. */
class AugmentationTest {
  private static final int SIZE = 16;

  private static byte[] random(int channels) {
    byte[] pixels = new byte[SIZE * SIZE * channels];
    new Random(5).nextBytes(pixels);
    return pixels;
  }

  private static byte[] flat(int value) {
    byte[] pixels = new byte[SIZE * SIZE];
    Arrays.fill(pixels, (byte) value);
    return pixels;
  }

  private static float[] apply(String text, byte[] pixels, long stream) {
    int channels = pixels.length / (SIZE * SIZE);
    float[] x = new float[pixels.length];
    Chance chance = new Chance(1, stream);
    Augmentation.parse(text).apply(pixels, SIZE, channels, chance, x, 0);
    return x;
  }

  private static float at(byte[] pixels, int channels, int c, int y, int x) {
    int u = Math.clamp(x, 0, SIZE - 1);
    int v = Math.clamp(y, 0, SIZE - 1);
    return (pixels[(v * SIZE + u) * channels + c] & 0xFF) / 255f;
  }

  private static boolean isMoved(float[] x, byte[] pixels, int dx, int dy, boolean mirrored) {
    int channels = pixels.length / (SIZE * SIZE);
    for (int i = 0; i < x.length; i++) {
      int u = i % SIZE;
      int v = i / SIZE % SIZE;
      int from = (mirrored ? SIZE - 1 - u : u) + dx;
      if (x[i] != at(pixels, channels, i / (SIZE * SIZE), v + dy, from)) {
        return false;
      }
    }
    return true;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void halfOfThePicturesAreMirrored(int channels) {
    byte[] pixels = random(channels);
    int mirrored = 0;
    for (int stream = 0; stream < 400; stream++) {
      float[] x = apply("flip", pixels, stream);
      boolean isMirrored = isMoved(x, pixels, 0, 0, true);
      assertThat(isMirrored || isMoved(x, pixels, 0, 0, false)).isTrue();
      mirrored += isMirrored ? 1 : 0;
    }
    assertThat(mirrored).isBetween(150, 250);
  }

  @Test
  void aShiftAloneMovesWholePixelsInEveryDirection() {
    byte[] pixels = random(1);
    Set<String> seen = new HashSet<>();
    for (int stream = 0; stream < 300; stream++) {
      float[] x = apply("crop=2", pixels, stream);
      int found = seen.size();
      int matches = 0;
      for (int dx = -2; dx <= 2; dx++) {
        for (int dy = -2; dy <= 2; dy++) {
          if (isMoved(x, pixels, dx, dy, false)) {
            seen.add(dx + " " + dy);
            matches++;
          }
        }
      }
      assertThat(matches).as("after %d kinds", found).isEqualTo(1);
    }
    assertThat(seen).hasSize(25);
  }

  @Test
  void aRotatedSpotKeepsItsDistanceFromTheMiddleAndAScaledOneDoesNot() {
    byte[] pixels = flat(0);
    for (int d = -1; d <= 1; d++) {
      Arrays.fill(pixels, (8 + d) * SIZE + 12, (8 + d) * SIZE + 15, (byte) 255);
    }
    double before = Math.hypot(13 - 7.5, 8 - 7.5);
    Predicate<Double> isNear = distance -> Math.abs(distance - before) < 0.25;
    double largest = 0;
    int near = 0;
    for (int stream = 0; stream < 100; stream++) {
      double[] spot = centre(apply("rotate=20", pixels, stream));
      assertThat(isNear.test(Math.hypot(spot[0], spot[1]))).isTrue();
      largest = Math.max(largest, Math.toDegrees(Math.abs(Math.atan2(spot[1], spot[0]))));
      double[] scaled = centre(apply("scale=0.2", pixels, stream));
      double ratio = Math.hypot(scaled[0], scaled[1]) / before;
      assertThat(ratio).isBetween(0.75, 1.25);
      near += isNear.test(ratio * before) ? 1 : 0;
    }
    assertThat(largest).isBetween(18.0, 27.0);
    assertThat(near).isLessThan(50);
  }

  private static double[] centre(float[] x) {
    double sum = 0;
    double across = 0;
    double down = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i];
      across += x[i] * (i % SIZE - 7.5);
      int row = i / SIZE;
      down += x[i] * (row - 7.5);
    }
    return new double[] {across / sum, down / sum};
  }

  @Test
  void brightnessShiftsAllValuesAlikeAndContrastKeepsTheMean() {
    byte[] pixels = random(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (100 + (pixels[i] & 31));
    }
    float[] plain = apply("none", pixels, 0);
    float widest = 0;
    for (int stream = 0; stream < 100; stream++) {
      float[] brighter = apply("brightness=0.2", pixels, stream);
      float shift = brighter[0] - plain[0];
      assertThat(shift).isBetween(-0.2f, 0.2f);
      float[] sharper = apply("contrast=0.5", pixels, stream);
      double mean = 0;
      double meanBefore = 0;
      for (int i = 0; i < plain.length; i++) {
        assertThat(brighter[i] - plain[i]).isCloseTo(shift, within(1e-6f));
        mean += sharper[i] / plain.length;
        meanBefore += plain[i] / plain.length;
      }
      assertThat(mean).isCloseTo(meanBefore, within(1e-5));
      float gain = (sharper[0] - sharper[1]) / (plain[0] - plain[1]);
      assertThat(gain).isBetween(0.49f, 1.51f);
      widest = Math.max(widest, Math.max(Math.abs(gain - 1) / 0.5f, Math.abs(shift) / 0.2f));
    }
    assertThat(widest).isGreaterThan(0.9f);
  }

  @Test
  void noiseHasNoMeanAndAtMostItsStrength() {
    double largest = 0;
    for (int stream = 0; stream < 100; stream++) {
      float[] x = apply("noise=0.1", flat(128), stream);
      double sum = 0;
      double squares = 0;
      for (float v : x) {
        sum += v - 128 / 255f;
        squares += (v - 128 / 255f) * (v - 128 / 255f);
      }
      double sigma = Math.sqrt(squares / x.length);
      assertThat(sum / x.length).isCloseTo(0, within(0.03));
      assertThat(sigma).isLessThan(0.115);
      largest = Math.max(largest, sigma);
    }
    assertThat(largest).isGreaterThan(0.09);
  }

  @Test
  void erasingPaintsOneRectangleAsOftenAsAsked() {
    int erased = 0;
    byte[] pixels = random(3);
    for (int stream = 0; stream < 400; stream++) {
      float[] x = apply("erase=0.25", pixels, stream);
      int left = SIZE;
      int right = -1;
      int top = SIZE;
      int bottom = -1;
      for (int i = 0; i < SIZE * SIZE; i++) {
        if (x[i] != at(pixels, 3, 0, i / SIZE, i % SIZE)) {
          left = Math.min(left, i % SIZE);
          right = Math.max(right, i % SIZE);
          top = Math.min(top, i / SIZE);
          bottom = i / SIZE;
        }
      }
      if (right < 0) {
        continue;
      }
      erased++;
      double area = (right - left + 1) * (bottom - top + 1) / (double) (SIZE * SIZE);
      assertThat(area).isBetween(0.005, 0.26);
      float grey = x[top * SIZE + left];
      for (int c = 0; c < 3; c++) {
        for (int y = top; y <= bottom; y++) {
          for (int u = left; u <= right; u++) {
            assertThat(x[(c * SIZE + y) * SIZE + u]).isEqualTo(grey);
          }
        }
      }
    }
    assertThat(erased).isBetween(65, 135);
  }

  @Test
  void valuesStayBetweenBlackAndWhite() {
    String all = "flip,crop=4,rotate=180,scale=0.9,brightness=1,contrast=1,noise=1,erase=1";
    for (int stream = 0; stream < 100; stream++) {
      for (float v : apply(all, random(3), stream)) {
        assertThat(v).isBetween(0f, 1f);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none",
        "flip",
        "flip,crop=4",
        "rotate=7.5,erase=1",
        "flip,crop=4,rotate=10,scale=0.1,brightness=0.2,contrast=0.3,noise=0.02,erase=0.25"
      })
  void whatIsWrittenIsReadAgain(String text) {
    assertThat(Augmentation.parse(text).toString()).isEqualTo(text);
    assertThat(Augmentation.parse(" " + text.replace(",", " , "))).hasToString(text);
  }

  @Test
  void mistakesAreNamed() {
    fails("flop", "'flop' is unknown: give none, or flip, crop=");
    fails("sharpen=1", "sharpen is unknown");
    fails("flip=1", "'flip=1' is unknown");
    fails("crop", "'crop' is unknown");
    fails("crop=four", "four is not a number");
    fails("crop=-1", "crop is 0 to 1024");
    fails("erase=2", "erase is 0 to 1");
    fails("noise=NaN", "noise is 0 to 1");
    fails("flip,flip", "flip is given twice");
    fails("", "is unknown");
  }

  private static void fails(String text, String expected) {
    assertThatThrownBy(() -> Augmentation.parse(text))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void chanceHasTheMomentsItShould() {
    Chance chance = new Chance(3, 4);
    int n = 200_000;
    double mean = 0;
    double variance = 0;
    double uniform = 0;
    int[] below = new int[7];
    for (int i = 0; i < n; i++) {
      float normal = chance.normal();
      mean += normal / n;
      variance += normal * normal / n;
      uniform += chance.uniform() / n;
      below[chance.below(7)]++;
    }
    assertThat(mean).isCloseTo(0, within(0.01));
    assertThat(variance).isCloseTo(1, within(0.01));
    assertThat(uniform).isCloseTo(0.5, within(0.005));
    for (int count : below) {
      assertThat(count).isBetween(n / 7 - 700, n / 7 + 700);
    }
    assertThat(new Chance(3, 5).nextLong()).isNotEqualTo(new Chance(3, 4).nextLong());
    assertThat(new Chance(2, 4).nextLong()).isNotEqualTo(new Chance(3, 4).nextLong());
  }
}
