package dev.drsn.trainer.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.image.Box;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.Image;
import dev.drsn.engine.image.Preprocess;
import dev.drsn.trainer.synth.Levels;
import dev.drsn.trainer.synth.SynthDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Why faces are compared by HOG: what tells a change of expression from a box that trembles and
 * light that changes, and how well. docs/datasets.md has these figures.
 */
class ChangeMeasureTest {
  private static final int SIDE = 160;
  private static final int SMALL = 128;
  private static final Face FACE = new Face(new Box(0, 0, SIDE, SIDE), 1);

  /** Distances by one measure of pairs that tremble and of pairs that change. */
  private record Measure(List<Double> trembling, List<Double> changing) {
    Measure() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    /** The area under the ROC curve: how often a change is further apart than a trembling. */
    double area() {
      long further = 0;
      for (double change : changing) {
        for (double tremble : trembling) {
          further += change > tremble ? 1 : 0;
        }
      }
      return (double) further / changing.size() / trembling.size();
    }

    double shareAbove(List<Double> distances, double limit) {
      return distances.stream().filter(d -> d > limit).count() / (double) distances.size();
    }
  }

  private static Image tremble(Image image, Random random) {
    double scale = 1 + 0.03 * random.nextGaussian();
    int side = (int) Math.round(0.9 * SIDE * scale);
    int x = (int) Math.round(SIDE * (0.05 + 0.015 * random.nextGaussian()));
    int y = (int) Math.round(SIDE * (0.05 + 0.015 * random.nextGaussian()));
    byte[] pixels =
        Preprocess.fixed(1, SMALL).crop(image, new Box(x, y, side, side)).pixels().clone();
    double gamma = Math.exp(0.2 * random.nextGaussian());
    for (int i = 0; i < pixels.length; i++) {
      double value = Math.pow((pixels[i] & 0xFF) / 255.0, gamma) * 255;
      pixels[i] = (byte) Math.clamp(Math.round(value + 4 * random.nextGaussian()), 0, 255);
    }
    return new Image(SMALL, SMALL, 1, pixels);
  }

  private static float[] pixels(Image image) {
    byte[] pixels = Hog.prepare(image).pixels();
    double mean = 0;
    for (byte pixel : pixels) {
      mean += (pixel & 0xFF) / (double) pixels.length;
    }
    float[] centred = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      centred[i] = (float) ((pixels[i] & 0xFF) - mean);
    }
    return centred;
  }

  private static double apart(float[] a, float[] b) {
    double[] direction = new double[b.length];
    double square = 0;
    for (int i = 0; i < b.length; i++) {
      direction[i] = b[i];
      square += a[i] * a[i];
    }
    float[] unit = a.clone();
    for (int i = 0; i < unit.length; i++) {
      unit[i] /= (float) Math.sqrt(square);
    }
    return Changes.distance(unit, direction);
  }

  @Test
  void hogTellsChangesFromTremblingBetterThanPixelsAndHashesDo() {
    SynthDataset drawn = new SynthDataset(new SynthDataset.Options(360, 30, SIDE, 1, Levels.CLEAN));
    Random random = new Random(1);
    int n = drawn.options().count();
    Image[] images = new Image[n];
    float[][] looks = new float[n][];
    float[][] pixels = new float[n][];
    DifferenceHash[] hashes = new DifferenceHash[n];
    Measure hog = new Measure();
    Measure correlation = new Measure();
    Measure hash = new Measure();
    for (int i = 0; i < n; i++) {
      Image image = new Image(SIDE, SIDE, 1, drawn.pixels(i));
      images[i] = tremble(image, random);
      Image again = tremble(image, random);
      looks[i] = Sighting.of(images[i], FACE, 0, 0).look();
      pixels[i] = pixels(images[i]);
      hashes[i] = DifferenceHash.of(images[i]);
      hog.trembling.add(apart(looks[i], Sighting.of(again, FACE, 0, 0).look()));
      correlation.trembling.add(apart(pixels[i], pixels(again)));
      hash.trembling.add((double) hashes[i].distance(DifferenceHash.of(again)));
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        boolean one = drawn.picture(i).subject().id() == drawn.picture(j).subject().id();
        if (one && drawn.picture(i).label() != drawn.picture(j).label()) {
          hog.changing.add(apart(looks[i], looks[j]));
          correlation.changing.add(apart(pixels[i], pixels[j]));
          hash.changing.add((double) hashes[i].distance(hashes[j]));
        }
      }
    }
    System.out.printf(
        "areas: HOG %.2f, pixels %.2f, hash %.2f; above 0.12: %.0f %% of the trembling, %.0f %% of"
            + " the changes; within 24 bits: %.1f %% and %.1f %%%n",
        hog.area(),
        correlation.area(),
        hash.area(),
        100 * hog.shareAbove(hog.trembling, 0.12),
        100 * hog.shareAbove(hog.changing, 0.12),
        100 - 100 * hash.shareAbove(hash.trembling, 24),
        100 - 100 * hash.shareAbove(hash.changing, 24));
    assertThat(hog.area()).isGreaterThan(0.85);
    assertThat(correlation.area()).isLessThan(hog.area() - 0.05);
    assertThat(hash.area()).isLessThan(hog.area() - 0.05);
    assertThat(hog.shareAbove(hog.trembling, 0.12)).isLessThan(0.2);
    assertThat(hog.shareAbove(hog.changing, 0.12)).isGreaterThan(0.6);
  }
}
