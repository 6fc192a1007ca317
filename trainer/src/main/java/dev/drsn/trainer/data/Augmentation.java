package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Changes that leave an expression what it is: training pictures are never twice the same. Each
 * change is drawn anew for every picture and epoch, between nothing and its strength, in this
 * order: mirror, shift, rotation and scale; contrast and brightness; noise; erasing.
 *
 * @param flip whether half of the pictures are mirrored left to right
 * @param crop shift in pixels of the network's input, each way (as padding by it and cropping)
 * @param rotate degrees, each way
 * @param scale relative change of size, each way: 0.1 is 90 to 110 %
 * @param brightness shift of all values, each way, of the range from black to white
 * @param contrast relative change of the distance to the picture's mean, each way
 * @param noise largest standard deviation of Gaussian noise, of the range from black to white
 * @param erase probability that a rectangle of 2 to 20 % of the picture is painted over
 */
public record Augmentation(
    boolean flip,
    double crop,
    double rotate,
    double scale,
    double brightness,
    double contrast,
    double noise,
    double erase) {

  /** No change at all. */
  public static final Augmentation NONE = new Augmentation(false, 0, 0, 0, 0, 0, 0, 0);

  private static final String KNOWN =
      "none, or flip, crop=, rotate=, scale=, brightness=, contrast=, noise=, erase=";

  public Augmentation {
    check("crop", crop, 1024);
    check("rotate", rotate, 180);
    check("scale", scale, 0.9);
    check("brightness", brightness, 1);
    check("contrast", contrast, 1);
    check("noise", noise, 1);
    check("erase", erase, 1);
  }

  /**
   * Reads what users write, such as {@code flip,crop=4,rotate=10,scale=0.1,noise=0.02,erase=0.25};
   * {@code none} is nothing.
   */
  public static Augmentation parse(String text) {
    if (text.strip().equals("none")) {
      return NONE;
    }
    Map<String, Double> values = new LinkedHashMap<>();
    for (String item : text.split(",", -1)) {
      String[] pair = item.strip().split("=", 2);
      double value = 1;
      if (pair.length == 2) {
        try {
          value = Double.parseDouble(pair[1].strip());
        } catch (NumberFormatException e) {
          throw new DrsnException(
              "augmentation " + item.strip() + ": " + pair[1] + " is not a number", e);
        }
      }
      String name = pair[0].strip();
      if ((pair.length == 1) != name.equals("flip")) {
        throw new DrsnException("augmentation '" + item.strip() + "' is unknown: give " + KNOWN);
      }
      if (values.put(name, value) != null) {
        throw new DrsnException("augmentation " + name + " is given twice");
      }
    }
    Augmentation parsed =
        new Augmentation(
            values.remove("flip") != null,
            take(values, "crop"),
            take(values, "rotate"),
            take(values, "scale"),
            take(values, "brightness"),
            take(values, "contrast"),
            take(values, "noise"),
            take(values, "erase"));
    if (!values.isEmpty()) {
      throw new DrsnException(
          "augmentation " + values.keySet().iterator().next() + " is unknown: give " + KNOWN);
    }
    return parsed;
  }

  private static double take(Map<String, Double> values, String name) {
    Double value = values.remove(name);
    return value == null ? 0 : value;
  }

  private static void check(String name, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new DrsnException("augmentation " + name + " is 0 to " + most + ", not " + value);
    }
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(flip ? "flip," : "");
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("crop", crop);
    values.put("rotate", rotate);
    values.put("scale", scale);
    values.put("brightness", brightness);
    values.put("contrast", contrast);
    values.put("noise", noise);
    values.put("erase", erase);
    values.forEach(
        (name, value) -> {
          if (value > 0) {
            String number =
                value == Math.rint(value) ? Long.toString(value.longValue()) : value.toString();
            text.append(name).append('=').append(number).append(',');
          }
        });
    return text.isEmpty() ? "none" : text.substring(0, text.length() - 1);
  }

  /**
   * A changed picture.
   *
   * @param pixels [S, S, C], 8 bits; stays as it is
   * @param size S
   * @param channels C
   * @param chance where the draws come from
   * @param x where [C, S, S] values from 0 to 1 go
   * @param at index of the first
   */
  void apply(byte[] pixels, int size, int channels, Chance chance, float[] x, int at) {
    warp(pixels, size, channels, chance, x, at);
    int n = size * size * channels;
    if (contrast > 0 || brightness > 0) {
      float gain = 1 + chance.uniform((float) -contrast, (float) contrast);
      float shift = chance.uniform((float) -brightness, (float) brightness);
      double sum = 0;
      for (int i = at; i < at + n; i++) {
        sum += x[i];
      }
      float mean = (float) (sum / n);
      for (int i = at; i < at + n; i++) {
        x[i] = within((x[i] - mean) * gain + mean + shift, 1);
      }
    }
    if (noise > 0) {
      float sigma = chance.uniform(0, (float) noise);
      for (int i = at; i < at + n; i++) {
        x[i] = within(x[i] + sigma * chance.normal(), 1);
      }
    }
    if (erase > 0 && chance.uniform() < erase) {
      erase(size, channels, chance, x, at);
    }
  }

  /** Mirror, shift, rotation and scale in one linear interpolation; edges are repeated. */
  private void warp(byte[] pixels, int size, int channels, Chance chance, float[] x, int at) {
    boolean mirrored = flip && chance.uniform() < 0.5f;
    double dx = crop > 0 ? chance.uniform((float) -crop, (float) crop) : 0;
    double dy = crop > 0 ? chance.uniform((float) -crop, (float) crop) : 0;
    double degrees = rotate > 0 ? chance.uniform((float) -rotate, (float) rotate) : 0;
    double zoom = scale > 0 ? 1 + chance.uniform((float) -scale, (float) scale) : 1;
    if (rotate == 0 && scale == 0) {
      // Whole pixels, so that a shift alone does not blur.
      dx = Math.rint(dx);
      dy = Math.rint(dy);
    }
    double angle = Math.toRadians(degrees);
    float cos = (float) (StrictMath.cos(angle) / zoom);
    float sin = (float) (StrictMath.sin(angle) / zoom);
    float middle = (size - 1) / 2f;
    float left = middle + (float) dx;
    float top = middle + (float) dy;
    int area = size * size;
    for (int v = 0; v < size; v++) {
      for (int u = 0; u < size; u++) {
        float p = (mirrored ? size - 1 - u : u) - middle;
        float q = v - middle;
        float sx = within(cos * p - sin * q + left, size - 1);
        float sy = within(sin * p + cos * q + top, size - 1);
        int x0 = (int) sx;
        int y0 = (int) sy;
        int right = x0 + 1 < size ? channels : 0;
        int below = y0 + 1 < size ? size * channels : 0;
        float fx = sx - x0;
        float fy = sy - y0;
        int from = (y0 * size + x0) * channels;
        for (int c = 0; c < channels; c++, from++) {
          float a = pixels[from] & 0xFF;
          float b = pixels[from + right] & 0xFF;
          float d = pixels[from + below] & 0xFF;
          float e = pixels[from + below + right] & 0xFF;
          float upper = a + fx * (b - a);
          float lower = d + fx * (e - d);
          x[at + c * area + v * size + u] = (upper + fy * (lower - upper)) / 255f;
        }
      }
    }
  }

  /** Not Math.clamp: it looks after NaN too, and that was most of the time spent here. */
  private static float within(float value, float most) {
    return value < 0 ? 0 : value > most ? most : value;
  }

  /** Zhong et al., "Random erasing data augmentation", AAAI 2020: here one random grey. */
  private static void erase(int size, int channels, Chance chance, float[] x, int at) {
    double share = chance.uniform(0.02f, 0.2f);
    double side = Math.sqrt(share) * size;
    // The ratio of the sides is 1:2 to 2:1; square roots are exact on every machine.
    double stretch = Math.sqrt(chance.uniform(0.5f, 2));
    int width = Math.clamp(Math.round(side * stretch), 1, size);
    int height = Math.clamp(Math.round(side / stretch), 1, size);
    int left = chance.below(size - width + 1);
    int top = chance.below(size - height + 1);
    float grey = chance.uniform();
    for (int c = 0; c < channels; c++) {
      for (int y = top; y < top + height; y++) {
        int row = at + (c * size + y) * size + left;
        java.util.Arrays.fill(x, row, row + width, grey);
      }
    }
  }
}
