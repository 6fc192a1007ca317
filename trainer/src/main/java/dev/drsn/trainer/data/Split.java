package dev.drsn.trainer.data;

import dev.drsn.engine.DrsnException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Divides a data set into parts to train on, to validate on and to test on. Every class has its
 * share in each part, as nearly as can be: exactly by image, greedily by subject. The same seed
 * gives the same parts.
 *
 * <p>By subject is the honest way wherever subjects are known: a network that has seen a face's
 * owner recognises more than the expression.
 */
public final class Split {

  private static final Part[] PARTS = {Part.TRAIN, Part.VALID, Part.TEST};

  private final DataSet data;
  private final double[] shares;
  private final Random random;
  private final Part[] chosen;

  private Split(DataSet data, double valid, double test, long seed) {
    if (!(valid >= 0 && test >= 0 && valid + test > 0 && valid + test < 1)) {
      throw new DrsnException(
          "shares of "
              + valid
              + " to validate and "
              + test
              + " to test leave nothing to do or to train on; their sum is above 0 and below 1");
    }
    this.data = data;
    this.shares = new double[] {1 - valid - test, valid, test};
    this.random = new Random(seed);
    this.chosen = new Part[data.samples().size()];
  }

  /**
   * Gives every sample a part, whatever part it had.
   *
   * @param valid share of the images to validate on, 0 to below 1
   * @param test share to test on
   * @param bySubject whether nobody may be in two parts
   * @throws DrsnException where subjects are asked for and unknown or too few, or a part stays
   *     empty
   */
  public static DataSet random(
      DataSet data, double valid, double test, long seed, boolean bySubject) {
    Split split = new Split(data, valid, test, seed);
    if (bySubject) {
      split.bySubject();
    } else {
      split.byImage();
    }
    return split.result();
  }

  private void byImage() {
    for (int k = 0; k < data.classes(); k++) {
      List<Integer> of = new ArrayList<>();
      for (int i = 0; i < chosen.length; i++) {
        if (data.samples().get(i).label() == k) {
          of.add(i);
        }
      }
      Collections.shuffle(of, random);
      // Boundaries are rounded, not counts: the parts together are always the whole class.
      long toValid = Math.round(shares[0] * of.size());
      long toTest = Math.round((shares[0] + shares[1]) * of.size());
      for (int j = 0; j < of.size(); j++) {
        chosen[of.get(j)] = j < toValid ? Part.TRAIN : j < toTest ? Part.VALID : Part.TEST;
      }
    }
  }

  /** The subjects with most images first, each to the part that it brings nearest to its share. */
  private void bySubject() {
    Map<String, List<Integer>> images = new LinkedHashMap<>();
    for (int i = 0; i < chosen.length; i++) {
      String subject = data.samples().get(i).subject();
      if (subject.isEmpty()) {
        throw new DrsnException(
            data.source()
                + " does not say who is in "
                + data.samples().get(i).name()
                + "; split by image, or give the manifest a column 'subject'");
      }
      images.computeIfAbsent(subject, s -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> subjects = new ArrayList<>(images.values());
    Collections.shuffle(subjects, random);
    subjects.sort(Comparator.comparingInt((List<Integer> s) -> -s.size()));
    int[] all = data.counts();
    double[][] lacking = new double[PARTS.length][all.length];
    for (int p = 0; p < PARTS.length; p++) {
      for (int k = 0; k < all.length; k++) {
        lacking[p][k] = shares[p] * all[k];
      }
    }
    for (List<Integer> subject : subjects) {
      int[] counts = new int[all.length];
      subject.forEach(i -> counts[data.samples().get(i).label()]++);
      int best = 0;
      for (int p = 1; p < PARTS.length; p++) {
        if (gain(lacking[p], counts, shares[p]) > gain(lacking[best], counts, shares[best])) {
          best = p;
        }
      }
      for (int k = 0; k < counts.length; k++) {
        lacking[best][k] -= counts[k];
      }
      for (int i : subject) {
        chosen[i] = PARTS[best];
      }
    }
  }

  /** How much nearer a part comes to what it should have, in shares of that. */
  private static double gain(double[] lacking, int[] counts, double share) {
    if (share == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    double gain = 0;
    for (int k = 0; k < counts.length; k++) {
      double after = lacking[k] - counts[k];
      gain += lacking[k] * lacking[k] - after * after;
    }
    return gain / share;
  }

  private DataSet result() {
    List<Sample> samples = new ArrayList<>(chosen.length);
    for (int i = 0; i < chosen.length; i++) {
      Sample s = data.samples().get(i);
      samples.add(new Sample(s.name(), s.source(), s.label(), s.target(), s.subject(), chosen[i]));
    }
    for (int p = 0; p < PARTS.length; p++) {
      if (shares[p] > 0 && !Arrays.asList(chosen).contains(PARTS[p])) {
        throw new DrsnException(
            data.source()
                + " has too few images or subjects for a part "
                + PARTS[p]
                + "; give a larger share or more data");
      }
    }
    return data.withSamples(samples);
  }
}
