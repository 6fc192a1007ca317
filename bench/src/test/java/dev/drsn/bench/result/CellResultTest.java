package dev.drsn.bench.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CellResultTest {
  private static final Cell CELL = new Cell("inference", "resnet18", 64, 3, 224, 8, 2, null);

  static Launch launch(double drsn, double peer, String form) {
    Map<String, double[]> times = new LinkedHashMap<>();
    times.put("drsn", new double[] {drsn, drsn + 1, drsn + 2});
    times.put("libtorch", new double[] {peer, peer});
    Map<String, String> forms = Map.of("drsn", "2 threads", "libtorch", form);
    return new Launch(times, forms, Map.of("difference", peer * 1e-8), 0.01, null);
  }

  @Test
  void medianOfTheLaunchesMediansAndPercentilesOfAllRuns() {
    CellResult result =
        new CellResult(
            CELL, List.of(launch(10, 20, "a"), launch(30, 60, "b"), launch(11, 24, "a")), 500.04);
    ObjectNode json = result.json();
    assertThat(json.propertyNames())
        .containsSubsequence(
            "what",
            "network",
            "size",
            "batch",
            "threads",
            "drsn_ms",
            "libtorch_ms",
            "ratio_libtorch",
            "fma_peak_gflops");
    assertThat(json.path("drsn_ms").doubleValue()).isEqualTo(12);
    assertThat(json.path("libtorch_ms").doubleValue()).isEqualTo(24);
    assertThat(json.path("ratio_libtorch").doubleValue()).isEqualTo(2);
    assertThat(json.path("drsn_launches_ms").toString()).isEqualTo("[11.0,31.0,12.0]");
    assertThat(json.path("drsn_runs").intValue()).isEqualTo(9);
    assertThat(json.path("drsn_p10_ms").doubleValue()).isEqualTo(10.8);
    assertThat(json.path("drsn_p90_ms").doubleValue()).isEqualTo(31.0 + 0.2);
    assertThat(json.path("fma_peak_gflops").doubleValue()).isEqualTo(500);
    assertThat(json.path("libtorch_form").asString()).isEqualTo("a / b");
    assertThat(json.path("difference").doubleValue()).isEqualTo(6e-7);
    // 1.81 billion multiply-accumulates a picture, as He et al. count ResNet-18.
    assertThat(json.path("drsn_gflops").doubleValue()).isBetween(2400.0, 2440.0);
    assertThat(json.has("grows")).isFalse();
    assertThat(result.text()).contains("drsn 12.00 ms  libtorch 24.00 ms (x 2.00)");
  }

  @Test
  void launchesTravelAsJson() {
    JsonMapper json = new JsonMapper();
    Launch back = json.readValue(json.writeValueAsString(launch(1, 2, "a")), Launch.class);
    assertThat(back.times().get("drsn")).containsExactly(1, 2, 3);
    assertThat(back.error()).isNull();
    Launch failed = json.readValue(json.writeValueAsString(Launch.failed("no")), Launch.class);
    assertThat(failed.error()).isEqualTo("no");
  }
}
