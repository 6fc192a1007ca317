package dev.drsn.trainer.data;

import java.util.Locale;

/** What a sample is for, as its folder or manifest says. */
public enum Part {
  /** Nothing was said. */
  NONE,
  TRAIN,
  VALID,
  TEST;

  /**
   * The part of this name: {@code train}, {@code valid} (also {@code val}, {@code validation}),
   * {@code test}, or nothing at all; null for any other name.
   */
  static Part of(String name) {
    return switch (name.strip().toLowerCase(Locale.ROOT)) {
      case "" -> NONE;
      case "train", "training" -> TRAIN;
      case "valid", "val", "validation" -> VALID;
      case "test" -> TEST;
      default -> null;
    };
  }

  /** As folders and manifests are named; empty for {@link #NONE}. */
  @Override
  public String toString() {
    return this == NONE ? "" : name().toLowerCase(Locale.ROOT);
  }
}
