package dev.drsn.engine.op;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.engine.op.FaultyReference.Fault;
import dev.drsn.engine.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The parity test finds what it is there to find. */
class ParityItselfTest {

  private static final OpCase TEST =
      OpCase.of(
          new Op.Convolution(3, Window.square(3, 1, 1), false),
          List.of(Shape.of(3, 2, 4, 5)),
          List.of(Values.GAUSSIAN));

  private final Parity parity = new Parity(TEST, TestBackends.judge());

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "Y_HAS_ANOTHER_LAST_BIT")
  void findsFault(Fault fault) {
    assertThatThrownBy(() -> parity.check(new FaultyReference(fault)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(TEST.toString());
  }

  @Test
  void forgivesRoundingExceptBetweenNumbersOfThreads() {
    FaultyReference rounded = new FaultyReference(Fault.Y_HAS_ANOTHER_LAST_BIT);
    assertThatCode(() -> parity.check(rounded)).doesNotThrowAnyException();
    assertThatThrownBy(() -> parity.checkSame(List.of(new PaddedReference(), rounded)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("y differs");
  }
}
