package dev.drsn.trainer.collect;

import dev.drsn.engine.DrsnException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * How faces are collected.
 *
 * @param size pixels of a side of a kept face
 * @param margin around a face's box, in its sides
 * @param every seconds between frames that are searched; 0 for all frames
 * @param change see {@link Changes}, above 0 and at most 1
 * @param longest seconds that one picture stands for
 * @param alike bits of 256 in which the hashes of two faces differ at most that count as one
 * @param leastSharpness see {@link Quality}
 * @param stills whether the pictures of a folder have nothing to do with one another
 */
public record CollectOptions(
    int size,
    double margin,
    double every,
    double change,
    double longest,
    int alike,
    double leastSharpness,
    boolean stills) {

  private static final int MOST_SIZE = 512;

  public CollectOptions {
    if (size < 16 || size > MOST_SIZE) {
      throw new DrsnException("the side of a face is 16 to 512 pixels, not " + size);
    }
    if (!(margin >= 0 && margin <= 2)) {
      throw new DrsnException("the margin around a face is 0 to 2, not " + margin);
    }
    if (!(every >= 0 && every <= 3600) || !(longest > 0 && longest <= 3600)) {
      throw new DrsnException("times are up to 3600 seconds, not " + every + " and " + longest);
    }
    if (!(change > 0 && change <= 1)) {
      throw new DrsnException("the change that counts is above 0 and at most 1, not " + change);
    }
    if (alike < 0 || alike > 128) {
      throw new DrsnException("faces are alike up to 0 to 128 of 256 bits, not " + alike);
    }
    if (!(leastSharpness >= 0 && leastSharpness <= 10)) {
      throw new DrsnException("the least sharpness is 0 to 10, not " + leastSharpness);
    }
  }

  /** Names and values, as the set's folder keeps them. */
  SequencedMap<String, String> entries() {
    SequencedMap<String, String> entries = new LinkedHashMap<>();
    entries.put("size", Integer.toString(size));
    entries.put("margin", number(margin));
    entries.put("every", number(every));
    entries.put("change", number(change));
    entries.put("longest", number(longest));
    entries.put("alike", Integer.toString(alike));
    entries.put("least-sharpness", number(leastSharpness));
    entries.put("stills", Boolean.toString(stills));
    return entries;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6f", value);
  }
}
