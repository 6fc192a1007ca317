package dev.drsn.engine.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The map of numbers small enough to do by hand. */
class GradCamTest {

  private static final Shape TWO = Shape.of(1, 2, 2, 2);

  @Test
  void weightsAreMeansAndTheSumIsCutAtZero() {
    Tensor a = new Tensor(TWO, new float[] {1, 2, 3, 4, 5, 0, 1, 0});
    Tensor da = new Tensor(TWO, new float[] {4, 0, 0, 0, -1, -1, -1, -1});
    // w = (1, -1): 1 - 5, 2 - 0, 3 - 1, 4 - 0
    GradCam map = GradCam.of(a, da);
    assertThat(map).isEqualTo(new GradCam(2, 2, List.of(0f, 2f, 2f, 4f)));
    assertThat(map.most()).isEqualTo(4);
  }

  @Test
  void itIsEnlargedLinearlyBetweenTheMiddlesOfItsFields() {
    GradCam map = new GradCam(2, 2, List.of(0f, 4f, 0f, 2f));
    float[] large = map.over(4);
    assertThat(large)
        .containsExactly(
            new float[] {
              0, 0.25f, 0.75f, 1, //
              0, 0.21875f, 0.65625f, 0.875f, //
              0, 0.15625f, 0.46875f, 0.625f, //
              0, 0.125f, 0.375f, 0.5f
            },
            within(1e-6f));
    assertThat(map.over(2)).containsExactly(0, 1, 0, 0.5f);
  }

  @Test
  void aMapOfOneFieldAndAnEmptyOne() {
    assertThat(new GradCam(1, 1, List.of(3f)).over(2)).containsOnly(1);
    assertThat(new GradCam(1, 2, List.of(0f, 0f)).over(2)).containsOnly(0);
  }
}
