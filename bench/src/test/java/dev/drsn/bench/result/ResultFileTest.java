package dev.drsn.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drsn.bench.result.Provenance.Machine;
import dev.drsn.bench.result.Provenance.Versions;
import dev.drsn.engine.DrsnException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class ResultFileTest {
  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = folder.resolve("cells.json");
  }

  private static Provenance provenance(String commit) {
    return new Provenance(
        new Machine("CPU", 2, 24, "Linux"), new Versions("25", commit, "1.29", "2.10"));
  }

  private static ObjectNode cell(int batch, double time) {
    ObjectNode cell = JsonNodeFactory.instance.objectNode();
    return cell.put("what", "inference").put("batch", batch).put("drsn_ms", time);
  }

  @Test
  void aFileOfTheSameMachineAndVersionsIsExtended() {
    ResultFile.open(file, provenance("abc"), "drsn bench one").add(cell(1, 7));
    ResultFile second = ResultFile.open(file, provenance("abc"), "drsn bench two");
    second.add(cell(8, 40));
    second.add(cell(1, 6));
    ResultFile.Content content = ResultFile.read(file);
    assertThat(content.provenance()).isEqualTo(provenance("abc"));
    assertThat(content.commands()).containsExactly("drsn bench one", "drsn bench two");
    assertThat(content.cells()).containsExactly(cell(1, 6), cell(8, 40));
  }

  @Test
  void figuresOfAnotherCommitDoNotStay() {
    ResultFile.open(file, provenance("abc"), "drsn bench one").add(cell(1, 7));
    ResultFile.open(file, provenance("def"), "drsn bench two").add(cell(8, 40));
    assertThat(ResultFile.read(file).commands()).containsExactly("drsn bench two");
    assertThat(ResultFile.read(file).cells()).containsExactly(cell(8, 40));
  }

  @Test
  void whatIsNoResultsIsSaidInOneLine() throws IOException {
    Files.writeString(file, "{\"cells\": 5}");
    assertThatThrownBy(() -> ResultFile.read(file))
        .isInstanceOf(DrsnException.class)
        .hasMessageStartingWith(file + " is no file of results: ");
  }
}
