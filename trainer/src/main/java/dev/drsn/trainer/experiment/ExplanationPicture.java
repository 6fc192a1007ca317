package dev.drsn.trainer.experiment;

import dev.drsn.engine.explain.Explanation;
import dev.drsn.engine.explain.GateReading;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.engine.image.Preprocess.Normalise;
import dev.drsn.engine.weights.Model;
import dev.drsn.trainer.evaluate.HeatColours;
import dev.drsn.trainer.evaluate.Sheet;
import dev.drsn.trainer.evaluate.Sheet.Align;
import java.awt.Color;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * An explanation to look at: the face, what the network reads of it, Grad-CAM laid over the face;
 * below, where there are shrinkage gates, each block's thresholds and the share of zeros.
 */
public final class ExplanationPicture {

  private static final int SIDE = 288;
  private static final int GAP = 20;
  private static final int LEFT = 24;
  private static final int TOP = 108;
  private static final int BAR = 14;
  private static final int ROW = 30;
  private static final int NAMES = 84;
  private static final int WIDTH = LEFT + 3 * SIDE + 2 * GAP + 12 + BAR + 60;
  private static final int STRIP = 470;
  private static final int SHARE_LEFT = LEFT + NAMES + STRIP + 40;
  private static final int SHARE = 220;

  // The face stays visible under the colours, and the colours can be found in the bar.
  private static final double OPACITY = 0.5;

  private ExplanationPicture() {}

  /**
   * Draws one face's explanation.
   *
   * @param box of the face in the image
   * @param name what the picture calls the image
   * @param file the PNG
   */
  public static void write(
      Model model, Image image, Box box, Explanation why, String name, Path file) {
    Preprocess read = model.preprocess();
    Image face = seen(read).crop(image, box);
    String explained = model.labels().get(why.explained());
    int gates = why.gates().size();
    Sheet sheet = new Sheet(WIDTH, TOP + SIDE + 44 + (gates > 0 ? 92 + gates * ROW : 0));
    sheet.title(
        String.format(
            Locale.ROOT, "%s, %.1f %%", explained, 100 * why.probabilities().get(why.explained())),
        why.explained() == why.label()
            ? name
            : String.format(
                Locale.ROOT,
                "%s; the network says %s, %.1f %%",
                name,
                model.labels().get(why.label()),
                100 * why.probabilities().get(why.label())));
    sheet.picture(face, LEFT, TOP, SIDE);
    sheet.picture(read.crop(image, box), LEFT + SIDE + GAP, TOP, SIDE);
    double left = LEFT + 2.0 * (SIDE + GAP);
    sheet.picture(overlay(face, why), left, TOP, SIDE);
    caption(sheet, "the face", LEFT);
    caption(sheet, "as the network reads it", LEFT + SIDE + GAP);
    caption(sheet, "Grad-CAM: what speaks for " + explained, left);
    bar(sheet, why.map().most(), left + SIDE + 12);
    sheet.text(
        why.map().most() > 0
            ? String.format(
                Locale.ROOT,
                "map of %d x %d fields, bilinear; in units of the logit",
                why.map().height(),
                why.map().width())
            : "nothing in this face speaks for " + explained,
        LEFT,
        TOP + SIDE + 18,
        13,
        Align.LEFT,
        Sheet.INK);
    if (gates > 0) {
      gates(sheet, why.gates());
    }
    sheet.write(file);
  }

  /** The same cut of the picture with more pixels, in its own colours. */
  private static Preprocess seen(Preprocess read) {
    return new Preprocess(
        3, SIDE, read.crop(), read.margin(), Normalise.IMAGE, List.of(), List.of());
  }

  private static Image overlay(Image face, Explanation why) {
    float[] heat = why.map().over(SIDE);
    byte[] grey = face.toGrey().pixels();
    byte[] pixels = new byte[3 * grey.length];
    for (int i = 0; i < grey.length; i++) {
      Color colour = HeatColours.at(heat[i]);
      int[] rgb = {colour.getRed(), colour.getGreen(), colour.getBlue()};
      for (int c = 0; c < 3; c++) {
        double mixed = (1 - OPACITY) * (grey[i] & 0xFF) + OPACITY * rgb[c];
        pixels[3 * i + c] = (byte) Math.round(mixed);
      }
    }
    return new Image(SIDE, SIDE, 3, pixels);
  }

  private static void caption(Sheet sheet, String text, double left) {
    sheet.text(text, left, TOP - 14, 14, Align.LEFT, Sheet.INK);
  }

  /** The scale of the colours, from 0 at its foot. */
  private static void bar(Sheet sheet, float most, double left) {
    for (int i = 0; i < SIDE; i++) {
      double t = 1 - (i + 0.5) / SIDE;
      sheet.fill(left, TOP + i, BAR, 1, HeatColours.at(t));
    }
    double numbers = left + BAR + 6;
    sheet.text(number(most), numbers, TOP + 7, 12, Align.LEFT, Sheet.INK);
    sheet.text("0", numbers, TOP + SIDE - 7, 12, Align.LEFT, Sheet.INK);
  }

  private static void gates(Sheet sheet, List<GateReading> gates) {
    double top = TOP + SIDE + 66;
    double most = 1e-12;
    for (GateReading gate : gates) {
      most = Math.max(most, gate.tau(1));
    }
    double left = LEFT + NAMES;
    sheet.text("thresholds, a dot a channel; median", left, top, 14, Align.LEFT, Sheet.INK);
    sheet.text("activations set to zero", SHARE_LEFT, top, 14, Align.LEFT, Sheet.INK);
    for (int i = 0; i < gates.size(); i++) {
      GateReading gate = gates.get(i);
      double y = top + 28 + i * ROW;
      sheet.text(gate.block(), LEFT, y, 13, Align.LEFT, Sheet.INK);
      sheet.line(left, y, left + STRIP, y, Sheet.FAINT, 1);
      Color dot = new Color(0x00, 0x72, 0xB2, 70);
      for (float tau : gate.tau()) {
        sheet.spot(left + tau / most * STRIP, y, 9, dot);
      }
      double median = left + gate.tau(0.5) / most * STRIP;
      sheet.line(median, y - 10, median, y + 10, Sheet.INK, 2);
      sheet.fill(SHARE_LEFT, y - 8, SHARE, 16, Sheet.FAINT);
      sheet.fill(SHARE_LEFT, y - 8, gate.zeroShare() * SHARE, 16, Sheet.ORANGE);
      String percent = String.format(Locale.ROOT, "%.1f %%", 100 * gate.zeroShare());
      sheet.text(percent, SHARE_LEFT + SHARE + 8, y, 13, Align.LEFT, Sheet.INK);
    }
    double axis = top + 28 + gates.size() * ROW;
    sheet.text("0", left, axis, 12, Align.CENTRE, Sheet.INK);
    sheet.text(number((float) most), left + STRIP, axis, 12, Align.CENTRE, Sheet.INK);
  }

  private static String number(float value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
