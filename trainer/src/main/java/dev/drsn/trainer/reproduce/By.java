package dev.drsn.trainer.reproduce;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.data.DataSet;
import dev.drsn.trainer.data.Part;
import dev.drsn.trainer.data.Split;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How pictures are divided 4:1 into those to train on and those to test on. */
public enum By {
  /** Nobody is in both parts: the honest way. */
  SUBJECT,
  /** Anybody may be in both parts, as in the paper, whose test then knows the faces. */
  IMAGE,
  /** As the data set divides itself: its train and valid parts. */
  PARTS;

  private static final double TEST = 0.2;

  /** As users name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The way of this name. */
  public static By of(String label) {
    for (By by : values()) {
      if (by.label().equals(label.strip())) {
        return by;
      }
    }
    throw new DrsnException(
        "there is no split by "
            + label
            + "; choose from "
            + Arrays.stream(values()).map(By::label).collect(Collectors.joining(", ")));
  }

  /** Both parts, in the samples' order; another seed divides otherwise, but for {@link #PARTS}. */
  public Parts divide(DataSet data, long seed) {
    DataSet divided = this == PARTS ? data : Split.random(data, TEST, 0, seed, this == SUBJECT);
    return new Parts(divided.part(Part.TRAIN), divided.part(Part.VALID));
  }

  /** What is trained on, and what is tested on. */
  public record Parts(DataSet train, DataSet test) {}
}
