package dev.drsn.engine.image;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * A picture: 8-bit pixels on the Java heap, row by row, the channels of a pixel side by side; pixel
 * (x, y), channel c is {@code pixels[(y * width + x) * channels + c]}.
 *
 * <p>The array is not copied: who makes an image hands its array over.
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 */
public record Image(int height, int width, int channels, byte[] pixels) {
  private static final long MAX_FILE_BYTES = 256L << 20;

  public Image {
    if (height < 1 || width < 1 || (channels != 1 && channels != 3)) {
      throw new IllegalArgumentException(
          "not an image: " + height + " x " + width + " x " + channels);
    }
    if (pixels.length != Math.multiplyExact(Math.multiplyExact(height, width), channels)) {
      throw new IllegalArgumentException(
          height + " x " + width + " x " + channels + " pixels in " + pixels.length + " bytes");
    }
  }

  /** A black image. */
  public static Image black(int height, int width, int channels) {
    return new Image(height, width, channels, new byte[height * width * channels]);
  }

  /**
   * Loads what reads and writes pictures, if that has not happened yet: in a thread of its own the
   * first picture need not wait for it.
   */
  public static void prepare() {
    OpenCv.load();
  }

  /**
   * Reads JPEG, PNG, BMP, GIF (its first frame), TIFF or WebP; grey files give one channel, all
   * others three; 16 bits become 8; transparency is dropped; EXIF's orientation is honoured.
   *
   * @throws DrsnException naming the file: missing, empty, no image, truncated, damaged, above 64
   *     megapixels
   */
  public static Image read(Path file) {
    return decode(readBytes(file), file.toString());
  }

  /** The bytes of an image file, undecoded, with the errors of {@link #read} for a missing one. */
  public static byte[] readBytes(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw new DrsnException(file + " is a folder, not an image");
      }
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new DrsnException(
            file + " is larger than " + (MAX_FILE_BYTES >> 20) + " MB; is it an image?");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new DrsnException("there is no file " + file + "; is the path right?", e);
    } catch (IOException e) {
      throw new DrsnException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Decodes an image file's bytes; see {@link #read}.
   *
   * @param name how errors call it
   */
  public static Image decode(byte[] file, String name) {
    ImageHeader header = ImageHeader.read(file, name);
    OpenCv.load();
    try (BytePointer bytes = new BytePointer(file);
        Mat encoded = new Mat(1, file.length, opencv_core.CV_8UC1, bytes);
        Mat decoded = opencv_imgcodecs.imdecode(encoded, opencv_imgcodecs.IMREAD_ANYCOLOR)) {
      if (decoded.empty()) {
        throw damaged(header, name, null);
      }
      return fromMat(decoded);
    } catch (RuntimeException e) {
      throw e instanceof DrsnException ? e : damaged(header, name, e);
    }
  }

  /**
   * Writes PNG or JPEG (quality 95), as the file's name says. The file appears whole or not at all.
   */
  public void write(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    String format =
        name.endsWith(".png")
            ? ".png"
            : name.endsWith(".jpg") || name.endsWith(".jpeg") ? ".jpg" : null;
    if (format == null) {
      throw new DrsnException(file + ": images are written as .png, .jpg or .jpeg");
    }
    byte[] bytes = encode(format);
    AtomicFile.write(file, out -> out.write(bytes));
  }

  /** This image as the bytes of a PNG file. */
  public byte[] toPng() {
    return encode(".png");
  }

  /** A small copy as the bytes of a JPEG file: at most so many pixels wide. */
  public byte[] toJpeg(int mostWidth) {
    if (width <= mostWidth) {
      return encode(".jpg");
    }
    int rows = Math.max(1, Math.round((float) height * mostWidth / width));
    try (Mat whole = toMat();
        Mat small = new Mat();
        Size size = new Size(mostWidth, rows)) {
      opencv_imgproc.resize(whole, small, size, 0, 0, opencv_imgproc.INTER_AREA);
      return encode(small, ".jpg");
    }
  }

  /**
   * What JPEG leaves of this image.
   *
   * @param quality 0 to 100
   */
  public Image throughJpeg(int quality) {
    try (Mat mat = toMat();
        BytePointer file = new BytePointer();
        IntPointer settings = new IntPointer(opencv_imgcodecs.IMWRITE_JPEG_QUALITY, quality)) {
      opencv_imgcodecs.imencode(".jpg", mat, file, settings);
      byte[] bytes = new byte[Math.toIntExact(file.limit())];
      file.get(bytes);
      return decode(bytes, "a JPEG of quality " + quality);
    }
  }

  /** One channel: luma of ITU-R BT.601, rounded; this very image if it is grey already. */
  public Image toGrey() {
    if (channels == 1) {
      return this;
    }
    byte[] grey = new byte[height * width];
    for (int i = 0, p = 0; i < grey.length; i++, p += 3) {
      grey[i] = (byte) luma(pixels, p);
    }
    return new Image(height, width, 1, grey);
  }

  /** Three channels, equal if this is grey; this very image if it has three already. */
  public Image toRgb() {
    if (channels == 3) {
      return this;
    }
    byte[] rgb = new byte[3 * pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      Arrays.fill(rgb, 3 * i, 3 * i + 3, pixels[i]);
    }
    return new Image(height, width, 3, rgb);
  }

  /** The grey of the RGB pixel at index p, 0 to 255. */
  static int luma(byte[] pixels, int p) {
    int sum =
        299 * (pixels[p] & 0xFF) + 587 * (pixels[p + 1] & 0xFF) + 114 * (pixels[p + 2] & 0xFF);
    return (sum + 500) / 1000;
  }

  /** OpenCV's matrix (8-bit, grey or BGR) as an image of our own memory. */
  static Image fromMat(Mat mat) {
    Image image =
        new Image(
            mat.rows(),
            mat.cols(),
            mat.channels(),
            new byte[Math.toIntExact(mat.total() * mat.channels())]);
    mat.data().get(image.pixels);
    image.swapRedAndBlue();
    return image;
  }

  /** A copy of these pixels as OpenCV's matrix (8-bit, grey or BGR); the caller closes it. */
  Mat toMat() {
    OpenCv.load();
    Image bgr = new Image(height, width, channels, pixels.clone());
    bgr.swapRedAndBlue();
    Mat mat = new Mat(height, width, channels == 1 ? opencv_core.CV_8UC1 : opencv_core.CV_8UC3);
    mat.data().put(bgr.pixels);
    return mat;
  }

  private void swapRedAndBlue() {
    for (int i = 0; channels == 3 && i < pixels.length; i += 3) {
      byte first = pixels[i];
      pixels[i] = pixels[i + 2];
      pixels[i + 2] = first;
    }
  }

  private byte[] encode(String format) {
    try (Mat mat = toMat()) {
      return encode(mat, format);
    }
  }

  private static byte[] encode(Mat mat, String format) {
    try (BytePointer file = new BytePointer()) {
      opencv_imgcodecs.imencode(format, mat, file);
      byte[] bytes = new byte[Math.toIntExact(file.limit())];
      file.get(bytes);
      return bytes;
    }
  }

  private static DrsnException damaged(ImageHeader header, String name, Exception cause) {
    return new DrsnException(
        name + " is a damaged " + header.format() + ": it cannot be decoded; copy it again", cause);
  }

  /** Equal when extents and all pixels are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Image that
        && height == that.height
        && width == that.width
        && channels == that.channels
        && Arrays.equals(pixels, that.pixels);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * height + width) + Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return "Image " + width + " x " + height + (channels == 1 ? " grey" : " RGB");
  }
}
