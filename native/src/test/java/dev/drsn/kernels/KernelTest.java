package dev.drsn.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.kernels.HostKernels.Geometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel on the host, thread by thread, against the formulas. */
@EnabledIf("hasCompiler")
class KernelTest {

  static boolean hasCompiler() {
    return HostKernels.compiler().isPresent();
  }

  static List<Arguments> runs() {
    List<Arguments> all = new ArrayList<>();
    for (KernelCase test : KernelCase.all()) {
      for (String type : KernelCase.TYPES) {
        all.add(Arguments.of(test, type, false));
        all.add(Arguments.of(test, type, true));
      }
    }
    return all;
  }

  @ParameterizedTest(name = "{0} {1} reverse {2}")
  @MethodSource("runs")
  void computesTheFormula(KernelCase test, String type, boolean reverse) {
    test.run(type, reverse);
  }

  /** Each barrier and each shuffle that any case reaches must be missed where it is left out. */
  @Test
  void everyBarrierAndShuffleIsNeeded() {
    HostKernels host = HostKernels.load();
    host.sites();
    TreeMap<String, List<KernelCase>> reached = new TreeMap<>();
    for (KernelCase test : KernelCase.all()) {
      test.run("f32", false);
      host.sites().forEach(site -> reached.computeIfAbsent(site, s -> new ArrayList<>()).add(test));
    }
    assertThat(reached).hasSizeGreaterThan(10);
    Set<String> notMissed = new TreeSet<>();
    reached.forEach(
        (site, tests) -> {
          host.skip(site);
          try {
            if (tests.stream().noneMatch(KernelTest::fails)) {
              notMissed.add(site);
            }
          } finally {
            host.skip("");
          }
        });
    // Blocks run one after another here, so what the last one reads has always been written: only
    // where blocks run at the same time does the barrier before the ticket matter.
    assertThat(notMissed).containsExactly(beforeTheTicket());
  }

  private static String beforeTheTicket() {
    List<String> lines = new KernelSource("relayout").text().lines().toList();
    int ticket = lines.indexOf("        arrived[0] = atomicInc(ticket, blocks - 1);");
    // Line 1 is the #line of the prelude: numbers from 0 here are those from 1 there.
    return "prelude.cuh:" + (ticket - 2);
  }

  private static boolean fails(KernelCase test) {
    for (boolean reverse : new boolean[] {false, true}) {
      try {
        test.run("f32", reverse);
      } catch (AssertionError | IllegalStateException e) {
        return true;
      }
    }
    return false;
  }

  @Test
  void thePageOfKernelsNamesAll() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "kernels.md"));
    assertThat(HostKernels.load().names())
        .hasSizeGreaterThan(100)
        .allSatisfy(
            name -> assertThat(page).contains("`" + name.replaceAll("_(f32|f16|bf16)$", "") + "`"));
  }

  @Test
  void aWrongLaunchSaysWhatIsWrong() {
    HostKernels host = HostKernels.load();
    assertThatThrownBy(() -> host.launch("nothing", Geometry.of(1, 1, 1), false))
        .hasMessageContaining("nothing");
    try (Trial trial = new Trial("f32", false)) {
      assertThatThrownBy(
              () ->
                  trial.launch(
                      "relu_forward", Geometry.of(1, 1, 1), trial.x(1, 2, 3, 4), trial.x(0)))
          .hasMessageContaining("relu_forward_f32 has 3 parameters, not 2");
      assertThatThrownBy(
              () ->
                  trial.launch("relu_forward", new Geometry(1, 1, 1, 33, 1, 1, 0), null, null, 0L))
          .hasMessageContaining("relu_forward_f32: a block of 33 threads");
    }
  }
}
