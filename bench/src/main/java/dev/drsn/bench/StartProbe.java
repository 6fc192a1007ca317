package dev.drsn.bench;

import dev.drsn.bench.result.Cell;
import dev.drsn.bench.time.Samples;
import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.synth.LearningExpression;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.WebcamFrame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How long a user waits for the first answer of {@code drsn classify}: the launcher started on a
 * drawn webcam picture of one face, with the model that ships, until its first line.
 */
final class StartProbe {
  private static final int LEAST_RUNS = 7;

  private StartProbe() {}

  static Measurement.Result measure(int launches) {
    Path launcher = Path.of(System.getProperty("drsn.home", "."), "drsn");
    if (!Files.isExecutable(launcher)) {
      throw new DrsnException(launcher + " is no launcher; run this as drsn bench --start");
    }
    try {
      Path picture = Files.createTempFile("drsn-bench", ".png");
      try {
        ImageIO.write(frame(), "png", picture.toFile());
        return measure(launcher, picture, Math.max(LEAST_RUNS, launches));
      } finally {
        Files.delete(picture);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static java.awt.image.BufferedImage frame() {
    List<LearningExpression> labels = List.of(LearningExpression.HAPPY);
    return WebcamFrame.draw(1, 0, 640, 480, labels, Levels.DEFAULT).image();
  }

  private static Measurement.Result measure(Path launcher, Path picture, int runs)
      throws IOException {
    // The first may build drsn and fills the file system's cache.
    answer(launcher, picture);
    double[] times = new double[runs];
    for (int i = 0; i < runs; i++) {
      times[i] = answer(launcher, picture);
    }
    Samples samples = new Samples(times);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("what", Cell.START);
    json.put("command", "drsn classify");
    json.put("drsn_ms", Math.round(samples.median()));
    json.put("drsn_p10_ms", Math.round(samples.quantile(0.1)));
    json.put("drsn_p90_ms", Math.round(samples.quantile(0.9)));
    json.put("drsn_runs", runs);
    String text =
        String.format(
            Locale.ROOT,
            "start     drsn classify: first answer after %.2f s (%.2f to %.2f)",
            samples.median() / 1e3,
            samples.quantile(0.1) / 1e3,
            samples.quantile(0.9) / 1e3);
    return new Measurement.Result(json, text);
  }

  /** Milliseconds to the first line. */
  private static double answer(Path launcher, Path picture) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(launcher.toString(), "classify", picture.toString());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    long start = System.nanoTime();
    Process process = builder.start();
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      double time = (System.nanoTime() - start) / 1e6;
      out.transferTo(java.io.Writer.nullWriter());
      if (line == null || process.waitFor() != 0) {
        throw new DrsnException(
            "drsn classify gave no answer; try " + launcher + " classify with a picture");
      }
      return time;
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new DrsnException("bench was interrupted");
    }
  }
}
