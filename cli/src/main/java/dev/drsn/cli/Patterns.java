package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.weights.WeightsFit;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Regular expressions as users give them. */
final class Patterns {

  private Patterns() {}

  /** The pattern; one that matches nothing where none is given. */
  static Pattern of(String expression) {
    if (expression == null) {
      return WeightsFit.NONE;
    }
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new DrsnException(
          "'" + expression + "' is no regular expression: " + e.getDescription(), e);
    }
  }
}
