package dev.drsn.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AnswerTest {
  private static final Answer EXPECTED = Answer.logits(new float[] {3, 4});

  @Test
  void saysHowFarApart() {
    Answer near = Answer.logits(new float[] {3, 4.0002f});
    assertThat(near.check("peer", EXPECTED)).isCloseTo(4e-5, Offset.offset(1e-6));
    assertThat(EXPECTED.check("peer", EXPECTED)).isZero();
  }

  @Test
  void refusesInOneLineWhatIsTooFarApart() {
    Answer far = Answer.logits(new float[] {3, 4.01f});
    assertThatThrownBy(() -> far.check("peer", EXPECTED))
        .hasMessage(
            "peer differs from drsn by 2.0e-03 relative L2 (difference) where 1e-04 is allowed;"
                + " nothing was timed");
  }

  @Test
  void refusesOtherLengthsAndWhatIsNoNumber() {
    assertThatThrownBy(() -> Answer.logits(new float[3]).check("peer", EXPECTED))
        .hasMessage("peer gives 3 numbers where drsn gives 2; nothing was timed");
    assertThatThrownBy(() -> Answer.logits(new float[] {3, Float.NaN}).check("peer", EXPECTED))
        .hasMessageContaining("differs from drsn by NaN");
  }

  @Test
  void gradientsAreOneAnswer() {
    Answer gradients = Answer.gradients(List.of(new float[] {1}, new float[] {2, 3}));
    assertThat(gradients.numbers()).containsExactly(1, 2, 3);
  }
}
