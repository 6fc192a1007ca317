package dev.drsn.trainer.synth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.synth.WebcamFrame.Face;
import java.awt.image.DataBufferByte;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames: as asked, repeatable, and with the faces where the boxes say. */
class WebcamFrameTest {
  private static final List<LearningExpression> THREE =
      List.of(LearningExpression.HAPPY, LearningExpression.TIRED, LearningExpression.FOCUSED);

  private static byte[] pixels(WebcamFrame frame) {
    return ((DataBufferByte) frame.image().getRaster().getDataBuffer()).getData();
  }

  @Test
  void facesAreAsAskedFromLeftToRight() {
    WebcamFrame frame = WebcamFrame.draw(1, 0, 640, 480, THREE, Levels.DEFAULT);
    assertThat(frame.image().getWidth()).isEqualTo(640);
    assertThat(frame.image().getHeight()).isEqualTo(480);
    assertThat(frame.faces()).extracting(Face::label).isEqualTo(THREE);
    assertThat(frame.faces()).extracting(Face::x).isSorted();
    for (Face face : frame.faces()) {
      assertThat(face.label().allows(face.expression())).isTrue();
      assertThat(face.side()).isBetween(120, 320);
      assertThat(face.x() + face.side() / 2).isBetween(0, 639);
      assertThat(face.y()).isBetween(0, 479 - face.side());
    }
  }

  @Test
  void sameNumberSameFrame() {
    WebcamFrame one = WebcamFrame.draw(1, 5, 320, 240, THREE, Levels.DEFAULT);
    WebcamFrame two = WebcamFrame.draw(1, 5, 320, 240, THREE, Levels.DEFAULT);
    WebcamFrame other = WebcamFrame.draw(1, 6, 320, 240, THREE, Levels.DEFAULT);
    assertThat(pixels(one)).isEqualTo(pixels(two)).isNotEqualTo(pixels(other));
    assertThat(one.faces()).isEqualTo(two.faces());
  }

  @Test
  void theBoxIsWhereTheFaceIs() {
    WebcamFrame happy =
        WebcamFrame.draw(1, 2, 320, 240, List.of(LearningExpression.HAPPY), Levels.CLEAN);
    WebcamFrame curious =
        WebcamFrame.draw(1, 2, 320, 240, List.of(LearningExpression.CURIOUS), Levels.CLEAN);
    assertThat(happy.faces().getFirst().x()).isEqualTo(curious.faces().getFirst().x());
    Face box = happy.faces().getFirst();
    byte[] a = pixels(happy);
    byte[] b = pixels(curious);
    long inside = 0;
    long outside = 0;
    for (int i = 0; i < a.length; i++) {
      int x = i % 320 - box.x();
      int y = i / 320 - box.y();
      boolean within = x >= 0 && y >= 0 && x < box.side() && y < box.side();
      int change = Math.abs((a[i] & 0xff) - (b[i] & 0xff));
      inside += within ? change : 0;
      outside += within ? 0 : change;
    }
    assertThat(inside).as("another expression changes the face").isGreaterThan(10_000);
    assertThat(outside).as("and little else").isLessThan(inside / 20);
  }

  @Test
  void impossibleFramesAreRefused() {
    assertThatThrownBy(() -> WebcamFrame.draw(1, 0, 640, 480, List.of(), Levels.CLEAN))
        .isInstanceOf(DrsnException.class)
        .hasMessage("0 faces do not fit into a frame: ask for 1 to 4");
    assertThatThrownBy(() -> WebcamFrame.draw(1, 0, 40, 480, THREE, Levels.CLEAN))
        .isInstanceOf(DrsnException.class)
        .hasMessage("a frame of 40 x 480 is too small: ask for at least 64 x 64");
  }
}
