package dev.drsn.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.train.Schedule.Kind;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduleTest {

  private static final Offset<Double> CLOSE = within(1e-12);

  @Test
  void warmUpRisesEvenly() {
    Schedule schedule = Schedule.of(Kind.CONSTANT, 0.5);
    assertThat(schedule.factor(0, 8, 3)).isCloseTo(0.25, CLOSE);
    assertThat(schedule.factor(3, 8, 3)).isCloseTo(1, CLOSE);
    assertThat(schedule.factor(23, 8, 3)).isEqualTo(1);
  }

  @Test
  void cosineGoesFromOneThroughAHalfToZero() {
    Schedule schedule = Schedule.of(Kind.COSINE, 0);
    assertThat(schedule.factor(0, 10, 2)).isCloseTo(1, CLOSE);
    assertThat(schedule.factor(5, 10, 2)).isCloseTo(0.5 + Math.sqrt(0.125), CLOSE);
    assertThat(schedule.factor(10, 10, 2)).isCloseTo(0.5, CLOSE);
    assertThat(schedule.factor(20, 10, 2)).isCloseTo(0, CLOSE);
  }

  @Test
  void cosineBeginsAfterWarmUp() {
    Schedule schedule = Schedule.of(Kind.COSINE, 1);
    assertThat(schedule.factor(9, 10, 3)).isCloseTo(1, CLOSE);
    assertThat(schedule.factor(10, 10, 3)).isCloseTo(1, CLOSE);
    assertThat(schedule.factor(20, 10, 3)).isCloseTo(0.5, CLOSE);
  }

  @Test
  void stepsComeEverySoManyEpochs() {
    Schedule schedule = new Schedule(Kind.STEP, 0, 2, 0.1);
    assertThat(schedule.factor(19, 10, 6)).isEqualTo(1);
    assertThat(schedule.factor(20, 10, 6)).isCloseTo(0.1, CLOSE);
    assertThat(schedule.factor(40, 10, 6)).isCloseTo(0.01, CLOSE);
  }

  @Test
  void oneCycleRisesAndFalls() {
    Schedule schedule = Schedule.of(Kind.ONE_CYCLE, 0);
    assertThat(schedule.factor(0, 10, 10)).isCloseTo(0.04, CLOSE);
    assertThat(schedule.factor(15, 10, 10)).isCloseTo(0.52, CLOSE);
    assertThat(schedule.factor(30, 10, 10)).isCloseTo(1, CLOSE);
    assertThat(schedule.factor(65, 10, 10)).isCloseTo((1 + 4e-6) / 2, CLOSE);
    assertThat(schedule.factor(100, 10, 10)).isCloseTo(4e-6, CLOSE);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void isNeverAboveOneAndNeverBelowZero(Kind kind) {
    for (double warmup : new double[] {0, 0.3, 2, 50}) {
      for (int step = 0; step < 70; step++) {
        assertThat(Schedule.of(kind, warmup).factor(step, 7, 10)).isBetween(0.0, 1.0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void growsWhereEarlierRatesStay(Kind kind) {
    Schedule schedule = Schedule.of(kind, 1);
    boolean same = true;
    for (int step = 0; step < 40; step++) {
      same &= schedule.factor(step, 10, 4) == schedule.factor(step, 10, 8);
    }
    assertThat(schedule.mayGrow()).isEqualTo(same);
    assertThat(Kind.of(kind.label())).isEqualTo(kind);
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> Kind.of("cosin"))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("choose constant, cosine, step or one-cycle");
    assertThatThrownBy(() -> Schedule.of(Kind.COSINE, -1)).isInstanceOf(DrsnException.class);
    assertThatThrownBy(() -> new Schedule(Kind.STEP, 0, 0, 0.1)).isInstanceOf(DrsnException.class);
    assertThatThrownBy(() -> new Schedule(Kind.STEP, 0, 1, 2)).isInstanceOf(DrsnException.class);
  }
}
