package dev.drsn.cli;

import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.evaluate.ConfusionMatrix;
import dev.drsn.trainer.evaluate.Evaluation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The page that {@code drsn demo} leaves behind. */
final class DemoPage {

  private DemoPage() {}

  static void write(
      Path folder, Model model, Evaluation evaluation, DemoFrames frames, double seconds) {
    ConfusionMatrix matrix = evaluation.confusion();
    HtmlPage page = new HtmlPage("drsn demo: six learning expressions");
    page.paragraph(
        String.format(
            Locale.ROOT,
            "A Deep Residual Shrinkage Network was trained from nothing on drawn faces and then"
                + " tested on %d pictures of people it had not seen: %.1f %% right, where guessing"
                + " gives %.1f %%. All of it took %s on this machine.",
            matrix.total(),
            100 * evaluation.accuracy(),
            100.0 / matrix.classes(),
            Terminal.duration(seconds)));
    page.code(ModelSummary.of(model).text());
    page.heading("The data")
        .paragraph(
            "Nobody's photographs: each face is drawn from the definitions in the paper's Table 1"
                + " (mouth, eyes, eyebrows, head direction, gaze).");
    picture(page, folder, "faces.png", "Twelve drawn faces of each class");
    page.heading("Training");
    picture(page, folder, "run/curves.png", "Loss and accuracy, epoch by epoch");
    page.heading("Evaluation on people not seen in training")
        .table(List.of("class", "precision", "recall", "F1", "images"), rows(matrix));
    picture(page, folder, "evaluation/confusion.png", "Confusion matrix: a row a true class");
    picture(
        page,
        folder,
        "evaluation/calibration.png",
        "How often the network is right when it is how sure");
    page.heading("Frames")
        .paragraph(
            String.format(
                Locale.ROOT,
                "OpenCV's frontal cascade found %d of %d drawn faces; %d of these were classified"
                    + " as drawn. It looks for faces that look ahead.",
                frames.found(),
                frames.drawn(),
                frames.right()));
    for (Path file : frames.files()) {
      page.picture(
          "frames/" + file.getFileName(), "A drawn webcam frame with what the network says");
    }
    page.heading("Go on")
        .code(
            """
            drsn classify --model %1$s/run/best.safetensors --face none %1$s/faces/happy
            drsn train --data %1$s/faces --network senet18 --width 16 --epochs 20 --out runs/senet
            drsn --help\
            """
                .formatted(folder))
        .notice(
            "Drawn faces are easy. Figures on them say that the engine works, nothing about"
                + " people. In the EU, inferring emotions of persons in education is restricted (AI"
                + " Act, Article 5(1)(f)).");
    page.write(folder.resolve("index.html"));
  }

  /** Shows a picture if there is one: machines without fonts draw none. */
  private static void picture(HtmlPage page, Path folder, String file, String text) {
    if (Files.exists(folder.resolve(file))) {
      page.picture(file, text);
    }
  }

  private static List<List<String>> rows(ConfusionMatrix matrix) {
    List<List<String>> rows = new ArrayList<>();
    for (int k = 0; k < matrix.classes(); k++) {
      rows.add(
          List.of(
              matrix.labels().get(k),
              String.format(Locale.ROOT, "%.1f %%", 100 * matrix.precision(k)),
              String.format(Locale.ROOT, "%.1f %%", 100 * matrix.recall(k)),
              String.format(Locale.ROOT, "%.1f %%", 100 * matrix.f1(k)),
              Long.toString(matrix.support(k))));
    }
    return rows;
  }
}
