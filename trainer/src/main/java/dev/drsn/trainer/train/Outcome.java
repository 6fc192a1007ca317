package dev.drsn.trainer.train;

import dev.drsn.trainer.evaluate.Evaluation;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How a training ended.
 *
 * @param epochs finished ones, over all runs
 * @param stopping the best epoch and its metric
 * @param evaluation of the best weights on the valid images; null where training was stopped
 */
public record Outcome(
    End end, Path folder, int epochs, EarlyStopping stopping, Evaluation evaluation) {

  /** Why training ended. */
  public enum End {
    /** All epochs are done. */
    COMPLETE,
    /** No better epoch came within the patience. */
    EARLY,
    /** Someone asked to stop. */
    STOPPED
  }

  /** One line for people. */
  public String summary() {
    if (end == End.STOPPED) {
      return epochs == 0
          ? "stopped within epoch 1; begin again with --resume " + folder
          : "stopped at epoch " + epochs + "; resume with --resume " + folder;
    }
    return String.format(
        Locale.ROOT,
        "%s after %d epochs; epoch %d is the best: accuracy %.2f %%, macro F1 %.2f %% on %d images",
        end == End.EARLY ? "stopped early" : "finished",
        epochs,
        stopping.bestEpoch(),
        100 * evaluation.accuracy(),
        100 * evaluation.macroF1(),
        evaluation.confusion().total());
  }
}
