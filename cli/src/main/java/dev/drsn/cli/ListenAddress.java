package dev.drsn.cli;

import dev.drsn.engine.DrsnException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to listen, as users write it: {@code 8080}, {@code 0.0.0.0:8080}, {@code [::1]:8080}.
 *
 * @param port 0 for any that is free
 */
record ListenAddress(String host, int port) {

  private static final Pattern TEXT = Pattern.compile("(?:(\\[[^\\]]+\\]|[^:]+):)?(\\d{1,5})");

  /**
   * The address of a text; without a host it is this machine's own.
   *
   * @param option how errors call it
   */
  static ListenAddress parse(String text, String option) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new DrsnException(option + " is [HOST:]PORT, as 8080 or 0.0.0.0:8080, not " + text);
    }
    String host = matcher.group(1) == null ? "127.0.0.1" : matcher.group(1);
    return new ListenAddress(host, Integer.parseInt(matcher.group(2)));
  }
}
