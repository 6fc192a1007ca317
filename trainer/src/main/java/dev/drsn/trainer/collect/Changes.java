package dev.drsn.trainer.collect;

import dev.drsn.engine.feature.Hog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds where one person's face changes. A track is cut into stretches of one look; the frame that
 * is most like its stretch stands for it. With h the HOG of a frame's crop, of length 1, and m the
 * sum of h over the stretch so far,
 *
 * <pre>
 *   d(h) = 1 - (h . m) / |m|,  0 for the stretch's own direction, 1 for nothing in common
 *   d(h) &lt;= change            the frame belongs to the stretch
 *   two frames in a row above  that agree with one another begin the next one
 *   one frame above            is a slip: motion, or the detector's
 * </pre>
 *
 * <p>Why HOG: mouth, eyes, brows and the direction of the head are what the paper's table 1 defines
 * expressions by, and those are edges and their directions. Light moves h little (blocks are
 * normalised), and so does the box's trembling by a pixel or two, because votes are spread between
 * cells; both move differences of pixels as much as a smile does. Frames next to the mean are those
 * in which the expression rests, not those on its way.
 *
 * <p>A stretch ends after some seconds in any case, which bounds what is remembered.
 */
final class Changes {

  private final double change;
  private final double longest;
  private final double leastSharpness;
  private final List<Sighting> stretch = new ArrayList<>();
  private final double[] sum = new double[Hog.SIZE];
  private Sighting odd;
  private int seen;
  private int poor;

  /**
   * @param change distance above which a face looks different
   * @param longest seconds of a stretch
   * @param leastSharpness of a frame that may stand for a stretch
   */
  Changes(double change, double longest, double leastSharpness) {
    this.change = change;
    this.longest = longest;
    this.leastSharpness = leastSharpness;
  }

  /** The track's next frame; gives the frame that stands for the stretch which ended, or null. */
  Sighting add(Sighting next) {
    seen++;
    if (stretch.isEmpty()) {
      join(next);
      return null;
    }
    if (next.seconds() - stretch.getFirst().seconds() > longest) {
      Sighting ended = end();
      join(next);
      return ended;
    }
    if (distance(next.look(), sum) <= change) {
      odd = null;
      join(next);
      return null;
    }
    if (odd == null || distance(next.look(), doubles(odd.look())) > change) {
      odd = next;
      return null;
    }
    Sighting first = odd;
    Sighting ended = end();
    join(first);
    join(next);
    return ended;
  }

  /** The track is over: what stands for its last stretch, or null. */
  Sighting finish() {
    return stretch.isEmpty() ? null : end();
  }

  /** Frames so far. */
  int seen() {
    return seen;
  }

  /** Stretches so far in which no frame was good enough to stand for them. */
  int poor() {
    return poor;
  }

  private void join(Sighting next) {
    stretch.add(next);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += next.look()[i];
    }
  }

  private Sighting end() {
    Sighting best = null;
    double least = Double.POSITIVE_INFINITY;
    for (Sighting one : stretch) {
      double d = distance(one.look(), sum);
      if (d < least && one.quality().suffices(leastSharpness)) {
        least = d;
        best = one;
      }
    }
    poor += best == null ? 1 : 0;
    stretch.clear();
    Arrays.fill(sum, 0);
    odd = null;
    return best;
  }

  /** One minus the cosine of the angle between a look and a direction. */
  static double distance(float[] look, double[] direction) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < look.length; i++) {
      product += look[i] * direction[i];
      square += direction[i] * direction[i];
    }
    return square == 0 ? 1 : 1 - product / Math.sqrt(square);
  }

  private static double[] doubles(float[] look) {
    double[] doubles = new double[look.length];
    for (int i = 0; i < look.length; i++) {
      doubles[i] = look[i];
    }
    return doubles;
  }
}
