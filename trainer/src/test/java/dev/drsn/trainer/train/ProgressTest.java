package dev.drsn.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.trainer.data.Crops;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private static final EpochResult RESULT =
      new EpochResult(2, 1.5, 1.4, 10, 0.5, 1.25, 0.625, 0.5, 0.001, 123.4, 75);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong();

  private PrintStream out(Charset charset) {
    return new PrintStream(bytes, true, charset);
  }

  private String text() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  private void pass(double seconds) {
    clock.addAndGet((long) (seconds * 1e9));
  }

  private static Progress.Step step(int step) {
    return new Progress.Step(2, 10, step, 100, 1234.5, 0.75, 0.5, 3725);
  }

  @Test
  void plainLinesComeWithEpochsAndAfterSilence() {
    PlainProgress progress = new PlainProgress(out(StandardCharsets.UTF_8), clock::get);
    progress.step(step(1));
    pass(29);
    progress.step(step(2));
    assertThat(text()).isEmpty();
    pass(1);
    progress.step(step(3));
    assertThat(text().lines())
        .containsExactly(
            "epoch 2/10 step 3/100, loss 0.7500, accuracy 50.0 %, 1,235 images/s, 1:02:05 left");
    pass(29);
    progress.step(step(4));
    progress.epoch(RESULT, 10, true);
    assertThat(text().lines())
        .containsExactly(
            "epoch 2/10: train loss 1.5000, accuracy 50.0 %; valid loss 1.2500, accuracy 62.50 %,"
                + " macro F1 50.00 %; 123 images/s, 1:15 *");
    pass(29);
    progress.step(step(5));
    assertThat(text()).isEmpty();
  }

  @Test
  void plainLinesHoldNoControlCharacters() {
    PlainProgress progress = new PlainProgress(out(StandardCharsets.UTF_8), clock::get);
    progress.started(
        new Progress.Start(
            Path.of("runs", "a"), "drsn18-cw", "cpu", 1000, 50, 20, List.of("a", "b"), 3, 10));
    pass(31);
    progress.reading(5, 10);
    progress.rejected(
        IntStream.range(0, 7)
            .mapToObj(i -> new Crops.Rejected("n" + i, "n" + i + " bad"))
            .toList());
    progress.warning("no fonts");
    String text = text();
    assertThat(text.replace(System.lineSeparator(), ""))
        .matches("[\\x20-\\x7E]+")
        .contains("going on at epoch 3 in runs")
        .contains("reading images 5/10")
        .contains("7 images are left out")
        .contains("n4 bad")
        .contains("and 2 more")
        .doesNotContain("n5 bad");
  }

  @Test
  void theBarIsRedrawnInItsLineAndGivesWayToLines() {
    BarProgress progress = new BarProgress(out(StandardCharsets.UTF_8), false, clock::get);
    progress.step(step(50));
    assertThat(text())
        .isEqualTo(
            "\r\u001B[K\u001B[?7l━━━━━━╌╌╌╌╌╌ epoch 2/10 loss 0.750 accuracy 50.0 % 1,235 images/s"
                + " 1:02:05 left\u001B[?7h");
    pass(0.05);
    progress.step(step(51));
    assertThat(text()).isEmpty();
    pass(0.05);
    progress.step(step(52));
    assertThat(text()).startsWith("\r\u001B[K\u001B[?7l━");
    progress.epoch(RESULT, 10, false);
    assertThat(text()).startsWith("\r\u001B[Kepoch 2/10: ").endsWith(System.lineSeparator());
    progress.warning("more");
    assertThat(text()).isEqualTo("more" + System.lineSeparator());
  }

  @Test
  void coloursOnlyWhereAskedAndAsciiWhereNothingElseIsKnown() {
    new BarProgress(out(StandardCharsets.UTF_8), true, clock::get).step(step(50));
    assertThat(text()).contains("\u001B[32m").contains("\u001B[0m");
    new BarProgress(out(StandardCharsets.US_ASCII), false, clock::get).step(step(50));
    assertThat(text()).contains("======------").doesNotContain("??");
  }
}
