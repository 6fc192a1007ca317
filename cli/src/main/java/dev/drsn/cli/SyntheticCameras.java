package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.stream.Address;
import dev.drsn.engine.stream.SyntheticSource;
import dev.drsn.engine.stream.Ticker;
import dev.drsn.trainer.synth.LearningExpression;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.WebcamFrame;
import java.awt.image.DataBufferByte;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cameras that show drawn students: {@code synthetic:640x480@10?faces=3&seed=1&frames=100}. All
 * parts may be left out; without {@code frames} it never ends.
 */
public final class SyntheticCameras {

  private static final Pattern ADDRESS =
      Pattern.compile("(?:(\\d{2,4})x(\\d{2,4}))?(?:@(\\d{1,3}))?(?:\\?(.*))?");
  private static final Pattern SETTING = Pattern.compile("(faces|seed|frames)=(\\d{1,9})");
  private static final int PICTURES = 4;

  private record Scene(int width, int height, int faces, int seed) {}

  private final Map<Scene, List<Image>> scenes = new ConcurrentHashMap<>();

  /** Draws what a camera of this address shows; drawing takes longer than showing. */
  public void prepare(String url) {
    open(url, Ticker.system()).close();
  }

  /** The camera of this address. */
  public SyntheticSource open(String url, Ticker ticker) {
    Matcher matcher = ADDRESS.matcher(url.substring(Address.SYNTHETIC.length()));
    if (!matcher.matches()) {
      throw unknown(url);
    }
    int width = number(matcher.group(1), 640);
    int height = number(matcher.group(2), 480);
    int fps = number(matcher.group(3), 10);
    int faces = 2;
    int seed = 1;
    int frames = 0;
    String settings = matcher.group(4);
    for (String setting : settings == null ? new String[0] : settings.split("&", -1)) {
      Matcher one = SETTING.matcher(setting);
      if (!one.matches()) {
        throw unknown(url);
      }
      int value = number(one.group(2), 0);
      switch (one.group(1)) {
        case "faces" -> faces = value;
        case "seed" -> seed = value;
        default -> frames = value;
      }
    }
    List<Image> images =
        scenes.computeIfAbsent(new Scene(width, height, faces, seed), SyntheticCameras::draw);
    return new SyntheticSource(images, fps, frames, ticker);
  }

  private static int number(String digits, int otherwise) {
    return digits == null ? otherwise : Integer.parseInt(digits);
  }

  private static DrsnException unknown(String url) {
    return new DrsnException(
        url + " is no synthetic camera; write synthetic:640x480@10?faces=2&seed=1&frames=100");
  }

  private static List<Image> draw(Scene scene) {
    LearningExpression[] all = LearningExpression.values();
    List<Image> images = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      List<LearningExpression> shown = new ArrayList<>();
      for (int k = 0; k < scene.faces; k++) {
        shown.add(all[(i + k) % all.length]);
      }
      // The same index: the same people, who change their faces.
      WebcamFrame frame =
          WebcamFrame.draw(scene.seed, 0, scene.width, scene.height, shown, Levels.DEFAULT);
      byte[] pixels = ((DataBufferByte) frame.image().getRaster().getDataBuffer()).getData();
      images.add(new Image(scene.height, scene.width, 1, pixels.clone()));
    }
    return images;
  }
}
