package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.backend.Backend;
import dev.drsn.engine.file.AtomicFile;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.FaceDetector;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.Classifier;
import dev.drsn.engine.stream.Prediction;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.evaluate.Charts;
import dev.drsn.trainer.synth.LearningExpression;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.WebcamFrame;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/**
 * Drawn webcam frames with what a model says of the faces in them.
 *
 * @param files the annotated frames; none where this machine cannot draw
 * @param drawn faces there are
 * @param found of these by the detector
 * @param right of these classified as drawn
 */
record DemoFrames(List<Path> files, int drawn, int found, int right) {

  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;

  /** Draws frames, classifies them, and writes them with boxes and labels. */
  static DemoFrames classify(Model model, Backend backend, long seed, int count, Path folder) {
    LearningExpression[] all = LearningExpression.values();
    List<Path> files = new ArrayList<>();
    int drawn = 0;
    int found = 0;
    int right = 0;
    try (Classifier classifier = new Classifier(model, backend, WebcamFrame.MOST);
        FaceDetector detector = FaceDetector.haar(0)) {
      Files.createDirectories(folder);
      for (int i = 0; i < count; i++) {
        List<LearningExpression> shown = new ArrayList<>();
        for (int k = 0; k < 1 + i % 3; k++) {
          shown.add(all[(i + 2 * k) % all.length]);
        }
        WebcamFrame frame = WebcamFrame.draw(seed, i, WIDTH, HEIGHT, shown, Levels.DEFAULT);
        List<Prediction> predictions = classifier.classify(image(frame), detector);
        if (Charts.possible()) {
          BufferedImage sheet = annotated(frame, model.labels(), predictions);
          Path file = folder.resolve("frame-" + (i + 1) + ".png");
          AtomicFile.write(file, out -> ImageIO.write(sheet, "png", out));
          files.add(file);
        }
        drawn += frame.faces().size();
        for (WebcamFrame.Face face : frame.faces()) {
          for (Prediction prediction : predictions) {
            if (within(prediction.face().box(), face)) {
              found++;
              right += model.labels().get(prediction.label()).equals(face.label().label()) ? 1 : 0;
              break;
            }
          }
        }
      }
    } catch (IOException e) {
      throw new DrsnException("cannot write to " + folder + ": " + e.getMessage(), e);
    }
    return new DemoFrames(files, drawn, found, right);
  }

  private static Image image(WebcamFrame frame) {
    byte[] pixels = ((DataBufferByte) frame.image().getRaster().getDataBuffer()).getData();
    return new Image(HEIGHT, WIDTH, 1, pixels.clone());
  }

  /** Whether a found box's middle lies in a drawn face. */
  private static boolean within(Box box, WebcamFrame.Face face) {
    double x = box.x() + box.width() / 2.0;
    double y = box.y() + box.height() / 2.0;
    return x > face.x() && x < face.x() + face.side() && y > face.y() && y < face.y() + face.side();
  }

  private static BufferedImage annotated(
      WebcamFrame frame, List<String> labels, List<Prediction> predictions) {
    BufferedImage sheet = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = sheet.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.drawImage(frame.image(), 0, 0, null);
    g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
    g.setStroke(new BasicStroke(2));
    for (Prediction prediction : predictions) {
      Box box = prediction.face().box();
      String text =
          String.format(
              Locale.ROOT,
              "%s %.0f %%",
              labels.get(prediction.label()),
              100 * prediction.probability());
      g.setColor(new Color(0xFFB000));
      g.drawRect(box.x(), box.y(), box.width(), box.height());
      int wide = g.getFontMetrics().stringWidth(text) + 8;
      int top = Math.max(0, box.y() - 22);
      g.fillRect(box.x() - 1, top, wide, 22);
      g.setColor(Color.BLACK);
      g.drawString(text, box.x() + 3, top + 16);
    }
    g.dispose();
    return sheet;
  }
}
