package dev.drsn.engine.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Nothing of the vocabulary is left out of the table. */
class CoverageTest {

  @Test
  void everyOperationHasCases() {
    Set<Class<?>> tested =
        OpCases.all().stream().map(test -> test.op().getClass()).collect(Collectors.toSet());
    assertThat(tested).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
  }

  @Test
  void everyOptimizerHasCases() {
    Set<Class<?>> tested =
        OpCases.optimizers().stream().map(Optimizer::getClass).collect(Collectors.toSet());
    assertThat(tested).containsExactlyInAnyOrder(Optimizer.class.getPermittedSubclasses());
  }

  @Test
  void everyCombinationOfFlagsHasACase() throws ReflectiveOperationException {
    for (Class<?> type : Op.class.getPermittedSubclasses()) {
      List<RecordComponent> flags =
          Arrays.stream(type.getRecordComponents())
              .filter(component -> component.getType() == boolean.class)
              .toList();
      Set<List<Object>> combinations = new HashSet<>();
      for (OpCase test : OpCases.all()) {
        if (test.op().getClass() == type) {
          List<Object> values = new ArrayList<>();
          for (RecordComponent flag : flags) {
            values.add(flag.getAccessor().invoke(test.op()));
          }
          combinations.add(values);
        }
      }
      assertThat(combinations).as("%s over %s", type, flags).hasSize(1 << flags.size());
    }
  }

  @Test
  void everyNormHasACase() {
    assertThat(OpCases.all().stream().map(OpCase::op))
        .filteredOn(Op.BatchNorm.class::isInstance)
        .extracting(op -> ((Op.BatchNorm) op).norm())
        .contains(Norm.RUNNING, Norm.BATCH);
    assertThat(OpCases.all().stream().map(OpCase::op))
        .filteredOn(Op.Shrinkage.class::isInstance)
        .extracting(op -> ((Op.Shrinkage) op).norm())
        .contains(Norm.values());
  }

  @Test
  void namesAreUnique() {
    assertThat(OpCases.all().stream().map(OpCase::toString)).doesNotHaveDuplicates();
  }
}
