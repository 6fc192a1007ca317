package dev.drsn.trainer.synth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.trainer.synth.Expression.Brows;
import dev.drsn.trainer.synth.Expression.Eyes;
import dev.drsn.trainer.synth.Expression.Gaze;
import dev.drsn.trainer.synth.Expression.Head;
import dev.drsn.trainer.synth.Expression.Mouth;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Table 1 of the paper, written out a second time, against what is drawn. */
class LearningExpressionTest {
  private static final int DRAWS = 500;

  /** What each class was seen to do in many draws. */
  private record Seen(
      EnumSet<Mouth> mouths,
      EnumSet<Eyes> eyes,
      EnumSet<Brows> brows,
      EnumSet<Head> heads,
      EnumSet<Gaze> gazes) {

    static Seen of(LearningExpression label) {
      Seen seen =
          new Seen(
              EnumSet.noneOf(Mouth.class),
              EnumSet.noneOf(Eyes.class),
              EnumSet.noneOf(Brows.class),
              EnumSet.noneOf(Head.class),
              EnumSet.noneOf(Gaze.class));
      SplittableRandom random = new SplittableRandom(3);
      for (int i = 0; i < DRAWS; i++) {
        Expression e = label.draw(random);
        seen.mouths.add(e.mouth());
        seen.eyes.add(e.eyes());
        seen.brows.add(e.brows());
        seen.heads.add(e.head());
        seen.gazes.add(e.gaze());
      }
      return seen;
    }
  }

  @Test
  void classesStandInTheOrderOfTable1() {
    assertThat(LearningExpression.labels())
        .containsExactly("focused", "distracted", "curious", "confused", "tired", "happy");
  }

  @Test
  void focused() {
    assertThat(Seen.of(LearningExpression.FOCUSED))
        .isEqualTo(
            new Seen(
                EnumSet.of(Mouth.CLOSED),
                EnumSet.of(Eyes.OPEN),
                EnumSet.of(Brows.NATURAL),
                EnumSet.of(Head.AHEAD),
                EnumSet.of(Gaze.SCREEN)));
  }

  @Test
  void distracted() {
    assertThat(Seen.of(LearningExpression.DISTRACTED))
        .isEqualTo(
            new Seen(
                EnumSet.of(Mouth.CLOSED),
                EnumSet.of(Eyes.OPEN),
                EnumSet.of(Brows.NATURAL, Brows.LOWERED),
                EnumSet.of(Head.LEFT, Head.RIGHT, Head.DOWN),
                EnumSet.of(Gaze.LEFT, Gaze.RIGHT, Gaze.DOWN)));
  }

  @Test
  void curious() {
    assertThat(Seen.of(LearningExpression.CURIOUS))
        .isEqualTo(
            new Seen(
                EnumSet.of(Mouth.OPEN),
                EnumSet.of(Eyes.WIDENED),
                EnumSet.of(Brows.RAISED),
                EnumSet.of(Head.AHEAD),
                EnumSet.of(Gaze.SCREEN)));
  }

  @Test
  void confused() {
    assertThat(Seen.of(LearningExpression.CONFUSED))
        .isEqualTo(
            new Seen(
                EnumSet.of(Mouth.CLOSED, Mouth.CORNERS_DOWN),
                EnumSet.of(Eyes.OPEN),
                EnumSet.of(Brows.FROWNING),
                EnumSet.of(Head.AHEAD, Head.DOWN),
                EnumSet.of(Gaze.SCREEN, Gaze.DOWN)));
  }

  @Test
  void tired() {
    assertThat(Seen.of(LearningExpression.TIRED))
        .isEqualTo(
            new Seen(
                EnumSet.of(Mouth.OPEN, Mouth.YAWNING),
                EnumSet.of(Eyes.NARROW, Eyes.CLOSED),
                EnumSet.of(Brows.NATURAL, Brows.RAISED),
                EnumSet.of(Head.UP, Head.DOWN),
                EnumSet.of(Gaze.UP, Gaze.DOWN)));
  }

