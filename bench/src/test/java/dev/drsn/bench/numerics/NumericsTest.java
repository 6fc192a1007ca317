package dev.drsn.bench.numerics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.bench.numerics.NetworkErrors.Extent;
import dev.drsn.bench.numerics.NetworkErrors.Method;
import dev.drsn.bench.time.Samples;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small versions of the tables in docs/numerics.md hold what it promises. */
class NumericsTest {

  @Test
  void logitsAndGradientsOfNetworksAreThoseOfTheReference() {
    List<NetworkErrors> all = NetworkErrors.all(new Extent(8, 16, 4, 3, true));
    assertThat(all).hasSize(4 * Method.values().length);
    for (NetworkErrors each : all) {
      String where = each.spec().architecture().label() + ", " + each.method();
      assertThat(each.logits()).as(where).hasSize(3);
      assertThat(new Samples(each.logits()).quantile(1)).as(where).isBetween(1e-9, 1e-5);
      // One draw in many has a ReLU's input so near to zero that rounding decides.
      assertThat(new Samples(each.gradients()).median()).as(where).isBetween(1e-9, 1e-4);
    }
  }

  @Test
  void everyWayToConvolveHasItsOwnError() {
    List<LayerErrors> all = LayerErrors.convolutions(true);
    assertThat(all).hasSize(2 * 4 + 3);
    for (LayerErrors each : all) {
      double limit = each.method().equals("direct") ? 1e-6 : 1e-5;
      assertThat(each.y()).as("%s", each).isBetween(1e-9, limit);
      assertThat(each.dx()).as("%s", each).isBetween(1e-9, limit);
      assertThat(each.dw()).as("%s", each).isBetween(1e-9, limit);
    }
    assertThat(all.subList(0, 4).stream().map(LayerErrors::y).distinct()).hasSize(4);
    assertThat(all.subList(0, 4).stream().map(LayerErrors::dx).distinct()).hasSize(4);
    assertThat(all.subList(0, 4).stream().map(LayerErrors::dw).distinct()).hasSize(4);
  }

  @Test
  void everyOtherOperationIsAsExactAsItsFormulaAllows() {
    for (LayerErrors each : LayerErrors.operations(true)) {
      assertThat(each.y()).as("%s", each).isLessThan(2e-6);
      assertThat(each.dx()).as("%s", each).isLessThan(2e-6);
      assertThat(Double.isNaN(each.dw()) ? 0 : each.dw()).as("%s", each).isLessThan(2e-6);
    }
  }

  @Test
  void tablesAreTheSameEachTime() {
    String table = Numerics.OPERATIONS.table(true);
    assertThat(table).startsWith("| operation | x | y | dx | dw |\n| --- | --- |");
    assertThat(Numerics.OPERATIONS.table(true)).isEqualTo(table);
    assertThat(Numerics.CONVOLUTIONS.table(true))
        .contains("| 3 x 3, 8 to 8 | 2x8x12x12 | F(4 x 4) | ")
        .isEqualTo(Numerics.CONVOLUTIONS.table(true));
  }
}
