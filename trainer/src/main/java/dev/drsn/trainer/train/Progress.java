package dev.drsn.trainer.train;

import dev.drsn.trainer.data.Crops;
import java.nio.file.Path;
import java.util.List;

/** Who wants to know how a training goes. Called from the training thread, but for reading. */
public interface Progress {

  /**
   * What begins.
   *
   * @param network its name for people
   * @param parameters how many the network learns
   * @param train images
   * @param valid images
   * @param firstEpoch from 1; above 1 where a training is resumed
   */
  record Start(
      Path folder,
      String network,
      String backend,
      long parameters,
      int train,
      int valid,
      List<String> labels,
      int firstEpoch,
      int epochs) {}

  /**
   * A step within an epoch.
   *
   * @param epoch from 1
   * @param step from 1
   * @param imagesPerSecond lately
   * @param loss mean since the epoch's beginning, likewise accuracy
   * @param secondsLeft until the last epoch's end, at that pace
   */
  record Step(
      int epoch,
      int epochs,
      int step,
      int steps,
      double imagesPerSecond,
      double loss,
      double accuracy,
      double secondsLeft) {}

  /** Pictures that are read; from any thread. */
  void reading(int done, int total);

  /** Pictures that are left out because they cannot be read. */
  void rejected(List<Crops.Rejected> rejected);

  /** Something that went wrong without harm to the result. */
  void warning(String message);

  void started(Start start);

  void step(Step step);

  /**
   * The end of an epoch.
   *
   * @param best whether it is the best one so far
   */
  void epoch(EpochResult result, int epochs, boolean best);

  void finished(Outcome outcome);

  /** Who wants to know nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public void reading(int done, int total) {}

        @Override
        public void rejected(List<Crops.Rejected> rejected) {}

        @Override
        public void warning(String message) {}

        @Override
        public void started(Start start) {}

        @Override
        public void step(Step step) {}

        @Override
        public void epoch(EpochResult result, int epochs, boolean best) {}

        @Override
        public void finished(Outcome outcome) {}
      };
}
