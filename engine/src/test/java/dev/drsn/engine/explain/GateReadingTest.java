package dev.drsn.engine.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.op.Norm;
import dev.drsn.engine.op.Op;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Thresholds and zeros of activations small enough to do by hand. */
class GateReadingTest {

  private static final Offset<Float> CLOSE = within(1e-6f);
  private static final Tensor X =
      new Tensor(Shape.of(1, 2, 2, 2), new float[] {1, -2, 3, -0.5f, 0.25f, 0.5f, -0.25f, 0});

  private static Op.Shrinkage gate(boolean channelWise) {
    return new Op.Shrinkage(1, channelWise, Norm.NONE, false, false);
  }

  @Test
  void aThresholdAChannel() {
    // tau 0.75 and 0.25
    float[] y = {0.25f, -1.25f, 2.25f, 0, 0, 0.25f, 0, 0};
    GateReading reading = GateReading.of("layer1.0", gate(true), X, new Tensor(X.shape(), y));
    assertThat(reading.tau()).containsExactly(0.75f, 0.25f);
    assertThat(reading.magnitude()).containsExactly(1.625f, 0.25f);
    assertThat(reading.zeros()).isEqualTo(4);
    assertThat(reading.zeroShare()).isEqualTo(0.5);
    assertThat(reading.strength()).isEqualTo(1 / 1.875, within(1e-7));
    assertThat(reading.tau(0)).isEqualTo(0.25);
    assertThat(reading.tau(0.5)).isEqualTo(0.5);
    assertThat(reading.tau(1)).isEqualTo(0.75);
  }

  @Test
  void aSharedThresholdThatAChannelLiesBelow() {
    // tau 0.75: nothing of the second channel is left to read it off
    float[] y = {0.25f, -1.25f, 2.25f, 0, 0, 0, 0, 0};
    GateReading reading = GateReading.of("layer1.0", gate(false), X, new Tensor(X.shape(), y));
    assertThat(reading.tau()).isEqualTo(List.of(0.75f, 0.75f));
    assertThat(reading.zeroShare()).isEqualTo(5 / 8.0);
    assertThat((float) reading.strength()).isCloseTo(1.5f / 1.875f, CLOSE);
  }
}
