package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as users write them. */
final class Times {

  private static final Pattern TIME = Pattern.compile("(\\d{1,6})(s|m|h)?");

  private Times() {}

  /**
   * Nanoseconds of {@code 90}, {@code 90s}, {@code 45m} or {@code 2h}.
   *
   * @param option how errors call it
   */
  static long parse(String text, String option) {
    Matcher matcher = TIME.matcher(text);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw new DrsnException(option + " is a time such as 90s, 45m or 2h, not " + text);
    }
    TimeUnit unit =
        switch (matcher.group(2) == null ? "s" : matcher.group(2)) {
          case "h" -> TimeUnit.HOURS;
          case "m" -> TimeUnit.MINUTES;
          default -> TimeUnit.SECONDS;
        };
    return unit.toNanos(Long.parseLong(matcher.group(1)));
  }
}
