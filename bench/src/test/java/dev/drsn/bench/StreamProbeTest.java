package dev.drsn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.bench.stream.StreamCell;
import dev.drsn.bench.stream.StreamLoad;
import dev.drsn.bench.stream.StreamRow;
import dev.drsn.bench.time.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StreamProbeTest {

  @BeforeAll
  static void home() {
    System.setProperty("drsn.home", "..");
  }

  private static StreamRow row(StreamCell cell, double age) {
    Map<String, Long> none = Map.of();
    return new StreamRow(
        cell, 1, 10, 10, age, age, age, 0, none, 0, 0, 0, 0, 0, none, none, Map.of(), 0, null);
  }

  private static List<Integer> tried(int first, int most) {
    List<Integer> tried = new ArrayList<>();
    StreamCell cell = new StreamCell(StreamCell.CAMERAS, first, 10, 0, 16, 1);
    int found =
        StreamProbe.most(
            cell,
            each -> row(each, each.cameras() <= most ? 249 : 251),
            each -> tried.add(each.cell().cameras()));
    assertThat(found).isLessThanOrEqualTo(most).isGreaterThanOrEqualTo(most - most / 8);
    return tried;
  }

  @Test
  void theMostThatHoldAreFoundInFewSteps() {
    assertThat(tried(16, 21)).containsExactly(16, 32, 24, 20, 22);
    assertThat(tried(16, 3)).containsExactly(16, 8, 4, 2, 3);
    assertThat(tried(1, 1)).containsExactly(1, 2);
    assertThat(tried(1, 0)).containsExactly(1);
  }

  @Test
  void camerasAreMeasuredFromCaptureToResult() throws InterruptedException {
    StreamRow row = StreamLoad.measure(new StreamCell(StreamCell.CROPS, 2, 10, 1, 4, 1));
    assertThat(row.fpsIn()).isPositive();
    assertThat(row.fpsOut()).isPositive();
    assertThat(row.ageP99Ms()).isGreaterThanOrEqualTo(row.ageP50Ms()).isPositive();
    assertThat(row.meanBatch()).isGreaterThanOrEqualTo(1);
    assertThat(row.json().get("cameras").intValue()).isEqualTo(2);
    assertThat(row.text()).startsWith("crops       2 at 10 fps");
  }

  @Test
  void whoDropsFramesDoesNotHoldHoweverYoungTheResultsAre() {
    StreamCell cell = new StreamCell(StreamCell.CAMERAS, 1, 10, 0, 16, 1);
    assertThat(row(cell, 249).held()).isTrue();
    assertThat(row(cell, 250).held()).isFalse();
    assertThat(row(cell, new Samples(0).median()).held()).as("no results at all").isFalse();
  }
}
