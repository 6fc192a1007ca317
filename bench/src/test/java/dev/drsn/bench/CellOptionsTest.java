package dev.drsn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.bench.result.Cell;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class CellOptionsTest {

  @Command
  private static final class Holder {
    @Mixin private CellOptions cells;
  }

  private static CellOptions parse(String... arguments) {
    Holder holder = new Holder();
    new CommandLine(holder).parseArgs(arguments);
    return holder.cells;
  }

  @Test
  void everyCombination() {
    List<Cell> cells =
        parse("--network", "resnet18,drsn18-cw", "--batch", "1,8", "--threads", "1,2")
            .all(Cell.INFERENCE);
    assertThat(cells)
        .hasSize(8)
        .startsWith(new Cell("inference", "resnet18", 64, 3, 224, 1, 1, null))
        .endsWith(new Cell("inference", "drsn18-cw", 64, 3, 224, 8, 2, null));
  }

  @Test
  void trainingHasABatch() {
    assertThat(parse("--size", "112").all(Cell.TRAINING))
        .singleElement()
        .extracting(Cell::batch, Cell::size)
        .containsExactly(32, 112);
  }

  @Test
  void oneValueGrowsAndTheRestStays() {
    List<Cell> cells = parse("--batch", "8", "--threads", "1").growing(Cell.INFERENCE, "size");
    assertThat(cells).extracting(Cell::size).startsWith(48).endsWith(448).isSorted();
    assertThat(cells).allMatch(cell -> cell.batch() == 8 && cell.grows().equals("size"));
  }
}
