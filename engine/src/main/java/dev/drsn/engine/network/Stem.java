package dev.drsn.engine.network;

import dev.drsn.engine.DrsnException;

/** How a residual network begins: how far the image is reduced before the first stage. */
public enum Stem {
  /** 7x7 convolution of stride 2, then 3x3 max pooling of stride 2: a quarter. ImageNet's. */
  IMAGE("7x7"),
  /**
   * 3x3 convolution of stride 1, then 3x3 max pooling of stride 2: a half. For faces of 40 to 111.
   */
  FACE("3x3-pool"),
  /** 3x3 convolution of stride 1: full size. For faces below 40, or where time is no matter. */
  FULL("3x3");

  private final String label;

  Stem(String label) {
    this.label = label;
  }

  /** As users and model files name it. */
  public String label() {
    return label;
  }

  /** The stem for an input size, such that the first stage sees about 20 to 56 pixels. */
  public static Stem forSize(int size) {
    return size >= 112 ? IMAGE : size >= 40 ? FACE : FULL;
  }

  /** The stem of this label. */
  public static Stem of(String label) {
    for (Stem stem : values()) {
      if (stem.label.equals(label)) {
        return stem;
      }
    }
    throw new DrsnException("there is no stem " + label + "; choose 7x7, 3x3-pool or 3x3");
  }
}
