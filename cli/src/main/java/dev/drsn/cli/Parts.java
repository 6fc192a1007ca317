package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.trainer.data.Part;

/** Parts of data sets as users name them. */
final class Parts {

  private Parts() {}

  /** The part of this name; {@link Part#NONE} where none is given. */
  static Part of(String name) {
    return switch (name) {
      case null -> Part.NONE;
      case "train" -> Part.TRAIN;
      case "valid" -> Part.VALID;
      case "test" -> Part.TEST;
      default ->
          throw new DrsnException("there is no part " + name + "; choose train, valid or test");
    };
  }
}
