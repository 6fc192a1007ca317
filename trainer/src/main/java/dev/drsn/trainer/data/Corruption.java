package dev.drsn.trainer.data;

import dev.drsn.engine.image.Image;
import java.util.Arrays;
import java.util.List;

/**
 * What a camera, a network and a room do to a face, in five strengths: to see what a model still
 * knows then. Works on the crop of S x S pixels that the model reads, with values v from 0 (black)
 * to 1 (white):
 *
 * <pre>
 *   gaussian         v + s n, n normal
 *   salt-and-pepper  a share s of the pixels is black or white, evenly
 *   occlusion        a square of one random grey covers a share s of the picture
 *   blur             a Gaussian of deviation s at 64 pixels, in proportion at others
 *   darkness         s v
 *   jpeg             saved as JPEG of quality s and read again
 * </pre>
 *
 * <p>What is random depends on the seed, the kind, the level and the picture's index only: every
 * model gets the same pictures.
 */
public enum Corruption {
  GAUSSIAN("Gaussian noise", "deviation"),
  SALT_AND_PEPPER("salt and pepper", "share of pixels"),
  OCCLUSION("occlusion", "share covered"),
  BLUR("blur", "deviation in pixels of 64"),
  DARKNESS("darkness", "share of the light left"),
  JPEG("JPEG", "quality");

  /** How many strengths there are. */
  public static final int LEVELS = 5;

  private static final double BLUR_SIZE = 64;

  private final String label;
  private final String unit;

  Corruption(String label, String unit) {
    this.label = label;
    this.unit = unit;
  }

  /** Its name for people. */
  public String label() {
    return label;
  }

  /** Tells its random numbers from those of the others; must never change. */
  int number() {
    return switch (this) {
      case GAUSSIAN -> 0;
      case SALT_AND_PEPPER -> 1;
      case OCCLUSION -> 2;
      case BLUR -> 3;
      case DARKNESS -> 4;
      case JPEG -> 5;
    };
  }

  /** What {@link #strength} is measured in. */
  public String unit() {
    return unit;
  }

  /**
   * The strength of a level, weakest first.
   *
   * @param level 1 to {@link #LEVELS}
   */
  public double strength(int level) {
    List<Double> all =
        switch (this) {
          case GAUSSIAN -> List.of(0.04, 0.08, 0.12, 0.18, 0.26);
          case SALT_AND_PEPPER -> List.of(0.02, 0.05, 0.1, 0.2, 0.3);
          case OCCLUSION -> List.of(0.05, 0.1, 0.2, 0.3, 0.4);
          case BLUR -> List.of(0.5, 1.0, 1.5, 2.0, 3.0);
          case DARKNESS -> List.of(0.7, 0.5, 0.35, 0.2, 0.1);
          case JPEG -> List.of(50.0, 30.0, 20.0, 10.0, 5.0);
        };
    return all.get(level - 1);
  }

  /**
   * A spoilt copy.
   *
   * @param pixels [S, S, C], 8 bits; stays as it is
   * @param level 1 to {@link #LEVELS}
   */
  byte[] apply(byte[] pixels, int size, int channels, int level, Chance chance) {
    double s = strength(level);
    return switch (this) {
      case GAUSSIAN -> gaussian(pixels, 255 * (float) s, chance);
      case SALT_AND_PEPPER -> saltAndPepper(pixels, channels, (float) s, chance);
      case OCCLUSION -> occlusion(pixels, size, channels, s, chance);
      case BLUR -> blur(pixels, size, channels, s * size / BLUR_SIZE);
      case DARKNESS -> darkness(pixels, (float) s);
      case JPEG -> new Image(size, size, channels, pixels).throughJpeg((int) s).pixels();
    };
  }

  private static byte[] gaussian(byte[] pixels, float deviation, Chance chance) {
    byte[] spoilt = new byte[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      spoilt[i] = rounded((pixels[i] & 0xFF) + deviation * chance.normal());
    }
    return spoilt;
  }

  private static byte[] saltAndPepper(byte[] pixels, int channels, float share, Chance chance) {
    byte[] spoilt = pixels.clone();
    for (int i = 0; i < pixels.length; i += channels) {
      float u = chance.uniform();
      if (u < share) {
        Arrays.fill(spoilt, i, i + channels, (byte) (u < share / 2 ? 0 : 255));
      }
    }
    return spoilt;
  }

  private static byte[] occlusion(
      byte[] pixels, int size, int channels, double share, Chance chance) {
    byte[] spoilt = pixels.clone();
    int side = Math.clamp(Math.round(Math.sqrt(share) * size), 1, size);
    int left = chance.below(size - side + 1);
    int top = chance.below(size - side + 1);
    byte grey = (byte) chance.below(256);
    for (int y = top; y < top + side; y++) {
      int row = (y * size + left) * channels;
      Arrays.fill(spoilt, row, row + side * channels, grey);
    }
    return spoilt;
  }

  /** Rows, then columns; edges are repeated. */
  private static byte[] blur(byte[] pixels, int size, int channels, double deviation) {
    int reach = (int) Math.ceil(3 * deviation);
    double[] weights = new double[2 * reach + 1];
    double sum = 0;
    for (int i = -reach; i <= reach; i++) {
      weights[i + reach] = StrictMath.exp(-i * i / (2 * deviation * deviation));
      sum += weights[i + reach];
    }
    double[] rows = new double[pixels.length];
    byte[] spoilt = new byte[pixels.length];
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        for (int c = 0; c < channels; c++) {
          double all = 0;
          for (int i = -reach; i <= reach; i++) {
            int from = (y * size + Math.clamp(x + i, 0, size - 1)) * channels + c;
            all += weights[i + reach] * (pixels[from] & 0xFF);
          }
          rows[(y * size + x) * channels + c] = all / sum;
        }
      }
    }
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        for (int c = 0; c < channels; c++) {
          double all = 0;
          for (int i = -reach; i <= reach; i++) {
            all +=
                weights[i + reach]
                    * rows[(Math.clamp(y + i, 0, size - 1) * size + x) * channels + c];
          }
          spoilt[(y * size + x) * channels + c] = rounded((float) (all / sum));
        }
      }
    }
    return spoilt;
  }

  private static byte[] darkness(byte[] pixels, float left) {
    byte[] spoilt = new byte[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      spoilt[i] = rounded((pixels[i] & 0xFF) * left);
    }
    return spoilt;
  }

  private static byte rounded(float value) {
    return (byte) Math.clamp(Math.round(value), 0, 255);
  }
}
