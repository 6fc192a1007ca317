package dev.drsn.bench.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.bench.result.Cell;
import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.cpu.CpuBackend;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What JMH is given works, for every layer of every network, and is counted rightly. */
class OpBenchmarkTest {

  private static Cell cell(String network) {
    return new Cell(OpRow.OP, network, 8, 3, 32, 2, 1, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "senet18", "drsn18-cw", "drsn18-cs"})
  void everyTaskRuns(String network) throws Exception {
    List<OpTask> tasks = OpTask.all(cell(network));
    Set<String> names = new HashSet<>();
    for (OpTask task : tasks) {
      assertThat(names.add(task.pass() + task.layer())).as(task.text()).isTrue();
      OpBenchmark benchmark = new OpBenchmark();
      benchmark.network = network;
      benchmark.width = 8;
      benchmark.channels = 3;
      benchmark.threads = 1;
      benchmark.size = 32;
      benchmark.batch = 2;
      benchmark.pass = task.pass().label();
      benchmark.layer = task.layer();
      benchmark.setUp();
      benchmark.run();
      benchmark.run();
      benchmark.tearDown();
      assertThat(task.cost().flops() + task.cost().bytes()).as(task.text()).isPositive();
    }
    assertThat(tasks).extracting(OpTask::pass).contains(Pass.values());
  }

  /** Otherwise the numbers would shrink into what the processor is slow with. */
  @Test
  void backwardMayRunAgainAndAgain() {
    try (Backend backend = new CpuBackend(1)) {
      for (NetworkLayers.Kind kind : NetworkLayers.of(cell("drsn18-cw").spec(), 2, true)) {
        Layer layer = kind.layer();
        try (CompiledLayer compiled =
            new CompiledLayer(backend, layer, layer.numbers(1, 0, 1), true)) {
          compiled.forward();
          compiled.backward();
          List<float[]> first = compiled.dx();
          compiled.backward();
          compiled.backward();
          for (int i = 0; i < first.size(); i++) {
            assertThat(compiled.dx().get(i)).as(kind.text()).isEqualTo(first.get(i));
          }
        }
      }
    }
  }

  @Test
  void operationsAndBytesAreThoseOfTheFormula() {
    OpTask convolution =
        OpTask.all(cell("resnet18")).stream()
            .filter(task -> task.layer().equals("layer2.0.conv1") && task.pass() == Pass.BACKWARD)
            .findFirst()
            .orElseThrow();
    // 8 to 16 channels, 3 x 3, stride 2, 32 to 16 pixels: both gradients.
    assertThat(convolution.op()).isEqualTo("convolution 3x3/2+1 to 16 2x8x32x32");
    assertThat(convolution.cost().flops()).isEqualTo(2.0 * 2 * 2 * 16 * 16 * 16 * 8 * 9);
    double x = 2 * 8 * 32 * 32;
    double y = 2 * 16 * 16 * 16;
    double w = 16 * 8 * 9;
    assertThat(convolution.cost().bytes()).isEqualTo(4 * (2 * x + y + 3 * w));
    assertThat(new Pass.Cost(2e9, 1e9).milliseconds(1000, 100)).isEqualTo(10);
  }

  @Test
  void aRowSaysHowFarFromTheRoof() {
    OpTask task =
        new OpTask(cell("resnet18"), Pass.FORWARD, "conv1", 2, "some", new Pass.Cost(1e9, 1e8));
    OpRow row = OpRow.of(task, 4, 500, 50);
    assertThat(row.text()).contains("conv1 x 2").contains("250.0 GFLOP/s").contains("25.0 GB/s");
    JsonNode json = new JsonMapper().valueToTree(row);
    assertThat(json.path("roof").doubleValue()).isEqualTo(0.5);
    assertThat(json.path("what").asString()).isEqualTo("op");
  }

  @Test
  void jmhRunsATaskInAProcessOfItsOwn() {
    OpTask task = OpTask.all(cell("resnet18")).getFirst();
    List<String> options =
        List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");
    assertThat(task.milliseconds(0.02, options)).isPositive();
    OpTask wrong = new OpTask(task.cell(), task.pass(), "none", 1, "none", task.cost());
    assertThatThrownBy(() -> wrong.milliseconds(0.02, options)).isInstanceOf(DrsnException.class);
  }
}
