package dev.drsn.trainer.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class TallyTest {

  private static final List<String> LABELS = List.of("calm", "bored, tired", "glad");
  private static final float[] ROWS = {
    0.7f, 0.2f, 0.1f, // calm, right
    0.5f, 0.3f, 0.2f, // bored: second
    0.6f, 0.3f, 0.1f, // glad: third
    0.05f, 0.05f, 0.9f // glad, right
  };
  private static final int[] TRUTH = {0, 1, 2, 2};

  private static Evaluation evaluation() {
    Tally tally = new Tally(LABELS);
    for (int i = 0; i < TRUTH.length; i++) {
      tally.add(TRUTH[i], ROWS, i);
    }
    return tally.result(2);
  }

  @Test
  void countsByHand() {
    Evaluation evaluation = evaluation();
    assertThat(evaluation.accuracy()).isEqualTo(0.5);
    assertThat(evaluation.topTwoAccuracy()).isEqualTo(0.75);
    assertThat(evaluation.imagesPerSecond()).isEqualTo(2);
    double loss = -(Math.log(0.7) + Math.log(0.3) + Math.log(0.1) + Math.log(0.9)) / 4;
    assertThat(evaluation.loss()).isCloseTo(loss, within(1e-6));
    // Bins of 1/15: 0.7 and 0.6, 0.5, 0.9 are in bins of their own.
    double error = (Math.abs(1 - 0.7) + Math.abs(0 - 0.5) + Math.abs(0 - 0.6) + (1 - 0.9)) / 4;
    assertThat(evaluation.calibration().error()).isCloseTo(error, within(1e-6));
  }

  @Test
  void oneBinAveragesBeforeItCompares() {
    Calibration calibration = Calibration.empty();
    calibration.add(0.81, true);
    calibration.add(0.85, true);
    calibration.add(0.83, false);
    assertThat(calibration.images()[12]).isEqualTo(3);
    assertThat(calibration.error()).isCloseTo(Math.abs(2 / 3.0 - 0.83), within(1e-12));
  }

  @Test
  void certaintyLiesInTheLastBinAndNothingInTheFirst() {
    Calibration calibration = Calibration.empty();
    calibration.add(1, true);
    calibration.add(0, false);
    assertThat(calibration.images()[Calibration.BINS - 1]).isEqualTo(1);
    assertThat(calibration.images()[0]).isEqualTo(1);
    assertThat(calibration.error()).isZero();
  }

  @Test
  void ofEqualsTheFirstCounts() {
    Tally tally = new Tally(LABELS);
    float[] equal = {1 / 3f, 1 / 3f, 1 / 3f};
    tally.add(0, equal, 0);
    tally.add(1, equal, 0);
    tally.add(2, equal, 0);
    Evaluation evaluation = tally.result(1);
    assertThat(evaluation.accuracy()).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(evaluation.topTwoAccuracy()).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void lossStaysFiniteWhereAProbabilityUnderflowed() {
    Tally tally = new Tally(LABELS);
    tally.add(0, new float[] {0, 0, 1}, 0);
    assertThat(tally.result(1).loss()).isFinite().isGreaterThan(80);
  }

  @Test
  void jsonHoldsEverything() {
    ObjectNode json = evaluation().toJson();
    assertThat(json.get("accuracy").asDouble()).isEqualTo(0.5);
    assertThat(json.get("images").asInt()).isEqualTo(4);
    assertThat(json.get("macro_f1").asDouble()).isEqualTo(evaluation().macroF1());
    assertThat(json.get("classes").get(1).get("label").asString()).isEqualTo("bored, tired");
    assertThat(json.get("classes").get(2).get("support").asInt()).isEqualTo(2);
    assertThat(json.get("confusion").get(2).get(0).asInt()).isEqualTo(1);
  }

  @Test
  void csvQuotesLabels(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("classes.csv");
    evaluation().writeCsv(file);
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "label,precision,recall,f1,support,predicted calm,\"predicted bored, tired\",predicted"
                + " glad",
            "calm,0.333333,1.000000,0.500000,1,1,0,0",
            "\"bored, tired\",0.000000,0.000000,0.000000,1,1,0,0",
            "glad,1.000000,0.500000,0.666667,2,1,0,1");
  }
}
