package dev.drsn.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.FrameSource;
import dev.drsn.engine.stream.StreamResult;
import dev.drsn.engine.stream.SyntheticSource;
import dev.drsn.engine.stream.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakTest {

  private static List<StreamResult> results(long... sequences) {
    return LongStream.of(sequences)
        .mapToObj(i -> new StreamResult("door", "", 1, i, Instant.EPOCH, 1, 8, 8, List.of(), null))
        .toList();
  }

  private static SoakRow row(long lost, long outOfOrder, int filesLast) {
    SoakCell cell = SoakCell.of(1);
    return new SoakRow(
        cell,
        Map.of(),
        6,
        9,
        300,
        0.5,
        0.1,
        40,
        30,
        30,
        20,
        filesLast,
        25,
        100,
        100 - lost,
        lost,
        3,
        0,
        outOfOrder,
        null);
  }

  @Test
  void nothingIsLostAndNoFileStaysOpen(@TempDir Path folder) throws InterruptedException {
    System.setProperty("drsn.home", "..");
    SoakRow row = Soak.run(new SoakCell(SoakCell.SOAK, 3, 10, 60, 7), folder);
    assertThat(row.lost()).isZero();
    assertThat(row.unknown()).isZero();
    assertThat(row.outOfOrder()).isZero();
    assertThat(row.received()).isEqualTo(row.sent()).isPositive();
    assertThat(row.filesLast()).isLessThanOrEqualTo(row.filesFirst());
    assertThat(row.mostOnDisk()).as("the receiver was away").isPositive();
    assertThat(row.churn().values()).allSatisfy(times -> assertThat(times).isPositive());
    assertThat(row.residentMb()).isPositive();
    assertThat(row.good()).isTrue();
    assertThat(row.json().get("what").stringValue()).isEqualTo("soak");
    assertThat(row.text()).contains("order kept       yes");
  }

  @Test
  void whatIsLostOutOfOrderOrOpenIsNotGood() {
    assertThat(row(0, 0, 20).good()).isTrue();
    assertThat(row(1, 0, 20).good()).isFalse();
    assertThat(row(0, 1, 20).good()).isFalse();
    assertThat(row(0, 0, 21).good()).isFalse();
    assertThat(SoakRow.failed(SoakCell.of(1), "why").good()).as("nothing came").isFalse();
    assertThat(row(0, 2, 21).text()).contains("no: 2 came after later ones", "they grew");
  }

  @Test
  void theLedgerTellsWhatIsMissingTwiceLateOrNobodys() {
    Ledger ledger = new Ledger();
    ledger.arrived("door", 0);
    ledger.write(results(0, 1, 3, 4, 5));
    for (long sequence : new long[] {1, 1, 4, 3, 9}) {
      ledger.arrived("door", sequence);
    }
    ledger.arrived("window", 0);
    assertThat(ledger.count()).isEqualTo(new Ledger.Count(5, 4, 1, 2, 1));
    assertThat(ledger.count().lost()).isEqualTo(1);
    ledger.write(results(2));
    assertThat(ledger.count().outOfOrder()).as("given late").isEqualTo(2);
  }

  @Test
  void aWireIsCutOnceAndSilentForAWhile() {
    Wire wire = new Wire();
    Image image = new Image(1, 1, 1, new byte[1]);
    FrameSource camera = wire.to(new SyntheticSource(List.of(image), 0, 0, Ticker.system()));
    assertThat(camera.read()).isNotNull();
    wire.cut();
    assertThatThrownBy(camera::read).isInstanceOf(DrsnException.class);
    assertThat(camera.read()).isNotNull();
    long began = System.nanoTime();
    wire.silence(Duration.ofMillis(50).toNanos());
    assertThat(camera.read()).isNotNull();
    assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(Duration.ofMillis(50).toNanos());
    wire.silence(Duration.ofHours(1).toNanos());
    camera.cancel();
    assertThatThrownBy(camera::read).isInstanceOf(DrsnException.class);
  }

  @Test
  void theTrendIsThatOfLeastSquares() {
    Trend line = Trend.through(new double[] {0, 1, 2, 3}, new double[] {1, 3, 5, 7});
    assertThat(line.slope()).isCloseTo(2, within(1e-12));
    assertThat(line.error()).isCloseTo(0, within(1e-12));
    // Residuals -1/3, 2/3, -1/3 leave 2/3, over (3 - 2) times S = 2.
    Trend bent = Trend.through(new double[] {0, 1, 2}, new double[] {0, 1, 0});
    assertThat(bent.slope()).isCloseTo(0, within(1e-12));
    assertThat(bent.error()).isCloseTo(Math.sqrt(1.0 / 3), within(1e-12));
  }
}
