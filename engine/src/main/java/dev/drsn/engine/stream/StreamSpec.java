package dev.drsn.engine.stream;

import dev.drsn.engine.DrsnException;
import dev.drsn.engine.image.Box;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A stream as its user describes it.
 *
 * @param id its name in results, metrics and file names
 * @param url a file, a folder of pictures, {@code rtsp://}, {@code http://}, a webcam's number or
 *     device, or {@code synthetic:}
 * @param roi the part of the picture to look at in pixels, or null for all of it
 * @param fps frames a second that are wanted at most; 0 for all
 * @param policy whether frames wait
 * @param course whose persons it shows; empty for a course of its own
 */
public record StreamSpec(String id, String url, Box roi, double fps, Policy policy, String course) {

  /** What becomes of a frame that comes while the one before is still looked at. */
  public enum Policy {
    /** Live sources keep the newest, files wait. */
    AUTO,
    /** The newest takes the older one's place; files are played at their own speed. */
    NEWEST,
    /** The source waits. */
    WAIT;

    /** The policy of that name. */
    public static Policy of(String name) {
      for (Policy policy : values()) {
        if (policy.name().toLowerCase(Locale.ROOT).equals(name)) {
          return policy;
        }
      }
      throw new DrsnException("there is no policy " + name + "; choose auto, newest or wait");
    }
  }

  private static final Pattern ID = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}");
  private static final int MOST_URL = 4096;
  private static final double MOST_FPS = 1000;

  public StreamSpec {
    if (!ID.matcher(id).matches()) {
      throw new DrsnException(
          "'" + id + "' is no name for a stream: up to 64 letters, digits, dots, dashes");
    }
    if (!course.isEmpty() && !ID.matcher(course).matches()) {
      throw new DrsnException(
          "stream "
              + id
              + ": '"
              + course
              + "' is no name for a course: up to 64 letters, digits, dots, dashes");
    }
    if (url.isBlank()) {
      throw new DrsnException("stream " + id + " has no url; give it one");
    }
    if (url.length() > MOST_URL || url.chars().anyMatch(Character::isISOControl)) {
      throw new DrsnException(
          "stream " + id + ": its url is too long or has control characters; write it anew");
    }
    if (!(fps >= 0 && fps <= MOST_FPS)) {
      throw new DrsnException("stream " + id + ": fps is 0 (all) to 1000, not " + fps);
    }
  }

  /** All of a source, as it comes. */
  public static StreamSpec of(String id, String url) {
    return new StreamSpec(id, url, null, 0, Policy.AUTO, "");
  }

  /** Whether its frames come whether anybody looks or not. */
  boolean live() {
    return Address.of(url).live();
  }

  /** Whether it is opened again after it has failed or ended. */
  boolean reconnects() {
    return Address.of(url).reconnects();
  }

  /** Whether the source waits for whoever looks at its frames. */
  boolean waits() {
    return policy == Policy.WAIT || (policy == Policy.AUTO && !live());
  }

  /** The same with the source's passwords hidden. */
  @Override
  public String toString() {
    return id + " " + Address.masked(url);
  }
}
