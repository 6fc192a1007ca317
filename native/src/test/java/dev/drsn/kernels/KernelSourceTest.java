package dev.drsn.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelSourceTest {

  static Iterable<KernelSource> sources() {
    return KernelSource.all();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void includesNoHeaderAndNamesItsFiles(KernelSource source) {
    assertThat(source.text())
        .startsWith("#line 1 \"prelude.cuh\"\n")
        .contains("#line 1 \"" + source.name() + ".cu\"\n", "__global__")
        .doesNotContain("#include");
  }

  @Test
  void anUnknownSourceIsNamed() {
    assertThatThrownBy(() -> new KernelSource("nothing").text())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing.cu");
    assertThat(new KernelSource("nothing").fatbin()).isEmpty();
  }
}
