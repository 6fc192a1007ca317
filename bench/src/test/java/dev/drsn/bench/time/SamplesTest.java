package dev.drsn.bench.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SamplesTest {

  @Test
  void quantilesLieBetweenNeighbours() {
    Samples samples = new Samples(4, 1, 3, 2);
    assertThat(samples.median()).isEqualTo(2.5);
    assertThat(samples.quantile(0)).isEqualTo(1);
    assertThat(samples.quantile(1)).isEqualTo(4);
    assertThat(samples.quantile(0.1)).isCloseTo(1.3, org.assertj.core.data.Offset.offset(1e-12));
    assertThat(new Samples(7).quantile(0.9)).isEqualTo(7);
  }

  @Test
  void keepsTheOrderAndGrows() {
    Samples samples = new Samples();
    for (int i = 0; i < 1000; i++) {
      samples.add(1000 - i);
    }
    assertThat(samples.count()).isEqualTo(1000);
    assertThat(samples.all()).startsWith(1000, 999).endsWith(2, 1);
    assertThat(samples.latest(3).all()).containsExactly(3, 2, 1);
    assertThat(samples.median()).isEqualTo(500.5);
  }

  @Test
  void nothingTimedHasNoMedian() {
    assertThatThrownBy(new Samples()::median).hasMessageContaining("no runs");
  }
}
