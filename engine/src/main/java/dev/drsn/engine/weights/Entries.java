package dev.drsn.engine.weights;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.tensor.Shape;
import dev.drsn.engine.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is asked of an entry of any weights file, and how its name is shown: it may hold anything.
 */
final class Entries {

  private static final int LONGEST = 100;
  private static final int MOST = 5;

  /** What a Java array holds. */
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 64;

  private Entries() {}

  /** A name on one line: control characters replaced, the end of a long one cut off. */
  static String printable(String name) {
    String line = oneLine(name);
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }

  /** A text without anything that begins a line or moves a terminal's cursor. */
  static String oneLine(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}]", "?");
  }

  /**
   * The shape of a tensor with these extents; a scalar has none and becomes [1].
   *
   * @throws DrsnException where a tensor cannot have them
   */
  static Shape shape(Path file, String name, long[] extents) {
    String where = file + ": entry " + printable(name);
    if (extents.length > 4) {
      throw new DrsnException(
          where + " has " + extents.length + " dimensions, a tensor here at most 4; leave it out");
    }
    int[] all = new int[extents.length];
    long elements = 1;
    for (int i = 0; i < all.length; i++) {
      elements = extents[i] > Integer.MAX_VALUE ? 0 : Math.min(elements * extents[i], 1L << 31);
      if (elements < 1 || elements > MOST_ELEMENTS) {
        throw new DrsnException(
            where
                + " is "
                + Arrays.toString(extents)
                + ", which no tensor here can be; leave it out");
      }
      all[i] = (int) extents[i];
    }
    return all.length == 0 ? Shape.of(1) : Shape.of(all);
  }

  /** Weights that are not finite make every result NaN, so they are an error here already. */
  static void requireFinite(Path file, Map<String, Tensor> tensors) {
    List<String> names = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> {
          for (float value : tensor.data()) {
            if (!Float.isFinite(value)) {
              names.add(name);
              return;
            }
          }
        });
    if (!names.isEmpty()) {
      String first =
          names.stream().limit(MOST).map(Entries::printable).collect(Collectors.joining(", "));
      String more = names.size() > MOST ? " and " + (names.size() - MOST) + " more" : "";
      throw new DrsnException(
          file
              + ": NaN or infinite numbers in "
              + first
              + more
              + "; the training diverged or the file is damaged, use another");
    }
  }
}