  @Test
  void happy() {
    assertThat(Seen.of(LearningExpression.HAPPY))
        .isEqualTo(
            new Seen(
                EnumSet.of(Mouth.CORNERS_RAISED, Mouth.SMILING),
                EnumSet.of(Eyes.OPEN),
                EnumSet.of(Brows.NATURAL),
                EnumSet.of(Head.AHEAD),
                EnumSet.of(Gaze.SCREEN)));
  }

  @ParameterizedTest
  @EnumSource(LearningExpression.class)
  void noDrawFitsAnotherClass(LearningExpression label) {
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < DRAWS; i++) {
      Expression e = label.draw(random);
      for (LearningExpression other : LearningExpression.values()) {
        assertThat(other.allows(e)).as("%s allows %s", other, e).isEqualTo(other == label);
      }
    }
  }

  @Test
  void whoTurnsAwayLooksThatWay() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < DRAWS; i++) {
      Expression e = LearningExpression.DISTRACTED.draw(random);
      assertThat(e.gaze()).isEqualTo(e.head().following());
    }
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void theHeadTurnsWhereTheFeatureSays(Head head) {
    for (int i = 0; i < 50; i++) {
      Muscles m = muscles(Mouth.CLOSED, Eyes.OPEN, Brows.NATURAL, head, head.following(), 5, i);
      double limit = Math.toRadians(12);
      switch (head) {
        case AHEAD -> assertThat(Math.abs(m.yaw())).isLessThan(limit);
        case LEFT -> assertThat(m.yaw()).isLessThan(-limit);
        case RIGHT -> assertThat(m.yaw()).isGreaterThan(limit);
        case UP -> assertThat(m.pitch()).isGreaterThan(Math.toRadians(7.5));
        case DOWN -> assertThat(m.pitch()).isLessThan(-Math.toRadians(6.5));
      }
    }
  }

  @Test
  void eyesStayOnTheScreenWhenTheHeadIsLowered() {
    Muscles m = muscles(Mouth.CLOSED, Eyes.OPEN, Brows.FROWNING, Head.DOWN, Gaze.SCREEN, 0, 1);
    assertThat(m.pitch()).isLessThan(0);
    assertThat(m.eyePitch()).isGreaterThan(0);
  }

  @Test
  void musclesFollowTheFeatures() {
    Muscles neutral =
        muscles(Mouth.CLOSED, Eyes.OPEN, Brows.NATURAL, Head.AHEAD, Gaze.SCREEN, 0, 1);
    Muscles curious =
        muscles(Mouth.OPEN, Eyes.WIDENED, Brows.RAISED, Head.AHEAD, Gaze.SCREEN, 0, 1);
    Muscles asleep =
        muscles(Mouth.YAWNING, Eyes.CLOSED, Brows.NATURAL, Head.AHEAD, Gaze.SCREEN, 0, 1);
    Muscles happy = muscles(Mouth.SMILING, Eyes.OPEN, Brows.NATURAL, Head.AHEAD, Gaze.SCREEN, 0, 1);
    Muscles sad =
        muscles(Mouth.CORNERS_DOWN, Eyes.OPEN, Brows.FROWNING, Head.AHEAD, Gaze.SCREEN, 0, 1);
    assertThat(neutral.mouthGap()).isZero();
    assertThat(curious.mouthGap()).isBetween(0.05, asleep.mouthGap());
    assertThat(curious.eyeOpen()).isGreaterThan(neutral.eyeOpen() + 0.2);
    assertThat(curious.browLift()).isGreaterThan(neutral.browLift() + 0.05);
    assertThat(asleep.eyeOpen()).isZero();
    assertThat(happy.cornerLift()).isGreaterThan(neutral.cornerLift() + 0.05);
    assertThat(sad.cornerLift()).isLessThan(neutral.cornerLift() - 0.05);
    assertThat(sad.browFrown()).isGreaterThan(0.5);
  }

  private static Muscles muscles(
      Mouth mouth, Eyes eyes, Brows brows, Head head, Gaze gaze, int pose, int index) {
    return Muscles.of(
        Subject.draw(1, 0),
        new Expression(mouth, eyes, brows, head, gaze, 0.9),
        pose,
        new SplittableRandom(index),
        new SplittableRandom(index + 1000));
  }
}
