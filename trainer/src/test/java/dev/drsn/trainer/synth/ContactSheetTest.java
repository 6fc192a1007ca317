package dev.drsn.trainer.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.synth.ContactSheet.Row;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contact sheets: every picture in its row, its greys as they are, the class's name beside it. */
class ContactSheetTest {
  private static final int WHITE = 0xffffff;

  @TempDir Path dir;

  private static BufferedImage grey(int width, int height, int value) {
    byte[] pixels = new byte[width * height];
    Arrays.fill(pixels, (byte) value);
    return Png.grey(pixels, width, height);
  }

  @Test
  void greysStayAsTheyAre() {
    BufferedImage sheet =
        ContactSheet.draw(
            List.of(
                new Row("a", List.of(grey(32, 32, 10), grey(32, 32, 100))),
                new Row("b", List.of(grey(64, 64, 200)))),
            32);
    int right = sheet.getWidth() - 4;
    assertThat(sheet.getHeight()).isEqualTo(2 * 36 + 4);
    assertThat(at(sheet, right - 16, 20)).isEqualTo(0x646464);
    assertThat(at(sheet, right - 36 - 16, 20)).isEqualTo(0x0a0a0a);
    assertThat(at(sheet, right - 36 - 16, 56)).as("scaled").isEqualTo(0xc8c8c8);
    assertThat(at(sheet, right - 16, 56)).as("empty cell").isEqualTo(WHITE);
  }

  @Test
  void labelsStandAtTheLeft() {
    BufferedImage sheet = ContactSheet.draw(List.of(new Row("tired", List.of(grey(9, 9, 0)))), 40);
    int margin = sheet.getWidth() - 40 - 8;
    long dark = 0;
    for (int y = 0; y < sheet.getHeight(); y++) {
      for (int x = 0; x < margin; x++) {
        dark += (at(sheet, x, y) & 0xff) < 100 ? 1 : 0;
      }
    }
    assertThat(dark).isBetween(20L, 400L);
  }

  @Test
  void longPicturesKeepTheirShape() {
    BufferedImage sheet = ContactSheet.draw(List.of(new Row("x", List.of(grey(80, 40, 0)))), 40);
    int middle = sheet.getWidth() - 4 - 20;
    assertThat(at(sheet, middle, 4 + 20)).isZero();
    assertThat(at(sheet, middle, 4 + 5)).isEqualTo(WHITE);
    assertThat(at(sheet, middle, 4 + 35)).isEqualTo(WHITE);
  }

  @Test
  void writesPng() throws IOException {
    Path file = dir.resolve("sheet.png");
    List<Row> rows = List.of(new Row("a", List.of(grey(8, 8, 77))));
    ContactSheet.write(file, rows, 16);
    BufferedImage read = ImageIO.read(file.toFile());
    assertThat(read.getWidth()).isEqualTo(ContactSheet.draw(rows, 16).getWidth());
    assertThat(at(read, read.getWidth() - 12, 12)).isEqualTo(0x4d4d4d);
  }

  @Test
  void nothingToShowIsAnError() {
    assertThatThrownBy(() -> ContactSheet.draw(List.of(), 16))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("empty");
  }

  private static int at(BufferedImage image, int x, int y) {
    return image.getRGB(x, y) & WHITE;
  }
}
