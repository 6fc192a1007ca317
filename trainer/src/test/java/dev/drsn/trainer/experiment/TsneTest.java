package dev.drsn.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.drsn.engine.DrsnException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** t-SNE by its own derivative, by exact sums, and on clouds that must stay apart. */
class TsneTest {

  private static List<float[]> clouds(int n, int clouds, double apart) {
    SplittableRandom random = new SplittableRandom(9);
    List<float[]> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      float[] row = new float[20];
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) (random.nextGaussian() + (j % clouds == i % clouds ? apart : 0));
      }
      rows.add(row);
    }
    return rows;
  }

  private static Tsne placed(double theta) {
    Tsne tsne = new Tsne(clouds(60, 3, 2), new Tsne.Options(8, 1, theta, 1));
    SplittableRandom random = new SplittableRandom(10);
    for (int i = 0; i < 60; i++) {
      tsne.place(i, 3 * random.nextGaussian(), 3 * random.nextGaussian());
    }
    return tsne;
  }

  @Test
  void theGradientIsTheDivergencesDerivative() {
    Tsne tsne = placed(0);
    SplittableRandom random = new SplittableRandom(10);
    double[] gx = new double[60];
    double[] gy = new double[60];
    tsne.gradient(1, gx, gy);
    double h = 1e-5;
    for (int i = 0; i < 60; i++) {
      double x = 3 * random.nextGaussian();
      double y = 3 * random.nextGaussian();
      tsne.place(i, x + h, y);
      double above = tsne.divergence();
      tsne.place(i, x - h, y);
      double below = tsne.divergence();
      assertThat((above - below) / (2 * h)).isCloseTo(gx[i], offset(1e-7));
      tsne.place(i, x, y + h);
      above = tsne.divergence();
      tsne.place(i, x, y - h);
      below = tsne.divergence();
      assertThat((above - below) / (2 * h)).isCloseTo(gy[i], offset(1e-7));
      tsne.place(i, x, y);
    }
  }

  @Test
  void barnesAndHutsSumsAreNearTheExactOnes() {
    double[] x = new double[60];
    double[] y = new double[60];
    placed(0).gradient(1, x, y);
    double[] nearX = new double[60];
    double[] nearY = new double[60];
    placed(0.5).gradient(1, nearX, nearY);
    double off = 0;
    double all = 0;
    for (int i = 0; i < 60; i++) {
      off += Math.pow(x[i] - nearX[i], 2) + Math.pow(y[i] - nearY[i], 2);
      all += x[i] * x[i] + y[i] * y[i];
    }
    assertThat(Math.sqrt(off / all)).isBetween(1e-9, 0.03);
  }

  @Test
  void neighboursHaveTheWantedPerplexity() {
    double[] near = new double[90];
    for (int j = 0; j < near.length; j++) {
      near[j] = 1 + 0.3 * j * j;
    }
    double entropy = 0;
    double sum = 0;
    for (double p : Tsne.conditional(near, 30)) {
      entropy -= p * Math.log(p);
      sum += p;
    }
    assertThat(Math.exp(entropy)).isCloseTo(30, offset(1e-3));
    assertThat(sum).isCloseTo(1, offset(1e-12));
  }

  @Test
  void cloudsStayTogetherAndApart() {
    double[][] places = Tsne.map(clouds(240, 4, 6), new Tsne.Options(15, 400, 0.5, 1));
    int own = 0;
    for (int i = 0; i < places.length; i++) {
      int nearest = i == 0 ? 1 : 0;
      for (int j = 0; j < places.length; j++) {
        if (j != i && distance(places[i], places[j]) < distance(places[i], places[nearest])) {
          nearest = j;
        }
      }
      own += nearest % 4 == i % 4 ? 1 : 0;
    }
    assertThat(own).isEqualTo(240);
    List<float[]> rows = new ArrayList<>();
    int[] labels = new int[240];
    for (int i = 0; i < 240; i++) {
      rows.add(new float[] {(float) places[i][0], (float) places[i][1]});
      labels[i] = i % 4;
    }
    // Not a few far ones that happen to be neighbours: four clumps.
    assertThat(Scatter.of(rows, labels, 4).ratio()).isLessThan(0.3);
  }

  private static double distance(double[] a, double[] b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]);
  }

  @Test
  void equalPlacesDoNotLoopForever() {
    double[] same = new double[50];
    QuadTree tree = new QuadTree(same, same);
    double[] force = new double[2];
    assertThat(tree.repulsion(3, 0.5, force)).isEqualTo(49);
    assertThat(force).containsOnly(0);
  }

  @Test
  void tooFewFacesIsSaid() {
    assertThatThrownBy(() -> Tsne.map(clouds(30, 3, 1), Tsne.Options.customary()))
        .isInstanceOf(DrsnException.class)
        .hasMessageContaining("30 faces are too few for a map of perplexity 30.0")
        .hasMessageContaining("below 9");
  }

  @Test
  void scatterByHand() {
    List<float[]> rows =
        List.of(new float[] {0}, new float[] {2}, new float[] {10}, new float[] {12});
    Scatter scatter = Scatter.of(rows, new int[] {0, 0, 1, 1}, 2);
    assertThat(scatter.within()).isEqualTo(1);
    assertThat(scatter.between()).isEqualTo(25);
    assertThat(scatter.ratio()).isEqualTo(0.04);
  }
}
