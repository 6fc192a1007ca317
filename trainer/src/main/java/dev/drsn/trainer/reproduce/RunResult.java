package dev.drsn.trainer.reproduce;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.trainer.data.Corruption;
import dev.drsn.trainer.evaluate.ConfusionMatrix;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a training came to, on the test part: a file in its folder, written last.
 *
 * @param labels of the classes
 * @param train images a class to train on
 * @param confusion counts [true][predicted] of the last epoch's weights
 * @param bestEpoch the epoch that was best on these very images
 * @param best its accuracy, for those who report that
 * @param noise accuracies by corruption, a level each
 */
public record RunResult(
    By by,
    String network,
    long seed,
    List<String> labels,
    List<Integer> train,
    long[][] confusion,
    int bestEpoch,
    double best,
    Map<Corruption, List<Double>> noise) {

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** The last epoch's weights on clean pictures. */
  public ConfusionMatrix matrix() {
    return new ConfusionMatrix(labels, confusion);
  }

  /** Mean accuracy over the levels of a corruption. */
  public double under(Corruption corruption) {
    return noise.get(corruption).stream().mapToDouble(a -> a).average().orElseThrow();
  }

  void write(Path file) {
    AtomicFile.write(file, JSON.writeValueAsString(this) + "\n");
  }

  static RunResult read(Path file) {
    try {
      return JSON.readValue(file, RunResult.class);
    } catch (JacksonException e) {
      throw new DrsnException(
          file + " cannot be read: " + e.getOriginalMessage() + "; delete it to have it again", e);
    }
  }
}
