package dev.drsn.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of every kind go to files and back; every kind of bad file is one clean line. */
class ImageTest {
  @TempDir Path dir;

  /** A smooth picture whose channels differ, so that swapped ones show. */
  static Image gradient(int height, int width, int channels) {
    Image image = Image.black(height, width, channels);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          int value = c == 0 ? 255 * x / width : c == 1 ? 255 * y / height : 40;
          image.pixels()[(y * width + x) * channels + c] = (byte) value;
        }
      }
    }
    return image;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void pngKeepsEveryBit(int channels) {
    Image image = gradient(37, 53, channels);
    Path file = dir.resolve("a.png");
    image.write(file);
    assertThat(Image.read(file)).isEqualTo(image);
    assertThat(dir.toFile().list()).containsExactly("a.png");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void jpegComesClose(int channels) {
    Image image = gradient(64, 48, channels);
    Path file = dir.resolve("a.JPG");
    image.write(file);
    Image back = Image.read(file);
    assertThat(back.channels()).isEqualTo(channels);
    assertThat(back.height()).isEqualTo(64);
    for (int i = 0; i < image.pixels().length; i++) {
      assertThat(back.pixels()[i] & 0xFF).isCloseTo(image.pixels()[i] & 0xFF, within(12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".bmp", ".tiff", ".webp", ".gif"})
  void otherFormatsAreRead(String format) {
    Image image = gradient(40, 30, 3);
    Image back = Image.decode(encode(image, format), "a" + format);
    assertThat(back.height()).isEqualTo(40);
    assertThat(back.width()).isEqualTo(30);
    assertThat(back.channels()).isEqualTo(3);
    int last = image.pixels().length - 3;
    assertThat(back.pixels()[last] & 0xFF).isCloseTo(image.pixels()[last] & 0xFF, within(40));
    assertThat(back.pixels()[last + 2] & 0xFF).isCloseTo(40, within(40));
  }

  @Test
  void aSinglePixelIsAPicture() {
    Image image = new Image(1, 1, 1, new byte[] {77});
    assertThat(Image.decode(image.toPng(), "a.png")).isEqualTo(image);
  }

  @Test
  void transparencyIsDroppedAndSixteenBitsBecomeEight() {
    byte[] rows = {0, (byte) 200, 99, 100, 99, 50, 99, 0, 0};
    Image image = Image.decode(png(1, 1, 16, 6, rows), "deep.png");
    assertThat(image).isEqualTo(new Image(1, 1, 3, new byte[] {(byte) 200, 100, 50}));
  }

  @Test
  void exifOrientationIsHonoured() {
    Image image = gradient(16, 32, 1);
    byte[] jpeg = encode(image, ".jpg");
    byte[] exif = {
      (byte) 0xFF,
      (byte) 0xE1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0,
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8,
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      6,
      0,
      0,
      0,
      0,
      0,
      0
    };
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(jpeg, 0, 2);
    file.writeBytes(exif);
    file.write(jpeg, 2, jpeg.length - 2);
    Image upright = Image.decode(file.toByteArray(), "turned.jpg");
    assertThat(upright.width()).isEqualTo(16);
    assertThat(upright.height()).isEqualTo(32);
    // Turned clockwise: what was left, dark, is now on top.
    assertThat(upright.pixels()[8] & 0xFF).isLessThan(40);
    assertThat(upright.pixels()[31 * 16 + 8] & 0xFF).isGreaterThan(200);
  }

  @Test
  void greyIsLumaAndComesBackInThreeEqualChannels() {
    Image rgb = new Image(1, 2, 3, new byte[] {(byte) 255, 0, 0, 10, 20, 30});
    assertThat(rgb.toGrey().pixels()).containsExactly(76, 18);
    assertThat(rgb.toGrey().toRgb().pixels()).containsExactly(76, 76, 76, 18, 18, 18);
    assertThat(rgb.toRgb()).isSameAs(rgb);
    assertThat(rgb.toGrey().toGrey()).isEqualTo(rgb.toGrey());
  }

  @Test
  void badFilesAreNamedInOneLine() throws IOException {
    byte[] png = gradient(30, 30, 3).toPng();
    byte[] jpeg = encode(gradient(30, 30, 3), ".jpg");
    byte[] flipped = png.clone();
    flipped[png.length / 2] ^= 4;
    fails("empty.png", new byte[0], "is empty");
    fails("text.jpg", "this is no picture\n".getBytes(StandardCharsets.UTF_8), "not an image");
    fails("short.png", Arrays.copyOf(png, png.length - 20), "truncated");
    fails("short.jpg", Arrays.copyOf(jpeg, jpeg.length - 20), "truncated");
    fails("head.jpg", Arrays.copyOf(jpeg, 3), "truncated");
    fails("head.png", Arrays.copyOf(png, 10), "truncated");
    fails("flipped.png", flipped, "checksum");
    fails("noframe.jpg", new byte[] {-1, (byte) 0xD8, -1, (byte) 0xD9}, "without a frame");
    fails("huge.png", png(20_000, 20_000, 8, 0, new byte[9]), "20000 x 20000");
    fails("nothing.png", png(0, 5, 8, 0, new byte[9]), "0 x 5");
    fails("wrong.png", png(4, 4, 8, 0, new byte[3]), "damaged PNG");
    byte[] bmp = encode(gradient(9, 9, 3), ".bmp");
    fails("short.bmp", Arrays.copyOf(bmp, 60), "damaged BMP");
    ByteBuffer.wrap(bmp)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putInt(18, 60_000)
        .putInt(22, 60_000);
    fails("huge.bmp", bmp, "60000 x 60000");
    byte[] tiff = encode(gradient(9, 9, 3), ".tiff");
    fails("short.tiff", Arrays.copyOf(tiff, 20), "truncated");
    byte[] webp = encode(gradient(9, 9, 3), ".webp");
    fails("short.webp", Arrays.copyOf(webp, webp.length / 2), "damaged WebP");
    Files.createDirectory(dir.resolve("folder.png"));
    assertThatThrownBy(() -> Image.read(dir.resolve("folder.png")))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("is a folder");
    assertThatThrownBy(() -> Image.read(dir.resolve("missing.png")))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("there is no file");
  }

  @Test
  void aFolderThatIsMissingOrAnUnknownEndingIsNamedOnWriting() {
    Image image = gradient(4, 4, 1);
    assertThatThrownBy(() -> image.write(dir.resolve("no/a.png")))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("a.png");
    assertThatThrownBy(() -> image.write(dir.resolve("a.xyz")))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining(".jpg");
  }

  private void fails(String name, byte[] bytes, String expected) throws IOException {
    Path file = dir.resolve(name);
    Files.write(file, bytes);
    assertThatThrownBy(() -> Image.read(file))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(expected)
        .message()
        .doesNotContain("\n");
  }

  static byte[] encode(Image image, String format) {
    try (Mat mat = image.toMat();
        BytePointer file = new BytePointer()) {
      assertThat(opencv_imgcodecs.imencode(format, mat, file)).isTrue();
      byte[] bytes = new byte[(int) file.limit()];
      file.get(bytes);
      return bytes;
    }
  }

  /** A PNG of our own making whose rows (filter byte first) are what is given. */
  private static byte[] png(int width, int height, int depth, int colour, byte[] rows) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    try (var deflate = new java.util.zip.DeflaterOutputStream(data)) {
      deflate.write(rows);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    byte[] ihdr = new byte[13];
    ByteBuffer.wrap(ihdr).putInt(width).putInt(height).put((byte) depth).put((byte) colour);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    chunk(file, "IHDR", ihdr);
    chunk(file, "IDAT", data.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String type, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(data.length + 12).putInt(data.length);
    chunk.put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
    CRC32 checksum = new CRC32();
    checksum.update(chunk.array(), 4, data.length + 4);
    file.writeBytes(chunk.putInt((int) checksum.getValue()).array());
  }
}
