package dev.drsn.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.bench.result.Provenance;
import dev.drsn.bench.result.Provenance.Machine;
import dev.drsn.bench.result.Provenance.Versions;
import dev.drsn.bench.result.ResultFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ReportTest {
  @TempDir private Path folder;
  private Path page;

  @BeforeEach
  void measure() {
    page = folder.resolve("page.md");
    Provenance provenance =
        new Provenance(
            new Machine("CPU", 2, 24, "Linux"), new Versions("25", "abc", "1.29", "2.10"));
    ResultFile file = ResultFile.open(folder.resolve("some.json"), provenance, "drsn bench x");
    file.add(cell(1, 6.254, 7.5).put("grows", "batch"));
    file.add(cell(8, 40, 120).put("grows", "batch"));
    file.add(cell(8, 40, 100));
  }

  private static ObjectNode cell(int batch, double drsn, double peer) {
    ObjectNode cell = JsonNodeFactory.instance.objectNode();
    cell.put("what", "inference").put("network", "resnet18").put("batch", batch).put("threads", 2);
    cell.put("drsn_ms", drsn).put("libtorch_ms", peer).put("ratio_libtorch", peer / drsn);
    cell.put("drsn_p10_ms", drsn - 1).put("drsn_p90_ms", drsn + 1);
    return cell.put("libtorch_p10_ms", peer - 1).put("libtorch_p90_ms", peer + 1);
  }

  @Test
  void whatStandsBetweenTheMarkersIsMadeAndProseStays() throws IOException {
    Files.writeString(page, "# Head\n<!-- begin some batch -->\nold\n<!-- end -->\nProse.\n");
    assertThat(Report.write(page, folder)).containsExactly("some batch");
    String text = Files.readString(page);
    assertThat(text)
        .startsWith("# Head\n<!-- begin some batch -->\n\nInference, resnet18, threads 2:\n\n")
        .endsWith("    drsn bench x\n\n<!-- end -->\nProse.\n")
        .contains(
            """
            | batch | drsn, ms | libtorch, ms | libtorch / drsn |
            | --- | --- | --- | --- |
            | 1 | 6.25 (5.25 - 7.25) | 7.50 (6.50 - 8.50) | **1.20** |
            | 8 | 40.0 (39.0 - 41.0) | 120 (119 - 121) | **3.00** |
            """)
        .contains("](pictures/some-batch.png)")
        .contains("CPU, 2 cores, 24 GB, Linux; Java 25; drsn abc, onnxruntime 1.29, libtorch 2.10")
        .doesNotContain("old");
    assertThat(folder.resolve("pictures/some-batch.png")).isNotEmptyFile();
    assertThat(Report.write(page, folder)).hasSize(1);
    assertThat(page).hasContent(text);
  }

  @Test
  void cellsOfDifferentKindsAreToldApart() {
    List<ObjectNode> cells = List.of(cell(1, 6, 8), cell(8, 40, 80));
    Table table = new Table(cells);
    assertThat(table.label(cells.getLast())).isEqualTo("batch 8");
    assertThat(table.shared()).isEqualTo("inference, resnet18, threads 2");
    assertThat(Table.contenders(cells)).containsExactly("drsn", "libtorch");
  }

  @Test
  void errorsAreOneLine() throws IOException {
    Files.writeString(page, "<!-- begin some -->\nfor ever\n");
    assertThatThrownBy(() -> Report.write(page, folder))
        .hasMessage(page + ": <!-- begin some --> has no <!-- end -->; add it");
    Files.writeString(page, "<!-- begin some width -->\n<!-- end -->\n");
    assertThatThrownBy(() -> Report.write(page, folder)).hasMessageContaining("has no cells");
  }

  @Test
  void whatWasNotMeasuredSaysSo() throws IOException {
    Files.writeString(page, "<!-- begin other -->\n<!-- end -->\n");
    Report.write(page, folder);
    assertThat(page).content().contains("Not measured yet; scripts/bench-all does it.");
  }

  @Test
  void targetsAreHeldAgainstTheirCells() throws IOException {
    Files.writeString(page, "<!-- begin targets -->\n<!-- end -->\n");
    Provenance provenance = ResultFile.read(folder.resolve("some.json")).provenance();
    ResultFile file = ResultFile.open(folder.resolve("more.json"), provenance, "drsn bench y");
    file.add(inference("resnet18", 1, 6, "onnxruntime", 1.2));
    file.add(inference("resnet18", 8, 40, "onnxruntime", 1.95).put("ratio_libtorch", 3));
    file.add(inference("drsn18-cw", 8, 42, "onnxruntime", 1.5));
    ObjectNode start = JsonNodeFactory.instance.objectNode();
    file.add(start.put("what", "start").put("drsn_ms", 790));
    ObjectNode memory = inference("resnet18", 1, 0, "none", 0).put("what", "memory");
    file.add(memory.put("drsn_mb", 300));
    // A cell of a series does not stand for the target's own.
    file.add(inference("resnet18", 32, 100, "onnxruntime", 9).put("grows", "batch"));
    Report.write(page, folder);
    assertThat(page)
        .content()
        .contains(
            "| ResNet18 inference against ONNX Runtime, batch 1 | 1.35 | 1.50 | **1.20** | missed"
                + " |")
        .contains("batch 8 | 1.60 | 1.90 | **1.95** | aim reached |")
        .contains("ONNX Runtime, batch 32 | 1.60 | 1.90 |  | not measured |")
        .contains(
            "DRSN-CW inference against ONNX Runtime, batch 8 | 1.40 | 1.80 | **1.50** | reached |")
        .contains("batch 8, time | at most 1.06 | 1.03 | **1.05** | reached |")
        .contains("| at most 1.50 s | 0.80 s | **0.79 s** | aim reached |")
        .contains("| at most 400 MB | 250 MB | **300 MB** | reached |");
  }

  private static ObjectNode inference(
      String network, int batch, double time, String peer, double ratio) {
    ObjectNode cell = JsonNodeFactory.instance.objectNode();
    cell.put("what", "inference").put("network", network).put("width", 64).put("channels", 3);
    cell.put("size", 224).put("batch", batch).put("threads", 2).put("drsn_ms", time);
    return cell.put("ratio_" + peer, ratio);
  }

  @Test
  void operationsAreATableAPass() throws IOException {
    Files.writeString(page, "<!-- begin ops -->\n<!-- end -->\n");
    Provenance provenance = ResultFile.read(folder.resolve("some.json")).provenance();
    ResultFile file = ResultFile.open(folder.resolve("ops.json"), provenance, "drsn bench ops");
    ObjectNode row = inference("resnet18", 8, 0, "none", 0).put("what", "op").put("count", 2);
    row.put("pass", "forward").put("layer", "conv1").put("op", "convolution").put("ms", 1.25);
    file.add(row.put("gflops", 400.5).put("roof", 0.8).put("fma_peak_gflops", 500));
    file.add(row.deepCopy().put("pass", "backward"));
    Report.write(page, folder);
    assertThat(page)
        .content()
        .contains("resnet18, forward: width 64, 224 x 224 pixels, batch 8, threads 2; roof 500")
        .contains("resnet18, backward: ")
        .contains("| conv1 x 2 | convolution | 1.250 | 400.5 |  | 80 % |");
  }
}
