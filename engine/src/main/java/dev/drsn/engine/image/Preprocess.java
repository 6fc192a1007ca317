package dev.drsn.engine.image;

import dev.drsn.engine.DrsnException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How a picture, or a face in it, becomes what a network reads. Training, evaluation and inference
 * all go through here, so that a picture gives the same bits in each; a model file carries these
 * settings.
 *
 * <p>Two steps. {@link #crop} cuts the face out and resizes it to {@code size x size} pixels of 8
 * bits: a picture one can look at. {@link #normalise} makes numbers of it:
 *
 * <pre>
 *   v = pixel / 255,   fixed:  (v - mean_c) / std_c,   image:  (v - mean(v)) / max(std(v), 1/64)
 * </pre>
 *
 * <p>The crop: a face's box is grown by {@code margin} times its longer side on every side, then to
 * a square around its centre; beyond the picture's edge its edge pixels are repeated. Without a
 * box, or with one that is the whole picture, it is the centre square of the picture and there is
 * no margin. With {@link Crop#STRETCH} nothing becomes square: box or picture are stretched to fit.
 * An axis that shrinks averages the area under each new pixel, one that grows interpolates
 * linearly.
 *
 * @param channels of the network's input: 1 (grey) or 3 (red, green, blue)
 * @param size height and width of the network's input in pixels
 * @param margin of a face's longer side, added on every side of its box; 0 to 2
 * @param mean a number a channel, for {@link Normalise#FIXED}; else empty
 * @param std a number a channel, above zero, for {@link Normalise#FIXED}; else empty
 */
public record Preprocess(
    int channels,
    int size,
    Crop crop,
    double margin,
    Normalise normalise,
    List<Float> mean,
    List<Float> std) {

  /** What becomes of a box or picture that is not a square. */
  public enum Crop {
    SQUARE,
    STRETCH
  }

  /** Where mean and standard deviation come from: the settings, or each crop itself. */
  public enum Normalise {
    FIXED,
    IMAGE
  }

  private static final String PREFIX = "preprocess.";
  private static final int MAX_SIZE = 4096;
  // A crop flatter than four grey levels is noise; more contrast than that is not put into it.
  private static final float MIN_STD = 1 / 64f;

  public Preprocess {
    if (channels != 1 && channels != 3) {
      throw new DrsnException("input has 1 or 3 channels, not " + channels);
    }
    if (size < 1 || size > MAX_SIZE) {
      throw new DrsnException("input size is 1 to " + MAX_SIZE + " pixels, not " + size);
    }
    if (!(margin >= 0 && margin <= 2)) {
      throw new DrsnException("the margin around a face is 0 to 2, not " + margin);
    }
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    int numbers = normalise == Normalise.FIXED ? channels : 0;
    if (mean.size() != numbers || std.size() != numbers) {
      throw new DrsnException(
          "mean and std have a number a channel with fixed normalisation and none otherwise: "
              + mean
              + " and "
              + std
              + " for "
              + channels);
    }
    for (int c = 0; c < numbers; c++) {
      if (!Float.isFinite(mean.get(c)) || !Float.isFinite(std.get(c)) || std.get(c) <= 0) {
        throw new DrsnException("mean is finite and std above zero, not " + mean + " and " + std);
      }
    }
  }

  /** Square crops without margin, each brought to zero mean and unit variance against lighting. */
  public static Preprocess perImage(int channels, int size) {
    return new Preprocess(channels, size, Crop.SQUARE, 0, Normalise.IMAGE, List.of(), List.of());
  }

  /** Square crops without margin, from -1 (black) to 1 (white). */
  public static Preprocess fixed(int channels, int size) {
    List<Float> half = channels == 1 ? List.of(0.5f) : List.of(0.5f, 0.5f, 0.5f);
    return new Preprocess(channels, size, Crop.SQUARE, 0, Normalise.FIXED, half, half);
  }

  /** What torchvision's ImageNet weights were trained with: colour, their mean and deviation. */
  public static Preprocess imageNet(int size) {
    return new Preprocess(
        3,
        size,
        Crop.SQUARE,
        0,
        Normalise.FIXED,
        List.of(0.485f, 0.456f, 0.406f),
        List.of(0.229f, 0.224f, 0.225f));
  }

  /** The same with another margin. */
  public Preprocess withMargin(double margin) {
    return new Preprocess(channels, size, crop, margin, normalise, mean, std);
  }

  /** Numbers of one input: {@code C H W}. */
  public int elements() {
    return channels * size * size;
  }

  /**
   * One network input of a picture: {@link #crop}, then {@link #normalise}.
   *
   * @param box of the face, or null for the whole picture
   * @param x where [C, H, W] floats go
   * @param at index of the first
   */
  public void apply(Image image, Box box, float[] x, int at) {
    normalise(crop(image, box).pixels(), 0, x, at);
  }

  /**
   * The face as the network will see it, before normalisation.
   *
   * @param box of the face, or null for the whole picture
   * @return {@code size x size} pixels, {@link #channels} each
   */
  public Image crop(Image image, Box box) {
    double x = 0;
    double y = 0;
    double width = image.width();
    double height = image.height();
    if (box != null && !box.equals(Box.of(image))) {
      double grown = 2 * margin * Math.max(box.width(), box.height());
      width = box.width() + grown;
      height = box.height() + grown;
      if (crop == Crop.SQUARE) {
        width = Math.max(width, height);
        height = width;
      }
      x = box.x() + (box.width() - width) / 2;
      y = box.y() + (box.height() - height) / 2;
    } else if (crop == Crop.SQUARE) {
      width = Math.min(image.width(), image.height());
      height = width;
      x = Math.floorDiv(image.width() - (int) width, 2);
      y = Math.floorDiv(image.height() - (int) height, 2);
    }
    Image source = channels == 3 ? image.toRgb() : image;
    return Resize.resize(source, x, y, width, height, size, channels);
  }

  /**
   * Numbers of a crop's pixels.
   *
   * @param pixels [H, W, C], 8 bits, as {@link #crop} makes them
   * @param from index of the first pixel
   * @param x where [C, H, W] floats go
   * @param at index of the first
   */
  public void normalise(byte[] pixels, int from, float[] x, int at) {
    int area = size * size;
    for (int c = 0; c < channels; c++) {
      for (int i = 0, p = from + c; i < area; i++, p += channels) {
        x[at + c * area + i] = (pixels[p] & 0xFF) / 255f;
      }
    }
    normalise(x, at);
  }

  /**
   * The second step on its own, for pictures that were changed after the crop.
   *
   * @param x [C, H, W] values from 0 (black) to 1 (white), replaced by their normalised ones
   * @param at index of the first
   */
  public void normalise(float[] x, int at) {
    int area = size * size;
    switch (normalise) {
      case FIXED -> {
        for (int c = 0; c < channels; c++) {
          standardise(x, at + c * area, area, mean.get(c), std.get(c));
        }
      }
      case IMAGE -> {
        int n = channels * area;
        double sum = 0;
        for (int i = at; i < at + n; i++) {
          sum += x[i];
        }
        double mean = sum / n;
        double squares = 0;
        for (int i = at; i < at + n; i++) {
          double d = x[i] - mean;
          squares += d * d;
        }
        float std = Math.max((float) Math.sqrt(squares / n), MIN_STD);
        standardise(x, at, n, (float) mean, std);
      }
    }
  }

  private static void standardise(float[] x, int at, int n, float mean, float std) {
    for (int i = at; i < at + n; i++) {
      x[i] = (x[i] - mean) / std;
    }
  }

  /** These settings as entries of a model file's metadata, all beginning {@code preprocess.}. */
  public SequencedMap<String, String> toMetadata() {
    SequencedMap<String, String> entries = new LinkedHashMap<>();
    entries.put(PREFIX + "channels", Integer.toString(channels));
    entries.put(PREFIX + "size", Integer.toString(size));
    entries.put(PREFIX + "crop", crop.name().toLowerCase(Locale.ROOT));
    entries.put(PREFIX + "margin", Double.toString(margin));
    entries.put(PREFIX + "normalise", normalise.name().toLowerCase(Locale.ROOT));
    if (normalise == Normalise.FIXED) {
      entries.put(PREFIX + "mean", join(mean));
      entries.put(PREFIX + "std", join(std));
    }
    return entries;
  }

  /**
   * The settings that {@link #toMetadata} wrote; other entries of the metadata are left alone.
   *
   * @throws DrsnException for a missing, unknown or unreadable {@code preprocess.} entry
   */
  public static Preprocess fromMetadata(Map<String, String> metadata) {
    Map<String, String> rest = new LinkedHashMap<>();
    metadata.forEach(
        (key, value) -> {
          if (key.startsWith(PREFIX)) {
            rest.put(key.substring(PREFIX.length()), value);
          }
        });
    int channels = (int) number(rest, "channels");
    int size = (int) number(rest, "size");
    Crop crop = oneOf(Crop.values(), rest, "crop");
    double margin = number(rest, "margin");
    Normalise normalise = oneOf(Normalise.values(), rest, "normalise");
    boolean isFixed = normalise == Normalise.FIXED;
    List<Float> mean = isFixed ? floats(rest, "mean") : List.of();
    List<Float> std = isFixed ? floats(rest, "std") : List.of();
    if (!rest.isEmpty()) {
      throw new DrsnException(
          "the model's metadata have unknown entries "
              + rest.keySet()
              + " under preprocess; use a newer drsn");
    }
    return new Preprocess(channels, size, crop, margin, normalise, mean, std);
  }

  private static String take(Map<String, String> entries, String key) {
    String value = entries.remove(key);
    if (value == null) {
      throw new DrsnException(
          "the model's metadata have no entry " + PREFIX + key + "; was it written by drsn?");
    }
    return value;
  }

  private static double number(Map<String, String> entries, String key) {
    return parse(take(entries, key), key);
  }

  private static double parse(String text, String key) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new DrsnException(
          "the model's metadata entry " + PREFIX + key + " is not a number: " + text, e);
    }
  }

  private static List<Float> floats(Map<String, String> entries, String key) {
    List<Float> values = new ArrayList<>();
    for (String text : take(entries, key).split(",", -1)) {
      values.add((float) parse(text, key));
    }
    return values;
  }

  private static <E extends Enum<E>> E oneOf(E[] all, Map<String, String> entries, String key) {
    String text = take(entries, key);
    for (E e : all) {
      if (e.name().toLowerCase(Locale.ROOT).equals(text)) {
        return e;
      }
    }
    throw new DrsnException("the model's metadata entry " + PREFIX + key + " is unknown: " + text);
  }

  private static String join(List<Float> values) {
    return String.join(",", values.stream().map(v -> Float.toString(v)).toList());
  }
}
