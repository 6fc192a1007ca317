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
        .startsWith("# Head\n<!-- begin some batch -->\nInference, resnet18, threads 2:\n\n")
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
    Files.writeString(page, "<!-- begin other -->\n<!-- end -->\n");
    assertThatThrownBy(() -> Report.write(page, folder)).hasMessageContaining("is missing");
    Files.writeString(page, "<!-- begin some width -->\n<!-- end -->\n");
    assertThatThrownBy(() -> Report.write(page, folder)).hasMessageContaining("has no cells");
  }
}
