package dev.drsn.trainer.synth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.trainer.synth.SynthDataset.Options;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Each level makes pictures harder in its own way, step by step, and changes nothing else. */
class LevelsTest {
  private static final int SIDE = 40;
  private static final int PICTURES = 42;

  private static SynthDataset at(Levels levels) {
    return new SynthDataset(new Options(PICTURES, 15, SIDE, 6, levels));
  }

  /** A measure of every level's pictures, averaged; it must rise from each level to the next. */
  private static void rises(IntFunction<Levels> levels, ToDoubleFunction<byte[][]> measure) {
    byte[][] clean = new byte[PICTURES][];
    double before = Double.NEGATIVE_INFINITY;
    for (int level = 0; level <= Levels.HIGHEST; level++) {
      SynthDataset drawn = at(levels.apply(level));
      double sum = 0;
      for (int i = 0; i < PICTURES; i++) {
        byte[] pixels = drawn.pixels(i);
        clean[i] = level == 0 ? pixels : clean[i];
        sum += measure.applyAsDouble(new byte[][] {clean[i], pixels});
      }
      assertThat(sum / PICTURES).as("level %d", level).isGreaterThan(before);
      before = sum / PICTURES;
    }
  }

  @Test
  void noiseAddsGrain() {
    rises(n -> new Levels(n, 0, 0, 0), p -> Pictures.sharpness(p[1], SIDE));
  }

  @Test
  void occlusionHidesMore() {
    rises(n -> new Levels(0, n, 0, 0), p -> Pictures.distance(p[0], p[1]));
  }

  @Test
  void lightingChangesMore() {
    rises(n -> new Levels(0, 0, n, 0), p -> Pictures.distance(p[0], p[1]));
  }

  @Test
  void poseStraysFurther() {
    rises(n -> new Levels(0, 0, 0, n), p -> Pictures.distance(p[0], p[1]));
  }

  @Test
  void levelZeroOfAllHasNothingInTheWay() {
    for (int i = 0; i < PICTURES; i++) {
      assertThat(person(new Levels(5, 0, 5, 5), i).occluders()).isEmpty();
    }
    Light light = Light.draw(0, new SplittableRandom(1));
    assertThat(light.x()).isZero();
    assertThat(light.exposure()).isEqualTo(1);
    assertThat(light.haze()).isZero();
  }

  @Test
  void otherLevelsLeaveThePoseAlone() {
    for (int i = 0; i < PICTURES; i++) {
      Person clean = person(new Levels(0, 0, 0, 2), i);
      Person hard = person(new Levels(5, 5, 5, 2), i);
      assertThat(hard.muscles()).isEqualTo(clean.muscles());
      assertThat(hard.k()).isEqualTo(clean.k());
      assertThat(hard.x()).isEqualTo(clean.x());
      assertThat(hard.y()).isEqualTo(clean.y());
    }
  }

  private static Person person(Levels levels, int index) {
    SynthDataset.Picture picture = at(levels).picture(index);
    return Person.posed(picture.subject(), picture.expression(), levels, 6, index, SIDE, 20, 20);
  }
}
