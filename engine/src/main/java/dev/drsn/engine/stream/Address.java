package dev.drsn.engine.stream;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What kind of source an address names.
 *
 * @param location as it is opened
 */
public record Address(Kind kind, String location) {

  /** Kinds of sources. */
  public enum Kind {
    FILE,
    RTSP,
    HTTP,
    WEBCAM,
    SYNTHETIC
  }

  /** Begins the address of a stream that is drawn. */
  public static final String SYNTHETIC = "synthetic:";

  private static final Pattern NUMBER = Pattern.compile("\\d{1,3}");
  private static final Pattern DEVICE = Pattern.compile("/dev/video\\d{1,3}");
  private static final Pattern USER = Pattern.compile("(?<=://)[^/?#]*@");
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)([?&;](?:[^=&;#]*(?:pass|pwd|token|key|auth|secret|sig|user|login)[^=&;#]*)=)[^&;#]*");

  /** The kind of this address. */
  public static Address of(String url) {
    String lower = url.toLowerCase(Locale.ROOT);
    if (lower.startsWith("rtsp://") || lower.startsWith("rtsps://")) {
      return new Address(Kind.RTSP, url);
    }
    if (lower.startsWith("http://") || lower.startsWith("https://")) {
      return new Address(Kind.HTTP, url);
    }
    if (lower.startsWith(SYNTHETIC)) {
      return new Address(Kind.SYNTHETIC, url);
    }
    if (NUMBER.matcher(url).matches()) {
      return new Address(Kind.WEBCAM, "/dev/video" + url);
    }
    if (DEVICE.matcher(url).matches()) {
      return new Address(Kind.WEBCAM, url);
    }
    return new Address(Kind.FILE, lower.startsWith("file://") ? URI.create(url).getPath() : url);
  }

  /** Whether its frames come whether anybody looks or not. */
  public boolean live() {
    return kind != Kind.FILE;
  }

  /** Whether it is worth opening again after it has failed or ended. */
  public boolean reconnects() {
    return kind == Kind.RTSP || kind == Kind.HTTP || kind == Kind.WEBCAM;
  }

  /** An address that may be shown: without names, passwords and keys. */
  public static String masked(String url) {
    return SECRET.matcher(USER.matcher(url).replaceAll("***@")).replaceAll("$1***");
  }
}
