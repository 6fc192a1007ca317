package dev.drsn.trainer.collect;

import dev.drsn.engine.feature.Hog;
import dev.drsn.engine.image.Face;
import dev.drsn.engine.image.Image;

/**
 * A face in one frame.
 *
 * @param crop as it will be kept
 * @param seconds since the clip's first frame
 * @param frame its number in the clip, from 0
 * @param look the crop's HOG (L2-Hys), of length 1
 */
record Sighting(Image crop, Face face, double seconds, long frame, Quality quality, float[] look) {

  private static final Hog HOG = new Hog(Hog.Voting.INTERPOLATED, Hog.Norm.L2_HYS);

  static Sighting of(Image crop, Face face, double seconds, long frame) {
    float[] look = HOG.describe(crop);
    double square = 0;
    for (float v : look) {
      square += v * v;
    }
    float length = (float) Math.sqrt(square);
    for (int i = 0; length > 0 && i < look.length; i++) {
      look[i] /= length;
    }
    return new Sighting(crop, face, seconds, frame, Quality.of(crop, face), look);
  }
}
