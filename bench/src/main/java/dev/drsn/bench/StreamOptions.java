package dev.drsn.bench;

import dev.drsn.bench.stream.StreamCell;
import dev.drsn.trainer.synth.WebcamFrame;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which cameras are measured: options that belong to {@code --streams}. */
final class StreamOptions {

  private static final int MOST_CAMERAS = 4096;
  private static final int MOST_FPS = 999;
  private static final int MOST_BATCH = 1024;
  private static final int MOST_SECONDS = 3600;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--streams",
      split = ",",
      paramLabel = "N",
      description =
          "Instead: N drawn cameras of 640 x 480 with one to four faces, through the pipeline of"
              + " 'drsn stream' and the model that ships with drsn: what is sustained, and who uses"
              + " the processors.")
  private List<Integer> streams = List.of();

  @Option(
      names = "--crops",
      description = "With --streams: ready faces of 48 x 48 instead of frames.")
  private boolean crops;

  @Option(
      names = "--fps",
      paramLabel = "N",
      defaultValue = "10",
      description = "With --streams: frames a second of a camera; default: ${DEFAULT-VALUE}.")
  private int fps;

  @Option(
      names = "--faces",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "With --streams: faces a frame, 1 to 4; default: cameras of 1, 2, 3, 4 in turn.")
  private int faces;

  @Option(
      names = "--max-batch",
      split = ",",
      paramLabel = "N",
      description = "With --streams: the most faces a run of the network; default: 16.")
  private List<Integer> batches = List.of(16);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "With --streams: how long to measure; default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--most",
      description =
          "With --streams: beginning with N, look for the most cameras whose results are younger"
              + " than 250 ms in 99 of 100 cases with at most 1 %% of the frames dropped.")
  private boolean most;

  /** Whether cameras are to be measured. */
  boolean wanted() {
    return !streams.isEmpty();
  }

  /** Whether their largest number is looked for. */
  boolean most() {
    return most;
  }

  /** All combinations. */
  List<StreamCell> all() {
    within("--fps", List.of(fps), 1, MOST_FPS);
    within("--faces", List.of(faces), 0, WebcamFrame.MOST);
    within("--seconds", List.of(seconds), 1, MOST_SECONDS);
    within("--streams", streams, 1, MOST_CAMERAS);
    within("--max-batch", batches, 1, MOST_BATCH);
    List<StreamCell> cells = new ArrayList<>();
    for (int batch : batches) {
      for (int cameras : streams) {
        String what = crops ? StreamCell.CROPS : StreamCell.CAMERAS;
        cells.add(new StreamCell(what, cameras, fps, crops ? 1 : faces, batch, seconds));
      }
    }
    return cells;
  }

  private void within(String option, List<Integer> values, int least, int most) {
    for (int value : values) {
      if (value < least || value > most) {
        throw new ParameterException(
            command.commandLine(),
            option + ": " + value + " is not within " + least + " to " + most);
      }
    }
  }
}
