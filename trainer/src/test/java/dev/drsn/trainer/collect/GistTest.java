package dev.drsn.trainer.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Landmarks;
import java.util.function.IntBinaryOperator;
import org.junit.jupiter.api.Test;

/** Hashes and quality of pictures of which one knows what they must be. */
class GistTest {
  private static final Face FACE = new Face(new Box(0, 0, 64, 64), 1);

  private static Image picture(int side, IntBinaryOperator grey) {
    byte[] pixels = new byte[side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Math.clamp(grey.applyAsInt(i % side, i / side), 0, 255);
    }
    return new Image(side, side, 1, pixels);
  }

  @Test
  void aRampToTheRightSetsAllBitsAndOneToTheLeftNone() {
    DifferenceHash up = DifferenceHash.of(picture(136, (x, _) -> x));
    DifferenceHash down = DifferenceHash.of(picture(136, (x, _) -> 200 - x));
    assertThat(up.toString()).isEqualTo("f".repeat(64));
    assertThat(down.toString()).isEqualTo("0".repeat(64));
    assertThat(up.distance(down)).isEqualTo(256);
    assertThat(DifferenceHash.parse(up.toString())).isEqualTo(up);
  }

  @Test
  void aBitIsItsPlace() {
    // One bright block of 17 x 17: the step up before it sets a bit, the one after it does not.
    Image block = picture(17, (x, y) -> x == 5 && y == 4 ? 255 : 0);
    assertThat(DifferenceHash.of(block)).isEqualTo(new DifferenceHash(0, 1L << 4, 0, 0));
  }

  @Test
  void lightChangesNothing() {
    IntBinaryOperator waves = (x, y) -> (int) (100 + 80 * Math.sin(x / 7.0) * Math.cos(y / 9.0));
    DifferenceHash hash = DifferenceHash.of(picture(128, waves));
    Image darker = picture(128, (x, y) -> waves.applyAsInt(x, y) / 2 + 10);
    assertThat(hash.distance(DifferenceHash.of(darker))).isLessThan(8);
  }

  @Test
  void whatIsNoHash() {
    assertThatThrownBy(() -> DifferenceHash.parse("12"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DifferenceHash.parse("g".repeat(64)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aChessboardIsSharpAndARampIsNot() {
    // Laplacian of a board of +-1/2: each neighbour differs by 1, four of them: deviation 4, std
    // 1/2.
    Quality board = Quality.of(picture(64, (x, y) -> (x + y) % 2 * 255), FACE);
    assertThat(board.sharpness()).isCloseTo(8, within(0.01));
    assertThat(board.brightness()).isCloseTo(0.5, within(1e-9));
    assertThat(board.contrast()).isCloseTo(0.5, within(1e-9));
    Quality ramp = Quality.of(picture(64, (x, _) -> 3 * x), FACE);
    assertThat(ramp.sharpness()).isLessThan(1e-6);
    assertThat(ramp.suffices(0.1)).isFalse();
    assertThat(board.suffices(0.1)).isTrue();
  }

  @Test
  void lessLightIsNotLessSharp() {
    Quality bright = Quality.of(picture(64, (x, y) -> x % 4 * 60 + y % 3 * 20), FACE);
    Quality dark = Quality.of(picture(64, (x, y) -> x % 4 * 15 + y % 3 * 5), FACE);
    assertThat(dark.sharpness()).isCloseTo(bright.sharpness(), within(1e-9));
    assertThat(dark.brightness()).isLessThan(bright.brightness());
  }

  @Test
  void darknessHasNoQuality() {
    Quality black = Quality.of(picture(64, (_, _) -> 0), FACE);
    assertThat(black.sharpness()).isZero();
    assertThat(black.suffices(0)).isFalse();
    assertThat(black.roll()).isNaN();
    Face tilted = new Face(FACE.box(), 1, new Landmarks(10, 10, 20, 20, 15, 25));
    assertThat(Quality.of(picture(64, (x, _) -> x), tilted).roll()).isCloseTo(45, within(1e-9));
  }
}
