package dev.drsn.bench.time;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTest {

  @Test
  void busyIsAllButIdleAndWaiting() {
    assertThat(Others.busySeconds("cpu  100 20 30 5000 600 1 2 3 900 900")).isEqualTo(1.56);
  }

  @Test
  void aFusedMultiplyAddLoopComesSomewhereNearWhatProcessorsDo() {
    assertThat(Roof.fmaGflops(1)).isBetween(0.01, 2000.0);
  }
}
