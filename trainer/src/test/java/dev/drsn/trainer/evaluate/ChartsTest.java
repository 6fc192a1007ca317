package dev.drsn.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf("dev.drsn.trainer.evaluate.Charts#possible")
class ChartsTest {

  @TempDir private Path folder;

  private static Evaluation evaluation(int classes, int images) {
    List<String> labels =
        IntStream.range(0, classes).mapToObj(k -> "a rather long name of class " + k).toList();
    Tally tally = new Tally(labels);
    float[] row = new float[classes];
    for (int i = 0; i < images; i++) {
      java.util.Arrays.fill(row, 0.2f / classes);
      row[i % classes] += 0.8f;
      tally.add(i % classes, row, 0);
    }
    return tally.result(1);
  }

  private BufferedImage draw(int classes, int images, String name) throws Exception {
    Charts.write(evaluation(classes, images), folder);
    return ImageIO.read(folder.resolve(name).toFile());
  }

  /** How much of a picture has a colour; a chart that lost its content shows almost none of it. */
  private static double share(BufferedImage image, int rgb) {
    int same = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        same += (image.getRGB(x, y) & 0xFFFFFF) == rgb ? 1 : 0;
      }
    }
    return (double) same / image.getWidth() / image.getHeight();
  }

  @Test
  void confusionFillsTheDiagonal() throws Exception {
    BufferedImage image = draw(8, 80, "confusion.png");
    double full = share(image, 0x084A91);
    double empty = share(image, 0xF4F8FC);
    assertThat(full).isGreaterThan(0.02);
    assertThat(empty / full).isBetween(6.0, 9.0);
  }

  @Test
  void classesAreBarsOfFullLength() throws Exception {
    BufferedImage image = draw(3, 30, "classes.png");
    assertThat(share(image, 0x0072B2)).isGreaterThan(0.05);
    assertThat(share(image, 0x009E73)).isGreaterThan(0.05);
  }

  @Test
  void calibrationShowsTheBin() throws Exception {
    assertThat(share(draw(3, 30, "calibration.png"), 0x0072B2)).isGreaterThan(0.01);
  }

  @Test
  void anyNumberOfClassesAndNoImagesAtAllCanBeDrawn() throws Exception {
    assertThat(draw(2, 0, "confusion.png").getWidth()).isBetween(300, 1400);
    assertThat(draw(60, 60, "confusion.png").getWidth()).isBetween(300, 1400);
  }
}
