package dev.drsn.trainer.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.Image;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangesTest {
  private static final Face FACE = new Face(new Box(0, 0, 64, 64), 1);
  private static final Quality GOOD = new Quality(0.5, 0.5, 0.2, Double.NaN, Double.NaN);
  private static final Quality BLURRED = new Quality(0.05, 0.5, 0.2, Double.NaN, Double.NaN);

  private final Changes changes = new Changes(0.1, 5, 0.1);
  private final List<Double> chosen = new ArrayList<>();

  /** A look of that angle in a plane: d between two is one minus the cosine of the difference. */
  private static Sighting at(double seconds, double degrees, Quality quality) {
    float[] look = new float[Hog.SIZE];
    look[0] = (float) Math.cos(Math.toRadians(degrees));
    look[1] = (float) Math.sin(Math.toRadians(degrees));
    return new Sighting(Image.black(64, 64, 1), FACE, seconds, 0, quality, look);
  }

  private void add(double seconds, double degrees) {
    add(at(seconds, degrees, GOOD));
  }

  private void add(Sighting next) {
    keep(changes.add(next));
  }

  private void keep(Sighting one) {
    if (one != null) {
      chosen.add(one.seconds());
    }
  }

  @Test
  void theDistanceIsOneMinusTheCosine() {
    float[] look = at(0, 60, GOOD).look();
    double[] direction = new double[Hog.SIZE];
    direction[0] = 7;
    assertThat(Changes.distance(look, direction)).isCloseTo(0.5, within(1e-6));
    assertThat(Changes.distance(look, new double[Hog.SIZE])).isEqualTo(1);
  }

  @Test
  void aChangeThatLastsEndsAStretchAndTheFrameNearestItsMeanStandsForIt() {
    add(0.0, 0);
    add(0.2, 4);
    add(0.4, 11);
    add(0.6, 60);
    add(0.8, 62);
    add(1.0, 70);
    keep(changes.finish());
    // Means lie at about 5 and 64 degrees.
    assertThat(chosen).containsExactly(0.2, 0.8);
    assertThat(changes.seen()).isEqualTo(6);
  }

  @Test
  void aSlipOfOneFrameIsNoChange() {
    add(0.0, 0);
    add(0.2, 80);
    add(0.4, 1);
    add(0.6, 80);
    add(0.8, 150);
    add(1.0, 2);
    keep(changes.finish());
    assertThat(chosen).hasSize(1);
    assertThat(chosen.getFirst()).isIn(0.0, 0.4, 1.0);
  }

  @Test
  void aFaceThatRestsIsLookedAtAgainAfterAWhile() {
    for (int i = 0; i < 60; i++) {
      add(0.2 * i, 0);
    }
    keep(changes.finish());
    assertThat(chosen).hasSize(3);
  }

  @Test
  void aBlurredFrameStandsForNothing() {
    add(at(0.0, 0, BLURRED));
    add(at(0.2, 0, BLURRED));
    add(at(0.4, 20, GOOD));
    keep(changes.finish());
    assertThat(chosen).containsExactly(0.4);
    add(at(2, 0, BLURRED));
    assertThat(changes.finish()).isNull();
    assertThat(changes.poor()).isEqualTo(1);
    assertThat(changes.finish()).isNull();
  }
}
